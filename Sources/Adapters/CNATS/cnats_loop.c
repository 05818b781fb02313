// SPDX-License-Identifier: Apache-2.0
// The thread that reads and writes for a connection, after the interface for event loops of libnats.
#include "CNATS.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct cnats_loop {
    const struct cnats_library *library;
    pthread_t thread;
    pthread_mutex_t mutex;
    struct cnats_connection *connection;
    int wake[2]; // a pipe: a byte in it makes the thread look again
    int socket;
    bool reads, writes, is_woken, ends;
};

// Called with the mutex.
static void wake(struct cnats_loop *loop) {
    if (loop->is_woken) return;
    loop->is_woken = true;
    ssize_t written;
    do written = write(loop->wake[1], "w", 1);
    while (written < 0 && errno == EINTR);
}

static void look(struct cnats_loop *loop) {
    struct pollfd files[2] = {{.fd = loop->wake[0], .events = POLLIN}, {.fd = -1}};
    for (;;) {
        pthread_mutex_lock(&loop->mutex);
        struct cnats_connection *connection = loop->connection;
        bool ends = loop->ends;
        files[1].fd = loop->socket;
        files[1].events = (short)((loop->reads ? POLLIN : 0) | (loop->writes ? POLLOUT : 0));
        if (!files[1].events) files[1].fd = -1;
        pthread_mutex_unlock(&loop->mutex);
        if (ends) return;
        files[0].revents = files[1].revents = 0;
        if (poll(files, 2, -1) < 0 && errno != EINTR) return;
        if (files[0].revents) {
            char bytes[16];
            pthread_mutex_lock(&loop->mutex);
            ssize_t count = read(loop->wake[0], bytes, sizeof bytes);
            (void)count;
            loop->is_woken = false;
            pthread_mutex_unlock(&loop->mutex);
        }
        if (files[1].revents & POLLNVAL) {
            // The library has closed it meanwhile; another one comes with the next connection.
            pthread_mutex_lock(&loop->mutex);
            if (loop->socket == files[1].fd) loop->socket = -1;
            pthread_mutex_unlock(&loop->mutex);
            continue;
        }
        // The library checks by itself whether the connection still has this socket.
        if (files[1].revents & POLLOUT) loop->library->write_event(connection);
        if (files[1].revents & (POLLIN | POLLHUP | POLLERR)) loop->library->read_event(connection);
    }
}

static void *run(void *argument) {
    look(argument);
    return NULL;
}

// MARK: - What the library calls

static int attach(void **data, void *argument, struct cnats_connection *connection, int socket) {
    struct cnats_loop *loop = argument;
    pthread_mutex_lock(&loop->mutex);
    loop->connection = connection;
    loop->socket = socket;
    loop->reads = true;
    loop->writes = false;
    wake(loop);
    pthread_mutex_unlock(&loop->mutex);
    *data = loop;
    return CNATS_OK;
}

static int set_reading(void *data, bool adds) {
    struct cnats_loop *loop = data;
    pthread_mutex_lock(&loop->mutex);
    loop->reads = adds;
    wake(loop);
    pthread_mutex_unlock(&loop->mutex);
    return CNATS_OK;
}

static int set_writing(void *data, bool adds) {
    struct cnats_loop *loop = data;
    pthread_mutex_lock(&loop->mutex);
    loop->writes = adds;
    // The thread itself takes writing away, and looks again anyway.
    if (adds) wake(loop);
    pthread_mutex_unlock(&loop->mutex);
    return CNATS_OK;
}

static int detach(void *data) {
    struct cnats_loop *loop = data;
    pthread_mutex_lock(&loop->mutex);
    loop->socket = -1;
    loop->reads = loop->writes = false;
    wake(loop);
    pthread_mutex_unlock(&loop->mutex);
    return CNATS_OK;
}

// MARK: - Making and ending

struct cnats_loop *cnats_loop_create(const struct cnats_library *library, struct cnats_options *options) {
    struct cnats_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    loop->library = library;
    loop->socket = -1;
    pthread_mutex_init(&loop->mutex, NULL);
    if (pipe(loop->wake) == 0) {
        for (int i = 0; i < 2; i++) {
            fcntl(loop->wake[i], F_SETFD, FD_CLOEXEC);
            fcntl(loop->wake[i], F_SETFL, O_NONBLOCK);
        }
        // Otherwise the library lets its own thread ask for writing, after a millisecond.
        if (library->send_at_once(options, true) == CNATS_OK
            && library->set_loop(options, loop, attach, set_reading, set_writing, detach) == CNATS_OK
            && pthread_create(&loop->thread, NULL, run, loop) == 0) return loop;
        close(loop->wake[0]);
        close(loop->wake[1]);
    }
    pthread_mutex_destroy(&loop->mutex);
    free(loop);
    return NULL;
}

void cnats_loop_destroy(struct cnats_loop *loop) {
    pthread_mutex_lock(&loop->mutex);
    loop->ends = true;
    wake(loop);
    pthread_mutex_unlock(&loop->mutex);
    pthread_join(loop->thread, NULL);
    close(loop->wake[0]);
    close(loop->wake[1]);
    pthread_mutex_destroy(&loop->mutex);
    free(loop);
}
