// rilon-seize: what somebody who took a node's files with all its keys can read. Not installed; the
// demonstration and the tests use it to show that a node left out of an alert holds nothing of it.
//
//   rilon-seize --config DIR/node.toml WORD…
//
// Opens everything the keys open, tries every key found on every entry and every slot, and looks
// for the words in what opened, in every row and in the raw files. Exit 0: nothing found. 1:
// something. It can fail: at a reader it finds them.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/key_file.h"
#include "config/node_config.h"
#include "node/identity_file.h"
#include "node/system.h"
#include "protocol/epoch.h"
#include "protocol/stream.h"
#include "store/lmdb_store.h"

namespace rilon {
namespace {

// Every 32 bytes among the node's files that are, or could be, a key.
using Keys = std::vector<Bytes>;

struct Findings {
    std::size_t entries = 0;
    std::size_t opened = 0;
    std::size_t slots = 0;
    std::size_t slots_opened = 0;
    std::vector<std::string> hits;
};

class Seizure {
   public:
    Seizure(std::vector<std::string> words, const StorageKey& storage, const NodeIdentity& identity,
            const StoreView& store)
        : words_(std::move(words)), identity_(identity), store_(store) {
        keys_.push_back(to_bytes(storage.expose()));
    }

    Status run(const std::filesystem::path& directory) {
        look_at_files(directory);
        auto streams = store_.streams();
        if (!streams.ok()) return streams.error();
        collect_keys(*streams);
        for (const auto& stream : *streams)
            if (Status done = look_at_stream(stream); !done.ok()) return done;
        return look_at_rows();
    }
    const Findings& findings() const { return findings_; }

   private:
    void look_for(ByteView bytes, const std::string& where) {
        std::string text(as_text(bytes));
        std::string lower = text;
        for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        for (const auto& word : words_) {
            std::string small = word;
            for (char& c : small)
                c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            if (lower.find(small) != std::string::npos)
                findings_.hits.push_back(fmt::format("\"{}\" in {}", word, where));
        }
    }

    void look_at_files(const std::filesystem::path& directory) {
        for (const auto& item : std::filesystem::recursive_directory_iterator(directory)) {
            if (!item.is_regular_file()) continue;
            std::ifstream in(item.path(), std::ios::binary);
            Bytes bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
            look_for(bytes, "file " + item.path().filename().string());
        }
    }

    void collect_keys(const std::vector<StreamState>& streams) {
        auto add = [&](ByteView key) { keys_.push_back(to_bytes(key)); };
        add(identity_.transport.sk.expose());
        add(identity_.sign.sk.expose().first(32));
        for (const auto& pair : identity_.enc) add(pair.sk.expose());
        for (const auto& psk : identity_.psks) add(psk.psk.expose());
        for (const auto& stream : streams) {
            for (std::uint32_t epoch = 1; epoch <= stream.epoch.value; ++epoch) {
                auto key = store_.epoch_key(stream.id, Epoch{epoch});
                if (key.ok() && key->has_value()) add((*key)->expose());
            }
        }
    }

    Status look_at_stream(const StreamState& stream) {
        for (Seq seq{}; seq <= stream.head; seq = seq.next()) {
            auto stored = store_.entry(stream.id, seq);
            if (!stored.ok()) return stored.error();
            if (!stored->has_value()) continue;
            ++findings_.entries;
            EntryId id = (*stored)->entry.id();
            auto entry = trust_stored(std::move((*stored)->entry), id);
            if (!entry.ok()) return entry.error();
            try_entry(*entry);
        }
        for (std::uint32_t epoch = 1; epoch <= stream.epoch.value; ++epoch)
            try_slots(stream, Epoch{epoch});
        return {};
    }

    void try_entry(const VerifiedEntry& entry) {
        const EntryHeader& header = entry.header();
        std::string where =
            fmt::format("entry {} of stream {}", header.seq.value, header.stream.brief());
        auto own = store_.entry_key(header.stream, header.seq);
        if (own.ok()) try_key(entry, *own, where);
        for (const auto& bytes : keys_) {
            try_key(entry, EntryKey{ByteView(bytes)}, where);
            EpochKey epoch_key{ByteView(bytes)};
            try_key(entry, entry_key(epoch_key, header.stream, header.seq), where);
        }
    }

