// Preloaded into rilond: counts allocations and lets one fail. RILON_ALLOC_SHIM names a file of eight
// u64 (host order) that the drill maps too and changes at any time:
//   0 allocations so far     1 mode: 0 none, 1 one fails
//   2 allocations left until it fails     3 set to 1 when it has
#include <errno.h>

#include "shared_page.h"

enum { allocations, mode, steps_left, struck };
static _Atomic uint64_t *shared;

// glibc's own, by the names under which it keeps them for those who interpose.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

__attribute__((constructor)) static void open_shared(void) {
    shared = map_shared_page("RILON_ALLOC_SHIM");
}

static int fails(void) {
    if (shared == NULL) return 0;
    atomic_fetch_add(&shared[allocations], 1);
    if (atomic_load(&shared[mode]) == 0) return 0;
    if (atomic_fetch_sub(&shared[steps_left], 1) != 1) return 0;
    atomic_store(&shared[mode], 0);
    atomic_store(&shared[struck], 1);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) {
    return fails() ? NULL : __libc_malloc(size);
}
void *calloc(size_t n, size_t size) {
    return fails() ? NULL : __libc_calloc(n, size);
}
void *realloc(void *at, size_t size) {
    return fails() ? NULL : __libc_realloc(at, size);
}
void *memalign(size_t alignment, size_t size) {
    return fails() ? NULL : __libc_memalign(alignment, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
    return fails() ? NULL : __libc_memalign(alignment, size);
}
int posix_memalign(void **out, size_t alignment, size_t size) {
    if (fails()) return ENOMEM;
    *out = __libc_memalign(alignment, size);
    return *out == NULL ? ENOMEM : 0;
}
