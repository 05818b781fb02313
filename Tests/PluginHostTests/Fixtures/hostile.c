// SPDX-License-Identifier: Apache-2.0
// A plugin that does everything wrong, each in a step of its own. Macros make the library itself wrong.
#define _GNU_SOURCE
#include "CPluginABI.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef ABI
#define ABI AUTOGLM_PLUGIN_ABI
#endif
#ifndef SIZE
#define SIZE sizeof(struct autoglm_plugin)
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef NUMBER
#define NUMBER 1
#endif
#ifndef DESCRIPTION
#define DESCRIPTION "{\"name\": \"hostile\", \"version\": \"" VERSION "\", \"steps\": [\"run\"]}"
#endif
#ifndef COMPLAINT
#define COMPLAINT NULL
#endif
#ifndef CALL
#define CALL call
#endif
#ifndef FLAGS
#define FLAGS AUTOGLM_PLUGIN_CONCURRENT
#endif

static sem_t arrived, leave;
static int live;

static const char *describe(void) { return DESCRIPTION; }

static int32_t start(void **state) {
    sem_init(&arrived, 0, 0);
    sem_init(&leave, 0, 0);
    *state = &live;
#ifdef OPENING
    char byte;
    int opening = open(OPENING, O_RDONLY);
    if (read(opening, &byte, 1) >= 0) close(opening);
#endif
#ifdef NOT_OPEN
    return 5;
#else
    return 0;
#endif
}

static int has(const struct autoglm_call *call, const char *word) {
    size_t length = strlen(word);
    for (size_t at = 0; at + length <= call->input_count; at++)
        if (!memcmp(call->input + at, word, length)) return 1;
    return 0;
}

static int32_t say(struct autoglm_reply *reply, int32_t status, const char *text) {
    reply->output = (const uint8_t *)text;
    reply->output_count = strlen(text);
    return status;
}

static int32_t tell(struct autoglm_reply *reply, int number) {
    char *text = malloc(40);
    reply->owner = text;
    snprintf(text, 40, "{\"value\": %d}", number);
    return say(reply, 0, text);
}

// Waits, whatever interrupts it meanwhile.
static void await(sem_t *semaphore) {
    while (sem_wait(semaphore) && errno == EINTR) {}
}

// What the system says when something outside is reached for: 0 or errno.
static int reached(int result) {
    int error = result < 0 ? errno : 0;
    if (result > 2) close(result);
    return error;
}

// What the system says when a file of the process that started this one is read: 0 or errno.
static int read_of_starter(const char *name) {
    char path[64], byte;
    snprintf(path, sizeof path, "/proc/%d/%s", getppid(), name);
    int file = open(path, O_RDONLY);
    int error = file < 0 || read(file, &byte, 1) < 0 ? errno : 0;
    if (file >= 0) close(file);
    return error;
}

static sem_t handled;
static int worst = EACCES;

static void reach(int number) {
    (void)number;
    int error = reached(open("/etc/passwd", O_RDONLY));
    if (error != EACCES) worst = error;
    sem_post(&handled);
}

static void stay(int number) {
    (void)number;
    sem_post(&handled);
    for (;;) pause();
}

// Whether a thread can be interrupted now; one that starts another cannot for a moment.
static int listens(int thread) {
    char path[64], line[200];
    unsigned long long blocked = ~0ull;
    snprintf(path, sizeof path, "/proc/self/task/%d/status", thread);
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status)) sscanf(line, "SigBlk: %llx", &blocked);
    if (status) fclose(status);
    return !(blocked >> (SIGUSR1 - 1) & 1);
}

