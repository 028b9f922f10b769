#include "protocol/secret.h"

#include <sodium.h>

#include <mutex>
#include <vector>

namespace rilon {
namespace {

// Arenas are sodium_malloc'ed (guard pages, MADV_DONTDUMP) and locked a second time explicitly,
// because sodium_malloc ignores a failed mlock. They are never given back to the system.
class SecretArena {
   public:
    bool grow() {
        auto* block = static_cast<Byte*>(sodium_malloc(arena_bytes));
        if (block == nullptr) return false;
        if (sodium_mlock(block, arena_bytes) != 0) {
            sodium_free(block);
            return false;
        }
        sodium_memzero(block, arena_bytes);
        for (std::size_t i = arena_bytes; i >= secret_cell_bytes; i -= secret_cell_bytes)
            free_.push_back(block + i - secret_cell_bytes);
        return true;
    }
    Byte* take() {
        std::lock_guard lock(mutex_);
        // No key is better than a key that can be swapped out: the assertion is the refusal.
        if (free_.empty()) RILON_ASSERT(grow());
        Byte* cell = free_.back();
        free_.pop_back();
        return cell;
    }
    void give_back(Byte* cell) {
        sodium_memzero(cell, secret_cell_bytes);
        std::lock_guard lock(mutex_);
        free_.push_back(cell);
    }
    bool ready() {
        std::lock_guard lock(mutex_);
        return !free_.empty() || grow();
    }

   private:
    static constexpr std::size_t arena_bytes = 64 * 1024;
    std::mutex mutex_;
    std::vector<Byte*> free_;
};

SecretArena& arena() {
    static auto* instance = new SecretArena;  // Outlives every static key.
    return *instance;
}

}  // namespace

Status secrets_init() {
    if (sodium_init() < 0) return {Errc::io, "libsodium did not start"};
    if (!arena().ready())
        return {Errc::io,
                "memory for keys can't be locked: raise RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=) "
                "to 8 MiB or more"};
    return {};
}

Byte* secret_cell_take() {
    return arena().take();
}
void secret_cell_give_back(Byte* cell) {
    arena().give_back(cell);
}

}  // namespace rilon
