// Preloaded into rilond: counts allocations and lets one fail. RILON_ALLOC_SHIM names a file of eight
// u64 (host order) that the drill maps too and changes at any time:
//   0 allocations so far     1 mode: 0 none, 1 one fails
//   2 allocations left until it fails     3 set to 1 when it has
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { allocations, mode, steps_left, struck, words = 8 };
static _Atomic uint64_t *shared;

// glibc's own, by the names under which it keeps them for those who interpose.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

__attribute__((constructor)) static void open_shared(void) {
    const char *path = getenv("RILON_ALLOC_SHIM");
    if (path == NULL) return;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *at = mmap(NULL, words * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED) shared = at;
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
