// SPDX-License-Identifier: Apache-2.0

#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "AllocationCounter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

static _Atomic uint64_t count;

uint64_t alc_count(void) { return atomic_load_explicit(&count, memory_order_relaxed); }

#if defined(__GLIBC__)

#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t elements, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static inline void counted(void) { atomic_fetch_add_explicit(&count, 1, memory_order_relaxed); }

bool alc_available(void) { return true; }

void *malloc(size_t bytes) {
    counted();
    return __libc_malloc(bytes);
}

void *calloc(size_t elements, size_t bytes) {
    counted();
    return __libc_calloc(elements, bytes);
}

void *realloc(void *memory, size_t bytes) {
    counted();
    return __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    counted();
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
    counted();
    *memory = __libc_memalign(alignment, bytes);
    return *memory == NULL ? ENOMEM : 0;
}

int alc_open_instructions(void) {
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.size = sizeof attributes;
    attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
    attributes.exclude_kernel = 1;
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
}

uint64_t alc_read_instructions(int counter) {
    uint64_t value = 0;
    return read(counter, &value, sizeof value) == sizeof value ? value : 0;
}

#else

bool alc_available(void) { return false; }
int alc_open_instructions(void) { return -1; }
uint64_t alc_read_instructions(int counter) { (void)counter; return 0; }

#endif
