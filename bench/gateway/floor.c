// SPDX-License-Identifier: Apache-2.0
// A proxy that passes bytes on and keeps the processor busy for a given time per request: the tail that the machine itself
// gives to any proxy of one thread at the same load. Bodies are not looked at: a read is taken for a request or an answer.
// Usage: floor PORT BACKEND_PORT MICROSECONDS     prints a line when it listens.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// One of the two connections of a client: to it, or to the backend.
typedef struct side {
    int fd;
    struct side *other;
} side;

static int poller;
static struct sockaddr_in backend = {.sin_family = AF_INET};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static side *watched(int fd) {
    int one = 1;
    side *s = calloc(1, sizeof *s);
    s->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = s});
    return s;
}

static void take_client(int listener) {
    int client = accept(listener, NULL, NULL), server = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || connect(server, (struct sockaddr *)&backend, sizeof backend)) {
        close(client), close(server);
        return;
    }
    side *front = watched(client), *back = watched(server);
    front->other = back;
    back->other = front;
}

// The other side learns of the end by its own end of file, so that no event is left for a side that is gone.
static void end(side *s) {
    if (s->other) shutdown(s->other->fd, SHUT_RDWR), s->other->other = NULL;
    close(s->fd), free(s);
}

static void pass_on(side *s, double busy) {
    static char bytes[1 << 16];
    ssize_t got = read(s->fd, bytes, sizeof bytes);
    if (got <= 0 || !s->other) return end(s);
    for (double until = now() + busy; now() < until;);
    if (send(s->other->fd, bytes, (size_t)got, MSG_NOSIGNAL) != got) end(s);
}

int main(int count, char **arguments) {
    if (count != 4) return fprintf(stderr, "usage: floor PORT BACKEND_PORT MICROSECONDS\n"), 64;
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    backend.sin_port = htons((uint16_t)atoi(arguments[2])), backend.sin_addr = address.sin_addr;
    double busy = atof(arguments[3]) * 1e-6 / 2;  // Half for the request, half for its answer.
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    poller = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) return perror("floor"), 1;
    socklen_t size = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &size);
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN, .data.ptr = NULL});
    printf("listening on %d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; i++) events[i].data.ptr ? pass_on(events[i].data.ptr, busy) : take_client(listener);
    }
}
