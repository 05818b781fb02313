// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CPluginProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#else
#define POLLRDHUP 0
#define SOCK_CLOEXEC 0
#endif

int32_t cpp_start(char *const *arguments, char *const *environment, int32_t *pid, int32_t *socket) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return errno;
    // The other end must not have the number that it is to get: dup2 onto itself would leave it to be closed by exec.
    int far = fcntl(ends[1], F_DUPFD_CLOEXEC, CPP_SOCKET + 1);
    int error = far < 0 ? errno : 0;
    close(ends[1]);
    posix_spawn_file_actions_t actions;
    if (!error && !(error = posix_spawn_file_actions_init(&actions))) {
        posix_spawn_file_actions_adddup2(&actions, far, CPP_SOCKET);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        // A group of its own: what is typed at the program's terminal is for the program. No signal is left blocked or ignored.
        posix_spawnattr_t attributes;
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        error = posix_spawn(pid, arguments[0], &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    if (far >= 0) close(far);
    if (error) close(ends[0]);
    else *socket = ends[0];
    return error;
}

// A plugin may be in a call that never ends, so that nobody else hears of the program's end; one that is not closes itself.
static void *watch(void *unused) {
    (void)unused;
    struct pollfd end = {.fd = CPP_SOCKET, .events = POLLRDHUP};
    for (;;) {
        if (poll(&end, 1, -1) <= 0 || !end.revents) continue;
        sleep(2);
        _exit(0);
    }
}

int32_t cpp_settle(void) {
    // A crash ends the process at once: Swift's runtime would first interrupt all threads, also what they wait for, to print where they are.
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS, SIGQUIT};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], SIG_DFL);
#ifdef __linux__
    syscall(SYS_close_range, CPP_SOCKET + 1, ~0u, 0);
    prctl(PR_SET_DUMPABLE, 0);
#endif
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) ? errno : 0;
}

int32_t cpp_watch(void) {
    pthread_t thread;
    int error = pthread_create(&thread, NULL, watch, NULL);
    if (!error) pthread_detach(thread);
    return error;
}

uint64_t cpp_resident_memory(int32_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[128];
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    unsigned long long all, resident = 0;
    text[count > 0 ? count : 0] = 0;
    if (sscanf(text, "%llu %llu", &all, &resident) != 2) return 0;
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}
