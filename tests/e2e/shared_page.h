// The page of eight u64 (host order) that a preloaded shim and its drill share: the file that the
// variable names, or nothing.
#pragma once

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { shared_words = 8 };

static inline _Atomic uint64_t* map_shared_page(const char* variable) {
    const char* path = getenv(variable);
    if (path == NULL) return NULL;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return NULL;
    void* at =
        mmap(NULL, shared_words * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return at == MAP_FAILED ? NULL : at;
}
