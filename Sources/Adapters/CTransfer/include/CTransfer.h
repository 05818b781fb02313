// SPDX-License-Identifier: Apache-2.0
#ifndef CTRANSFER_H
#define CTRANSFER_H

#include <stddef.h>
#include <stdint.h>

/// How a transfer ended.
enum ctr_status {
    CTR_OK = 0,
    /// The system's curl library is not there or too old; the reason is in `reason`.
    CTR_NO_LIBRARY = 1,
    /// The connection failed; the reason is in `reason`.
    CTR_FAILED = 2,
    /// A callback asked for the end.
    CTR_STOPPED = 3,
};

/// One HTTP request, and where its answer goes. Redirects are reported as any answer, and not followed.
struct ctr_request {
    const char *url;
    /// 1 asks for the head alone.
    int head_only;
    /// 1 goes past any proxy, for servers on this machine.
    int without_proxy;
    /// Lines such as "Range: bytes=5-".
    const char *const *headers;
    size_t header_count;
    /// Longest time to connect, in seconds.
    long connect_seconds;
    /// A transfer slower than a byte a second for so many seconds fails.
    long stall_seconds;
    void *context;
    /// Gets each line of the head, the status line first; anything but 0 ends the transfer.
    int (*on_header)(void *context, const char *bytes, size_t count);
    /// Gets each piece of the body; anything but 0 ends the transfer.
    int (*on_body)(void *context, const char *bytes, size_t count);
    /// Asked several times a second; anything but 0 ends the transfer.
    int (*should_stop)(void *context);
};

/// Performs a request and waits for its end.
///
/// Only http and https are spoken; certificates are checked. Safe to call from several threads.
/// `reason` gets a text of at most `reason_size` bytes, its ending zero included.
int ctr_perform(const struct ctr_request *request, char *reason, size_t reason_size);

#endif
