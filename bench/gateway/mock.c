// SPDX-License-Identifier: Apache-2.0
// A backend that answers OpenAI chat completions at once, always the same: what stands behind the proxies of bench/gateway.sh.
// Usage: mock PORT            one process, one thread; prints a line when it listens.
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
#include <unistd.h>

enum { TOKENS = 16, CAPACITY = 1 << 16 };

typedef struct {
    int fd;
    size_t used;
    char bytes[CAPACITY];
} connection;

static char whole[4096], streamed[16384];

static void make_answers(void) {
    const char *words[TOKENS] = {"The", " quick", " brown", " fox", " jumps", " over", " the", " lazy", " dog", " and",
                                 " then", " it", " sleeps", " until", " noon", "."};
    char text[512] = "", body[2048];
    for (int i = 0; i < TOKENS; i++) strcat(text, words[i]);
    snprintf(body, sizeof body,
             "{\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"mock\",\"choices\":[{\"index\":0,"
             "\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
             "\"usage\":{\"prompt_tokens\":64,\"completion_tokens\":%d,\"total_tokens\":%d}}", text, TOKENS, 64 + TOKENS);
    snprintf(whole, sizeof whole, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n%s",
             strlen(body), body);
    strcpy(streamed, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    const char *head = "{\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"mock\",\"choices\":[";
    for (int i = 0; i <= TOKENS + 2; i++) {
        char event[1024], chunk[1100];
        if (i < TOKENS)
            snprintf(event, sizeof event, "data: %s{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"%s\"},"
                     "\"finish_reason\":null}]}\n\n", head, words[i]);
        else if (i == TOKENS)
            snprintf(event, sizeof event, "data: %s{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", head);
        else if (i == TOKENS + 1)
            snprintf(event, sizeof event, "data: %s],\"usage\":{\"prompt_tokens\":64,\"completion_tokens\":%d,"
                     "\"total_tokens\":%d}}\n\n", head, TOKENS, 64 + TOKENS);
        else
            snprintf(event, sizeof event, "data: [DONE]\n\n");
        snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n", strlen(event), event);
        strcat(streamed, chunk);
    }
    strcat(streamed, "0\r\n\r\n");
}

// Answers every whole request in the buffer; returns -1 when the connection is over.
static int answer(connection *c) {
    for (;;) {
        char *end = memmem(c->bytes, c->used, "\r\n\r\n", 4);
        if (!end) return c->used == CAPACITY ? -1 : 0;
        size_t head = (size_t)(end - c->bytes) + 4, length = 0;
        *end = 0;
        char *field = strcasestr(c->bytes, "\r\ncontent-length:");
        if (field) length = strtoul(field + 17, NULL, 10);
        *end = '\r';
        if (length > CAPACITY - head) return -1;
        if (c->used < head + length) return 0;
        int streams = memmem(c->bytes + head, length, "\"stream\":true", 13) || memmem(c->bytes + head, length, "\"stream\": true", 14);
        const char *reply = streams ? streamed : whole;
        size_t size = strlen(reply);
        if (send(c->fd, reply, size, MSG_NOSIGNAL) != (ssize_t)size) return -1;
        c->used -= head + length;
        memmove(c->bytes, c->bytes + head + length, c->used);
    }
}

int main(int count, char **arguments) {
    if (count != 2) return fprintf(stderr, "usage: mock PORT\n"), 64;
    signal(SIGPIPE, SIG_IGN);
    make_answers();
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poller = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) return perror("mock"), 1;
    socklen_t size = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &size);
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN, .data.ptr = NULL});
    printf("listening on %d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            connection *c = events[i].data.ptr;
            if (!c) {
                int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0) continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                c = malloc(sizeof *c);
                c->fd = fd;
                c->used = 0;
                epoll_ctl(poller, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = c});
                continue;
            }
            ssize_t got = read(c->fd, c->bytes + c->used, CAPACITY - c->used);
            if (got < 0 && errno == EAGAIN) continue;
            if (got > 0) c->used += (size_t)got;
            if (got <= 0 || answer(c)) close(c->fd), free(c);
        }
    }
}
