// SPDX-License-Identifier: Apache-2.0
//
// Counts what a process allocates: the functions of the C library that take memory are replaced by ones that count. Works with
// glibc, which keeps the real ones under a second name.

#ifndef ALLOCATIONCOUNTER_H
#define ALLOCATIONCOUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations are counted on this system.
bool alc_available(void);

/// Allocations of all threads so far.
uint64_t alc_count(void);

/// Instructions that the calling thread executes, from a counter of the processor; -1 where the system gives none.
int alc_open_instructions(void);

/// The counter's value.
uint64_t alc_read_instructions(int counter);

#endif