    void try_key(const VerifiedEntry& entry, const EntryKey& key, const std::string& where) {
        auto plain = open_body(entry, key);
        if (!plain.ok()) return;
        ++findings_.opened;
        look_for(*plain, where);
    }

    // Every slot with every secret and PSK here, as if it were ours.
    void try_slots(const StreamState& stream, Epoch epoch) {
        auto slots = store_.slots(stream.id, epoch);
        if (!slots.ok()) return;
        for (const auto& slot : *slots) {
            ++findings_.slots;
            for (const auto& secret : keys_) {
                EncSecretKey sk{ByteView(secret)};
                for (const auto& psk : identity_.psks) {
                    SlotEnds ends{identity_.network, stream.id,      epoch,
                                  stream.origin,     EncPublicKey{}, enc_public_key(sk)};
                    if (open_slot(slot, ends, sk, psk).ok()) ++findings_.slots_opened;
                }
            }
        }
    }

    Status look_at_rows() {
        for (Arrival after{};;) {
            auto rows = store_.search_records(after, 256);
            if (!rows.ok()) return rows.error();
            if (rows->empty()) break;
            for (const auto& row : *rows) look_for(row.record, "a search record");
            after = rows->back().n;
        }
        for (std::uint64_t after = 0;;) {
            auto rows = store_.mail(after, 256);
            if (!rows.ok()) return rows.error();
            if (rows->empty()) break;
            for (const auto& row : *rows) look_for(row.bytes, "a message in transit");
            after = rows->back().n;
        }
        auto rows = store_.audit(0, 100000);
        if (!rows.ok()) return rows.error();
        for (const auto& row : *rows) look_for(as_bytes(row.detail), "the audit log");
        for (const char* name : {"drafts", "officers", "consumers", "redacts", "missing-keys"}) {
            auto value = store_.private_value(name);
            if (value.ok() && value->has_value()) look_for(**value, name);
        }
        return {};
    }

    std::vector<std::string> words_;
    const NodeIdentity& identity_;
    const StoreView& store_;
    Keys keys_;
    Findings findings_;
};

Result<Findings> seize(const std::string& file, std::vector<std::string> words) {
    auto config = load_node_config(file);
    if (!config.ok()) return config.error();
    auto key = load_storage_key(config->storage_key);
    if (!key.ok()) return key.error();
    auto identity = load_identity(config->identity, *key);
    if (!identity.ok()) return identity.error();
    SystemRng rng;
    auto store = LmdbStore::open({config->data_dir.string(), *key, 0, rng});
    if (!store.ok()) return store.error();
    Seizure seizure(std::move(words), *key, *identity, **store);
    Status done = seizure.run(std::filesystem::path(file).parent_path());
    if (!done.ok()) return done.error();
    return seizure.findings();
}

int seize_main(int argc, char** argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() < 3 || arguments[0] != "--config") {
        fmt::print(stderr, "usage: rilon-seize --config DIR/node.toml WORD…\n");
        return 2;
    }
    if (Status ready = secrets_init(); !ready.ok()) {
        fmt::print(stderr, "rilon-seize: {}\n", ready.error().detail);
        return 2;
    }
    auto found = seize(arguments[1], {arguments.begin() + 2, arguments.end()});
    if (!found.ok()) {
        fmt::print(stderr, "rilon-seize: {}\n", found.error().detail);
        return 2;
    }
    for (const auto& hit : found->hits) fmt::print("  {}\n", hit);
    fmt::print("  {} entries, {} opened; {} slots, {} opened; {} words found\n", found->entries,
               found->opened, found->slots, found->slots_opened, found->hits.size());
    return found->hits.empty() ? 0 : 1;
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    return rilon::seize_main(argc, argv);
}
