/* What a bad disk and a bad clock do to a process, loaded in front of the C library (LD_PRELOAD).
 *
 * Built and used by fsync.py and clock.py. FAULT_FSYNC names a file: while it is there, nothing can be made to last. FAULT_CLOCK
 * names a file with a number of seconds by which the clock on the wall is wrong. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int fails(void) {
    const char *file = getenv("FAULT_FSYNC");
    return file && access(file, F_OK) == 0;
}

#define SHIM(name, parameters, arguments)                         \
    int name parameters {                                         \
        static int(*next) parameters;                             \
        if (!next) next = (int(*) parameters)dlsym(RTLD_NEXT, #name); \
        if (fails()) {                                            \
            errno = EIO;                                          \
            return -1;                                            \
        }                                                         \
        return next arguments;                                    \
    }

SHIM(fsync, (int fd), (fd))
SHIM(fdatasync, (int fd), (fd))

static long wrong(void) {
    static const volatile long *seconds;
    if (!seconds) {
        const char *name = getenv("FAULT_CLOCK");
        int file = name ? open(name, O_RDONLY) : -1;
        if (file < 0) return 0;
        void *place = mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, file, 0);
        close(file);
        if (place == MAP_FAILED) return 0;
        seconds = place;
    }
    return *seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*next)(clockid_t, struct timespec *);
    if (!next) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int done = next(clock, now);
    if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += wrong();
    return done;
}

int gettimeofday(struct timeval *now, void *zone) {
    static int (*next)(struct timeval *, void *);
    if (!next) next = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
    int done = next(now, zone);
    if (done == 0) now->tv_sec += wrong();
    return done;
}

time_t time(time_t *place) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}
