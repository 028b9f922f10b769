// Preloaded: writes down, in order, everything that rilond does to the files of its store and
// everything that its officers were told, for powercut.cc to replay. RILON_RECORD names the log,
// which several processes append to; RILON_RECORD_DIR the store's directory; RILON_RECORD_ACKS the
// file to which poster writes an acknowledged alert's id.
//
// A record is struct record, then name and data. A write is logged before it is made; that it is
// durable (a flush, or the end of a write to a file opened with O_DSYNC) after. So whatever stands
// before an acknowledgement in the log was done before it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
    char type;  // W write, D it is durable, S file flushed, T truncated, R renamed, L linked,
                // U unlinked, F directory flushed, A acknowledged, M the map was flushed
    char padding[7];
    uint64_t inode;
    uint64_t at;
    uint64_t name_size;
    uint64_t data_size;  // Of D: how much is durable; no data follows.
};

#define NEXT(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

static int log_fd = -1;
static char store_dir[PATH_MAX];
static char acks_file[PATH_MAX];

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RILON_RECORD"), *dir = getenv("RILON_RECORD_DIR");
    const char *acks = getenv("RILON_RECORD_ACKS");
    if (path == NULL || dir == NULL || acks == NULL) return;
    snprintf(store_dir, sizeof store_dir, "%s/", dir);
    snprintf(acks_file, sizeof acks_file, "%s", acks);
    log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void put(char type, const struct stat *file, uint64_t at, const char *name, const void *data,
                uint64_t size) {
    struct record head = {type, {0}, file == NULL ? 0 : file->st_ino, at, strlen(name), size};
    struct iovec parts[] = {{&head, sizeof head},
                            {(void *)name, head.name_size},
                            {(void *)data, data == NULL ? 0 : size}};
    size_t all = sizeof head + head.name_size + (data == NULL ? 0 : size);
    if (NEXT(writev)(log_fd, parts, 3) != (ssize_t)all) abort();  // A log with holes proves nothing.
}

// The name inside the store's directory of what is kept there; NULL for anything else.
static const char *stored_name(const char *path) {
    size_t dir = strlen(store_dir);
    if (log_fd < 0 || strncmp(path, store_dir, dir) != 0) return NULL;
    const char *name = path + dir;
    if (strncmp(name, "data.", 5) == 0 || strncmp(name, "keys.", 5) == 0)
        return strstr(name, "-lock") == NULL ? name : NULL;
    return NULL;
}

static const char *path_of(int fd, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = log_fd < 0 ? -1 : readlink(link, buffer, PATH_MAX - 1);
    buffer[size < 0 ? 0 : size] = 0;
    return buffer;
}

// Logs a write; true when D has to follow it.
static int writing(int fd, const struct iovec *parts, int n, off_t at, uint64_t *size) {
    char path[PATH_MAX];
    struct stat file;
    int error = errno, durable = 0;
    *size = 0;
    for (int i = 0; i < n; ++i) *size += parts[i].iov_len;
    const char *name = stored_name(path_of(fd, path));
    int ack = log_fd >= 0 && strcmp(path, acks_file) == 0;
    if ((name != NULL || ack) && fstat(fd, &file) == 0) {
        char *data = malloc(*size), *to = data;
        if (data == NULL && *size > 0) abort();
        for (int i = 0; i < n; to += parts[i].iov_len, ++i)
            memcpy(to, parts[i].iov_base, parts[i].iov_len);
        put(ack ? 'A' : 'W', &file, (uint64_t)at, ack ? "" : name, data, *size);
        free(data);
        durable = !ack && (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    }
    errno = error;
    return durable;
}
static void written(int durable, int fd, off_t at, ssize_t size) {
    char path[PATH_MAX];
    struct stat file;
    int error = errno;
    if (durable && size > 0 && fstat(fd, &file) == 0)
        put('D', &file, (uint64_t)at, stored_name(path_of(fd, path)), NULL, (uint64_t)size);
    errno = error;
}

#define RECORDED_WRITE(parts, n, at, call)                     \
    uint64_t size;                                             \
    off_t where = (at);                                        \
    int durable = writing(fd, parts, n, where, &size);         \
    ssize_t done = (call);                                     \
    written(durable, fd, where, done);                         \
    return done

ssize_t write(int fd, const void *from, size_t length) {
    struct iovec one = {(void *)from, length};
    RECORDED_WRITE(&one, 1, lseek(fd, 0, SEEK_CUR), NEXT(write)(fd, from, length));
}
ssize_t writev(int fd, const struct iovec *from, int n) {
    RECORDED_WRITE(from, n, lseek(fd, 0, SEEK_CUR), NEXT(writev)(fd, from, n));
}
ssize_t pwrite(int fd, const void *from, size_t length, off_t at) {
    struct iovec one = {(void *)from, length};
    RECORDED_WRITE(&one, 1, at, NEXT(pwrite)(fd, from, length, at));
}
ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) {
    struct iovec one = {(void *)from, length};
    RECORDED_WRITE(&one, 1, at, NEXT(pwrite64)(fd, from, length, at));
}
ssize_t pwritev(int fd, const struct iovec *from, int n, off_t at) {
    RECORDED_WRITE(from, n, at, NEXT(pwritev)(fd, from, n, at));
}
ssize_t pwritev64(int fd, const struct iovec *from, int n, off64_t at) {
    RECORDED_WRITE(from, n, at, NEXT(pwritev64)(fd, from, n, at));
}

// A flush is logged when it has succeeded.
static int flushed(int fd, int result) {
    char path[PATH_MAX];
    struct stat file;
    int error = errno;
    if (result == 0 && log_fd >= 0 && fstat(fd, &file) == 0) {
        const char *name = stored_name(path_of(fd, path));
        strcat(path, S_ISDIR(file.st_mode) ? "/" : "");
        if (name != NULL) put('S', &file, 0, name, NULL, 0);
        if (strcmp(path, store_dir) == 0) put('F', &file, 0, "", NULL, 0);
    }
    errno = error;
    return result;
}
int fdatasync(int fd) {
    return flushed(fd, NEXT(fdatasync)(fd));
}
int fsync(int fd) {
    return flushed(fd, NEXT(fsync)(fd));
}
int msync(void *at, size_t size, int flags) {
    if (log_fd >= 0) put('M', NULL, 0, "", NULL, 0);
    return NEXT(msync)(at, size, flags);
}

static void truncating(int fd, off_t size) {
    char path[PATH_MAX];
    struct stat file;
    const char *name = stored_name(path_of(fd, path));
    if (name != NULL && fstat(fd, &file) == 0) put('T', &file, (uint64_t)size, name, NULL, 0);
}
int ftruncate(int fd, off_t size) {
    truncating(fd, size);
    return NEXT(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
    truncating(fd, size);
    return NEXT(ftruncate64)(fd, size);
}

// Names are logged when they have changed; the data of R and L is the new one.
static int renamed(char type, const char *from, const char *to, int result) {
    const char *name = stored_name(from), *other = to == NULL ? "" : stored_name(to);
    int error = errno;
    if (result == 0 && name != NULL && other != NULL) put(type, NULL, 0, name, other, strlen(other));
    errno = error;
    return result;
}
int rename(const char *from, const char *to) {
    return renamed('R', from, to, NEXT(rename)(from, to));
}
int link(const char *from, const char *to) {
    return renamed('L', from, to, NEXT(link)(from, to));
}
int unlink(const char *path) {
    return renamed('U', path, NULL, NEXT(unlink)(path));
}
