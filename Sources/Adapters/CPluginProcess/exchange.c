// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CPluginProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

int32_t cpp_exchange(const char *first, const char *second) {
#ifdef __linux__
    return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) ? errno : 0;
#else
    return renamex_np(first, second, RENAME_SWAP) ? errno : 0;
#endif
}
