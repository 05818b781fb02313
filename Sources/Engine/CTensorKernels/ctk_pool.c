// SPDX-License-Identifier: Apache-2.0
//
// Threads that run one function together and meet at barriers. Waiting spins for some microseconds, since the next
// stage of a forward pass is that near, and then sleeps, so that an idle engine costs nothing.

#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "CTensorKernels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#elif defined(__APPLE__)
#include <os/os_sync_wait_on_address.h>
#endif
#include <sched.h>
#include <unistd.h>

enum { SPINS = 4000 };

/// A number that only grows (and wraps); threads wait for it to change.
typedef struct {
    _Alignas(64) _Atomic uint32_t value;
    _Atomic uint32_t sleepers;
} ctk_ticker;

struct ctk_pool {
    ctk_ticker start;    ///< Ticks when a run begins or the pool ends.
    ctk_ticker barrier;  ///< Ticks when all workers have reached a barrier.
    _Alignas(64) _Atomic uint32_t arrived;
    unsigned workers;
    void (*function)(void *context, unsigned worker);
    void *context;
    bool ending;
    pthread_t threads[];
};

typedef struct {
    ctk_pool *pool;
    unsigned worker;
} thread_start;

unsigned ctk_available_processors(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return (unsigned)CPU_COUNT(&set);
#endif
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned)count : 1;
}

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/// Sleeps until the ticker is woken, unless it has ticked already.
static void sleep_at(ctk_ticker *ticker, uint32_t seen) {
#if defined(__linux__)
    syscall(SYS_futex, &ticker->value, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
#elif defined(__APPLE__)
    os_sync_wait_on_address((void *)&ticker->value, seen, sizeof ticker->value, OS_SYNC_WAIT_ON_ADDRESS_NONE);
#else
    sched_yield();
#endif
}

static void wake_all(ctk_ticker *ticker) {
#if defined(__linux__)
    syscall(SYS_futex, &ticker->value, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
#elif defined(__APPLE__)
    os_sync_wake_by_address_all((void *)&ticker->value, sizeof ticker->value, OS_SYNC_WAKE_BY_ADDRESS_NONE);
#endif
}

static void wait_for_tick(ctk_ticker *ticker, uint32_t seen) {
    for (int spin = 0; spin < SPINS; spin++) {
        if (atomic_load_explicit(&ticker->value, memory_order_acquire) != seen) return;
        pause_briefly();
    }
    atomic_fetch_add(&ticker->sleepers, 1);
    while (atomic_load(&ticker->value) == seen) sleep_at(ticker, seen);
    atomic_fetch_sub(&ticker->sleepers, 1);
}

static void tick(ctk_ticker *ticker) {
    atomic_fetch_add(&ticker->value, 1);
    if (atomic_load(&ticker->sleepers) != 0) wake_all(ticker);
}

void ctk_pool_barrier(ctk_pool *pool) {
    if (pool->workers == 1) return;
    const uint32_t seen = atomic_load_explicit(&pool->barrier.value, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&pool->arrived, 1, memory_order_acq_rel) + 1 == pool->workers) {
        atomic_store_explicit(&pool->arrived, 0, memory_order_relaxed);
        tick(&pool->barrier);
    } else {
        wait_for_tick(&pool->barrier, seen);
    }
}

static void *thread_main(void *argument) {
    const thread_start start = *(thread_start *)argument;
    free(argument);
    ctk_pool *pool = start.pool;
    for (uint32_t seen = 0;; seen++) {
        wait_for_tick(&pool->start, seen);
        if (pool->ending) return NULL;
        pool->function(pool->context, start.worker);
        ctk_pool_barrier(pool);
    }
}

void ctk_pool_run(ctk_pool *pool, void (*function)(void *context, unsigned worker), void *context) {
    pool->function = function;
    pool->context = context;
    if (pool->workers > 1) tick(&pool->start);
    function(context, 0);
    ctk_pool_barrier(pool);
}

ctk_pool *ctk_pool_create(unsigned workers) {
    if (workers == 0 || workers > 1024) return NULL;
    const size_t bytes = sizeof(ctk_pool) + (workers - 1) * sizeof(pthread_t);
    ctk_pool *pool = NULL;
    if (posix_memalign((void **)&pool, 64, bytes) != 0) return NULL;
    *pool = (ctk_pool){.workers = 1};
    for (unsigned worker = 1; worker < workers; worker++) {
        thread_start *start = malloc(sizeof *start);
        if (start != NULL) *start = (thread_start){.pool = pool, .worker = worker};
        if (start == NULL || pthread_create(&pool->threads[worker - 1], NULL, thread_main, start) != 0) {
            free(start);
            ctk_pool_destroy(pool);
            return NULL;
        }
        pool->workers = worker + 1;
    }
    return pool;
}

void ctk_pool_destroy(ctk_pool *pool) {
    if (pool == NULL) return;
    pool->ending = true;
    tick(&pool->start);
    for (unsigned worker = 1; worker < pool->workers; worker++) pthread_join(pool->threads[worker - 1], NULL);
    free(pool);
}
