// SPDX-License-Identifier: Apache-2.0
// Sends one request over and over, checks every answer, and prints one line of JSON: requests per second and how long they took.
// Usage: load PORT PATH BODY_FILE CONNECTIONS REQUESTS RATE EXPECTED…
// A right answer has status 200 and holds every EXPECTED text. With RATE 0 each connection sends as soon as it has its answer.
// With a rate, requests are due at fixed times and their time counts from when they were due, so that a server that stalls is
// not spared the requests that wait for it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CAPACITY = 1 << 16 };

typedef struct connection {
    int fd;
    size_t used;
    double since;
    int waits;  // Whether an answer is to come.
    struct connection *next_idle;
    char bytes[CAPACITY + 1];
} connection;

static char request[CAPACITY];
static size_t request_size;
static int port, poller;
static char **expected;
static long wanted, sent, done, wrong, broken;
static double *times;
static connection *idle;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void make_request(const char *path, const char *file) {
    static char body[CAPACITY - 1024];
    FILE *source = fopen(file, "r");
    if (!source) perror(file), exit(1);
    size_t size = fread(body, 1, sizeof body, source);
    fclose(source);
    int head = snprintf(request, 1024,
             "POST %.512s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nauthorization: Bearer sk-load\r\n"
             "content-type: application/json\r\ncontent-length: %zu\r\n\r\n", path, port, size);
    memcpy(request + head, body, size);
    request_size = (size_t)head + size;
}

static void open_socket(connection *c) {
    int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address)) perror("load"), exit(1);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = c});
}

static void ask(connection *c, double since) {
    c->used = 0;
    c->since = since;
    c->waits = 1;
    sent++;
    if (send(c->fd, request, request_size, MSG_NOSIGNAL) != (ssize_t)request_size) broken++;
}

// Whether the answer is whole; one that is not what the backend said counts as wrong.
static int is_whole(connection *c) {
    c->bytes[c->used] = 0;
    char *body = strstr(c->bytes, "\r\n\r\n");
    if (!body) return 0;
    char *field = strcasestr(c->bytes, "\r\ncontent-length:");
    if (field && field < body) {
        if (c->used < (size_t)(body + 4 - c->bytes) + strtoul(field + 17, NULL, 10)) return 0;
    } else if (c->used < 5 || memcmp(c->bytes + c->used - 5, "0\r\n\r\n", 5)) {
        return 0;
    }
    int right = !strncmp(c->bytes, "HTTP/1.1 200", 12);
    for (char **text = expected; *text; text++) right = right && strstr(body, *text);
    if (!right && !wrong++) fprintf(stderr, "a wrong answer:\n%s\n", c->bytes);
    return 1;
}

static int by_size(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

// Sends what is due; returns how many seconds to wait for the next one, or a second.
static double send_due(double start, double rate) {
    while (idle && sent < wanted) {
        double due = rate > 0 ? start + (double)sent / rate : now(), wait = due - now();
        if (rate > 0 && wait > 0) return wait;
        connection *c = idle;
        idle = c->next_idle;
        ask(c, due);
    }
    return 1;
}

static void receive(connection *c) {
    ssize_t got = recv(c->fd, c->bytes + c->used, CAPACITY - c->used, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got > 0) c->used += (size_t)got;
    if (got <= 0 || c->used == CAPACITY) {
        close(c->fd);
        open_socket(c);
        if (!c->waits) return;  // Servers may close connections that nobody uses.
        broken++;
    } else if (!is_whole(c)) {
        return;
    }
    c->waits = 0;
    times[done++] = now() - c->since;
    c->next_idle = idle;
    idle = c;
}

int main(int count, char **arguments) {
    if (count < 7) return fprintf(stderr, "usage: load PORT PATH BODY_FILE CONNECTIONS REQUESTS RATE EXPECTED…\n"), 64;
    port = atoi(arguments[1]);
    expected = arguments + 7;
    wanted = atol(arguments[5]);
    double rate = atof(arguments[6]);
    poller = epoll_create1(0);
    make_request(arguments[2], arguments[3]);
    times = malloc(sizeof *times * (size_t)(wanted + 1));
    for (int i = atoi(arguments[4]); i > 0; i--) {
        connection *c = calloc(1, sizeof *c);
        open_socket(c);
        c->next_idle = idle;
        idle = c;
    }
    double start = now();
    while (done < wanted) {
        double wait = send_due(start, rate);
        struct timespec time = {.tv_sec = (time_t)wait, .tv_nsec = (long)((wait - (double)(time_t)wait) * 1e9)};
        struct epoll_event events[256];
        // To the microsecond: a wait in whole milliseconds would send late, and count that as the server's time.
        int ready = epoll_pwait2(poller, events, 256, &time, NULL);
        for (int i = 0; i < ready; i++) receive(events[i].data.ptr);
    }
    double seconds = now() - start;
    qsort(times, (size_t)done, sizeof *times, by_size);
    printf("{\"requests\": %ld, \"seconds\": %.3f, \"rps\": %.1f, \"p50_ms\": %.4f, \"p99_ms\": %.4f, \"max_ms\": %.4f, "
           "\"wrong\": %ld, \"broken\": %ld}\n", done, seconds, (double)done / seconds, times[done / 2] * 1000,
           times[done * 99 / 100] * 1000, times[done - 1] * 1000, wrong, broken);
    return wrong || broken;
}
