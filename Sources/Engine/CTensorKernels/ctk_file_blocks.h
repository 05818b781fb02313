// SPDX-License-Identifier: Apache-2.0
#ifndef CTK_FILE_BLOCKS_H
#define CTK_FILE_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "CTensorKernels.h"

// Blocks as GGUF files store them; scales and minima are half floats, which are 2-byte aligned, as are the blocks.

typedef struct { uint16_t scale; uint8_t quants[16]; } file_q4_0;  // And IQ4_NL.
typedef struct { uint16_t scale, minimum; uint8_t quants[16]; } file_q4_1;
typedef struct { uint16_t scale; uint8_t high[4], quants[16]; } file_q5_0;
typedef struct { uint16_t scale, minimum; uint8_t high[4], quants[16]; } file_q5_1;
typedef struct { uint16_t scale; int8_t quants[32]; } file_q8_0;
typedef struct { uint8_t nested[16], quants[64]; uint16_t scale, minimum; } file_q2_k;
typedef struct { uint8_t high[32], quants[64], nested[12]; uint16_t scale; } file_q3_k;
typedef struct { uint16_t scale, minimum; uint8_t nested[12], quants[128]; } file_q4_k;
typedef struct { uint16_t scale, minimum; uint8_t nested[12], high[32], quants[128]; } file_q5_k;
typedef struct { uint8_t low[128], high[64]; int8_t nested[16]; uint16_t scale; } file_q6_k;

/// Columns and bytes of a file's block.
typedef struct {
    size_t columns, bytes;
} ctk_file_block_size;

static inline ctk_file_block_size ctk_file_block(ctk_type type) {
    switch (type) {
        case CTK_F32: return (ctk_file_block_size){1, 4};
        case CTK_F16:
        case CTK_BF16: return (ctk_file_block_size){1, 2};
        case CTK_Q4_0:
        case CTK_IQ4_NL: return (ctk_file_block_size){32, sizeof(file_q4_0)};
        case CTK_Q4_1: return (ctk_file_block_size){32, sizeof(file_q4_1)};
        case CTK_Q5_0: return (ctk_file_block_size){32, sizeof(file_q5_0)};
        case CTK_Q5_1: return (ctk_file_block_size){32, sizeof(file_q5_1)};
        case CTK_Q8_0: return (ctk_file_block_size){32, sizeof(file_q8_0)};
        case CTK_Q2_K: return (ctk_file_block_size){256, sizeof(file_q2_k)};
        case CTK_Q3_K: return (ctk_file_block_size){256, sizeof(file_q3_k)};
        case CTK_Q4_K: return (ctk_file_block_size){256, sizeof(file_q4_k)};
        case CTK_Q5_K: return (ctk_file_block_size){256, sizeof(file_q5_k)};
        case CTK_Q6_K: return (ctk_file_block_size){256, sizeof(file_q6_k)};
    }
    return (ctk_file_block_size){1, 0};
}

#endif