// Has the main thread and the one that watches run a function; libdispatch's let nothing interrupt them.
static int interrupt_both(void (*function)(int)) {
    sem_init(&handled, 0, 0);
    struct sigaction action = {.sa_handler = function, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    int done[2], count = 0;
    for (int attempt = 0; count < 2 && attempt < 10000; attempt++) {
        DIR *threads = opendir("/proc/self/task");
        for (struct dirent *thread; threads && count < 2 && (thread = readdir(threads));) {
            int number = atoi(thread->d_name);
            if (number <= 0 || number == syscall(SYS_gettid) || (count == 1 && done[0] == number)) continue;
            if (!listens(number) || syscall(SYS_tgkill, getpid(), number, SIGUSR1)) continue;
            await(&handled);
            done[count++] = number;
        }
        if (threads) closedir(threads);
        sched_yield();
    }
    return count == 2;
}

static int32_t harm(const struct autoglm_call *call, struct autoglm_reply *reply) {
    // A fault of its own: a signal that is raised waits where the thread has blocked it.
    volatile int *nowhere = NULL;
    if (has(call, "crash")) *nowhere = 1;
    if (has(call, "vanish")) _exit(3);
    if (has(call, "hang")) for (;;) pause();
    if (has(call, "garble")) {
        char junk[64];
        memset(junk, 0xff, sizeof junk);
        return tell(reply, (int)send(3, junk, sizeof junk, 0));
    }
    if (has(call, "leak")) for (;;) memset(malloc(1 << 20), 1, 1 << 20);
    if (has(call, "reach-net")) return tell(reply, reached(socket(AF_INET, SOCK_STREAM, 0)));
    if (has(call, "reach-file")) return tell(reply, reached(open("/etc/passwd", O_RDONLY)));
    if (has(call, "reach-write")) return tell(reply, reached(open("/dev/shm/autoglm-hostile", O_WRONLY | O_CREAT, 0600)));
    if (has(call, "reach-exec")) {
        char *none[] = {NULL};
        return tell(reply, reached(execve("/none", none, none)));
    }
    if (has(call, "reach-kill")) return tell(reply, reached(kill(getppid(), 0)));
    if (has(call, "reach-others-limit")) {
        struct rlimit limit;
        return tell(reply, reached(prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit)));
    }
    if (has(call, "reach-own-limit")) {
        struct rlimit limit;
        return tell(reply, reached(getrlimit(RLIMIT_NOFILE, &limit)));
    }
    if (has(call, "reach-priority"))
        return tell(reply, reached(setpriority(PRIO_PROCESS, getppid(), getpriority(PRIO_PROCESS, getppid()))));
    if (has(call, "reach-memory")) return tell(reply, reached(memfd_create("hostile", 0)));
    if (has(call, "reach-other")) return tell(reply, read_of_starter("environ"));
    // /dev/null, as it is.
    if (has(call, "reach-mode")) return tell(reply, reached(fchmod(0, 0666)));
    if (has(call, "reach-thread")) return tell(reply, interrupt_both(reach) ? worst : -1);
#ifdef HELD
    if (has(call, "stay")) return tell(reply, open(HELD, O_WRONLY) >= 0 && interrupt_both(stay) ? 1 : -1);
#endif
    if (has(call, "slow")) usleep(400000);
    if (has(call, "reach-env")) return tell(reply, getenv("PATH") ? 0 : 1);
    return -1;
}

static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
    ++*(int *)state;
    int32_t harmed = harm(call, reply);
    if (harmed >= 0) return harmed;
    if (has(call, "count")) return tell(reply, (int)call->input_count);
    if (has(call, "number")) return tell(reply, NUMBER);
#ifdef GATE
    if (has(call, "gate")) {
        char byte;
        int gate = open(GATE, O_RDONLY);
        ssize_t count = read(gate, &byte, 1);
        close(gate);
        return tell(reply, count == 1 ? NUMBER : -1);
    }
#endif
    if (has(call, "nothing")) return 0;
    if (has(call, "text")) return say(reply, 0, "well {");
    if (has(call, "bytes")) return say(reply, 0, "{\"value\": \"\xff\xfe\"}");
    if (has(call, "list")) return say(reply, 0, "[1]");
    if (has(call, "extra")) return say(reply, 0, "{\"value\": 1, \"other\": 2}");
    if (has(call, "missing")) return say(reply, 0, "{}");
    if (has(call, "type")) return say(reply, 0, "{\"value\": \"one\"}");
    if (has(call, "range")) return say(reply, 0, "{\"value\": -1}");
    if (has(call, "error")) return say(reply, 7, "{\"code\": \"too-much\", \"message\": \"It is too much.\"}");
    if (has(call, "babble")) return say(reply, 3, "no JSON");
    if (has(call, "wicked")) return say(reply, 3, "{\"code\": \"a b\\nc\", \"message\": 5}");
    if (has(call, "huge")) {
        say(reply, 0, "{}");
        reply->output_count = SIZE_MAX;
        return 0;
    }
    if (has(call, "null")) {
        reply->output_count = 1000;
        return 0;
    }
    if (has(call, "wait")) {
        sem_post(&arrived);
        await(&leave);
        return say(reply, 0, "{\"value\": 1}");
    }
    if (has(call, "arrived")) await(&arrived);
    if (has(call, "leave")) sem_post(&leave);
    return say(reply, 0, "{\"value\": 1}");
}

static void release(void *state, struct autoglm_reply *reply) {
    free(reply->owner);
    --*(int *)state;
}

// Tells whoever reads the pipe that the plugin was closed.
static void end(void *state) {
    (void)state;
#ifdef CLOSED
    int closed = open(CLOSED, O_WRONLY);
    if (write(closed, "c", 1) == 1) close(closed);
#endif
}

static const char *health(void *state) {
    (void)state;
    return COMPLAINT;
}

static const struct autoglm_plugin plugin = {
    .abi = ABI, .size = (uint32_t)(SIZE), .flags = FLAGS, .describe = describe, .open = start,
    .call = CALL, .release = release, .close = end, .health = health,
};

#ifndef NO_ENTRY
const struct autoglm_plugin *autoglm_plugin_entry(uint32_t host_abi) {
    (void)host_abi;
    (void)call;
    return &plugin;
}
#else
const void *unused(void) { return &plugin; }
#endif
