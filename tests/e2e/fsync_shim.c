// Preloaded into rilond: counts what reaches the disk for data.mdb and makes it slow, fail or kill.
// RILON_SHIM names a file of eight u64 (host order) that the drill maps too and changes at any time:
//   0 flushes: fdatasync, fsync and msync of data.mdb     1 writes: pwrite and the like to it
//   2 mode: 0 none, 1 delay, 2 fail with EIO, 3 kill -9   3 ms of the delay
//   4 steps left until mode 2 or 3 strikes                5 set to 1 when it has struck
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

#include "shared_page.h"

enum { flushes, writes, mode, delay_ms, steps_left, struck };
enum { mode_delay = 1, mode_fail = 2, mode_kill = 3 };
static _Atomic uint64_t *shared;

__attribute__((constructor)) static void open_shared(void) {
    shared = map_shared_page("RILON_SHIM");
}

static int is_data(int fd) {
    char link[64], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, target, sizeof target - 1);
    if (size < 0) return 0;
    target[size] = 0;
    const char *name = strrchr(target, '/');
    return name != NULL && strcmp(name, "/data.mdb") == 0;
}

// 0: go on; -1: fail with errno set.
static int step(int what, int slow) {
    if (shared == NULL) return 0;
    atomic_fetch_add(&shared[what], 1);
    uint64_t now = atomic_load(&shared[mode]);
    if (now == mode_delay && slow) {
        uint64_t ms = atomic_load(&shared[delay_ms]);
        struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};
        nanosleep(&t, NULL);
        return 0;
    }
    if (now != mode_fail && now != mode_kill) return 0;
    if (atomic_load(&shared[steps_left]) > 0) {
        atomic_fetch_sub(&shared[steps_left], 1);
        return 0;
    }
    atomic_store(&shared[struck], 1);
    if (now == mode_kill) kill(getpid(), SIGKILL);
    errno = EIO;
    return -1;
}

#define NEXT(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

int fdatasync(int fd) {
    return is_data(fd) && step(flushes, 1) ? -1 : NEXT(fdatasync)(fd);
}
int fsync(int fd) {
    return is_data(fd) && step(flushes, 1) ? -1 : NEXT(fsync)(fd);
}
int msync(void *at, size_t size, int flags) {
    return step(flushes, 1) ? -1 : NEXT(msync)(at, size, flags);
}
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
    return is_data(fd) && step(writes, 0) ? -1 : NEXT(pwrite)(fd, from, size, at);
}
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
    return is_data(fd) && step(writes, 0) ? -1 : NEXT(pwrite64)(fd, from, size, at);
}
ssize_t pwritev(int fd, const struct iovec *from, int n, off_t at) {
    return is_data(fd) && step(writes, 0) ? -1 : NEXT(pwritev)(fd, from, n, at);
}
ssize_t pwritev64(int fd, const struct iovec *from, int n, off64_t at) {
    return is_data(fd) && step(writes, 0) ? -1 : NEXT(pwritev64)(fd, from, n, at);
}
ssize_t writev(int fd, const struct iovec *from, int n) {
    return is_data(fd) && step(writes, 0) ? -1 : NEXT(writev)(fd, from, n);
}
ssize_t write(int fd, const void *from, size_t size) {
    return is_data(fd) && step(writes, 0) ? -1 : NEXT(write)(fd, from, size);
}
