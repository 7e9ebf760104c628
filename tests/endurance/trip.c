/* Counts every call that changes a file below one folder, and ends the process or fails at a chosen one.
 *
 * Loaded with LD_PRELOAD, so that it sees what SQLite, numpy and Python write alike. Armed from Python with ctypes.
 * Calls through descriptors are told by /proc/self/fd, calls through paths by the path made absolute.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, COUNT, KILL, FAIL, SHORT };
enum { MOST = 100000 };

static char root[PATH_MAX];
static size_t root_length;
static int mode = OFF, error_number = 0, persists = 0;
static long target = 0, count = 0;
static char kinds[MOST + 1];

void trip_arm(const char *folder, int new_mode, long at, int error, int goes_on) {
    root_length = strlen(folder);
    memcpy(root, folder, root_length + 1);
    target = at, error_number = error, persists = goes_on, count = 0;
    memset(kinds, 0, sizeof kinds);
    mode = new_mode;
}

void trip_disarm(void) { mode = OFF; }
long trip_count(void) { return count; }
const char *trip_kinds(void) { return kinds; }

static int below_root(const char *path) {
    return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int watched_descriptor(int fd) {
    if (mode == OFF) return 0;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below_root(path);
}

static int watched_path(int folder, const char *path) {
    if (mode == OFF) return 0;
    if (path[0] == '/') return below_root(path);
    return folder != AT_FDCWD && watched_descriptor(folder);
}

/* Returns 1 when the call is to fail; counts it. */
static int trips(char kind) {
    if (count < MOST) kinds[count] = kind;
    count++;
    return mode == FAIL && (persists ? count >= target : count == target);
}

static void after(void) {
    if (mode == KILL && count == target) _exit(137);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define GUARDED(watched, kind, call)                                                                                   \
    do {                                                                                                               \
        if (!(watched)) return call;                                                                                   \
        if (trips(kind)) {                                                                                             \
            errno = error_number;                                                                                      \
            return -1;                                                                                                 \
        }                                                                                                              \
        __typeof__(call) result = call;                                                                                \
        int kept = errno;                                                                                              \
        after();                                                                                                       \
        errno = kept;                                                                                                  \
        return result;                                                                                                 \
    } while (0)

static size_t shortened(size_t size) { return mode == SHORT && count + 1 == target && size > 1 ? size / 2 : size; }

ssize_t write(int fd, const void *data, size_t size) {
    int is_watched = watched_descriptor(fd);
    if (is_watched) size = shortened(size);
    GUARDED(is_watched, 'w', REAL(write)(fd, data, size));
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t place) {
    int is_watched = watched_descriptor(fd);
    if (is_watched) size = shortened(size);
    GUARDED(is_watched, 'w', REAL(pwrite)(fd, data, size, place));
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t place) {
    int is_watched = watched_descriptor(fd);
    if (is_watched) size = shortened(size);
    GUARDED(is_watched, 'w', REAL(pwrite64)(fd, data, size, place));
}
ssize_t writev(int fd, const struct iovec *parts, int n) {
    GUARDED(watched_descriptor(fd), 'w', REAL(writev)(fd, parts, n));
}
int fsync(int fd) { GUARDED(watched_descriptor(fd), 's', REAL(fsync)(fd)); }
int fdatasync(int fd) { GUARDED(watched_descriptor(fd), 's', REAL(fdatasync)(fd)); }
int ftruncate(int fd, off_t size) { GUARDED(watched_descriptor(fd), 't', REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { GUARDED(watched_descriptor(fd), 't', REAL(ftruncate64)(fd, size)); }
int rename(const char *from, const char *to) { GUARDED(watched_path(AT_FDCWD, to), 'r', REAL(rename)(from, to)); }
int renameat(int a, const char *from, int b, const char *to) {
    GUARDED(watched_path(b, to), 'r', REAL(renameat)(a, from, b, to));
}
int unlink(const char *path) { GUARDED(watched_path(AT_FDCWD, path), 'u', REAL(unlink)(path)); }
int unlinkat(int folder, const char *path, int flags) {
    GUARDED(watched_path(folder, path), 'u', REAL(unlinkat)(folder, path, flags));
}
int rmdir(const char *path) { GUARDED(watched_path(AT_FDCWD, path), 'u', REAL(rmdir)(path)); }
int mkdir(const char *path, mode_t bits) { GUARDED(watched_path(AT_FDCWD, path), 'm', REAL(mkdir)(path, bits)); }

/* Opening counts only where it makes a file. */
#define OPENER(name)                                                                                                   \
    int name(const char *path, int flags, ...) {                                                                       \
        mode_t bits = 0;                                                                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                                           \
            va_list rest;                                                                                              \
            va_start(rest, flags);                                                                                     \
            bits = va_arg(rest, mode_t);                                                                               \
            va_end(rest);                                                                                              \
        }                                                                                                              \
        GUARDED((flags & O_CREAT) && watched_path(AT_FDCWD, path), 'c', REAL(name)(path, flags, bits));                \
    }
OPENER(open)
OPENER(open64)
