// SPDX-License-Identifier: Apache-2.0
// HTTP by the system's libcurl, loaded when it is first needed: nothing to compile, and the system's own TLS, proxies
// and certificates. The constants are part of libcurl's stable binary interface (soname 4, since 2006).
#include "CTransfer.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef void CURL;
struct curl_slist;

enum {
    OPT_WRITEDATA = 10001, OPT_URL = 10002, OPT_PROXY = 10004, OPT_ERRORBUFFER = 10010, OPT_HTTPHEADER = 10023, OPT_HEADERDATA = 10029,
    OPT_XFERINFODATA = 10057,
    OPT_WRITEFUNCTION = 20011, OPT_HEADERFUNCTION = 20079, OPT_XFERINFOFUNCTION = 20219,
    OPT_LOW_SPEED_LIMIT = 19, OPT_LOW_SPEED_TIME = 20, OPT_NOPROGRESS = 43, OPT_NOBODY = 44, OPT_CONNECTTIMEOUT = 78,
    OPT_NOSIGNAL = 99, OPT_PROTOCOLS = 181,
    PROTOCOL_HTTP = 1, PROTOCOL_HTTPS = 2,
    ERROR_WRITE = 23, ERROR_ABORTED = 42,
    GLOBAL_DEFAULT = 3,
    ERROR_SIZE = 256,
};

static struct {
    CURL *(*easy_init)(void);
    int (*easy_setopt)(CURL *, int, ...);
    int (*easy_perform)(CURL *);
    void (*easy_cleanup)(CURL *);
    const char *(*easy_strerror)(int);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
    int is_ready;
    char reason[160];
} curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_library(void) {
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (library) return library;
    }
    return NULL;
}

static void load(void) {
    void *library = open_library();
    if (!library) {
        snprintf(curl.reason, sizeof curl.reason, "the system has no libcurl.so.4; install it (Debian: libcurl4)");
        return;
    }
    int (*global_init)(long) = (int (*)(long))dlsym(library, "curl_global_init");
    curl.easy_init = (CURL * (*)(void)) dlsym(library, "curl_easy_init");
    curl.easy_setopt = (int (*)(CURL *, int, ...))dlsym(library, "curl_easy_setopt");
    curl.easy_perform = (int (*)(CURL *))dlsym(library, "curl_easy_perform");
    curl.easy_cleanup = (void (*)(CURL *))dlsym(library, "curl_easy_cleanup");
    curl.easy_strerror = (const char *(*)(int))dlsym(library, "curl_easy_strerror");
    curl.slist_append = (struct curl_slist * (*)(struct curl_slist *, const char *)) dlsym(library, "curl_slist_append");
    curl.slist_free_all = (void (*)(struct curl_slist *))dlsym(library, "curl_slist_free_all");
    if (!global_init || !curl.easy_init || !curl.easy_setopt || !curl.easy_perform || !curl.easy_cleanup
        || !curl.easy_strerror || !curl.slist_append || !curl.slist_free_all || global_init(GLOBAL_DEFAULT) != 0) {
        snprintf(curl.reason, sizeof curl.reason, "the system's libcurl cannot be used");
        return;
    }
    curl.is_ready = 1;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
    const struct ctr_request *request = context;
    return request->on_header(request->context, bytes, size * count) == 0 ? size * count : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    const struct ctr_request *request = context;
    return request->on_body(request->context, bytes, size * count) == 0 ? size * count : 0;
}

static int ask(void *context, int64_t total, int64_t now, int64_t up_total, int64_t up_now) {
    const struct ctr_request *request = context;
    (void)total, (void)now, (void)up_total, (void)up_now;
    return request->should_stop(request->context);
}

static int fail(int status, char *reason, size_t reason_size, const char *text) {
    snprintf(reason, reason_size, "%s", text);
    return status;
}

int ctr_perform(const struct ctr_request *request, char *reason, size_t reason_size) {
    pthread_once(&once, load);
    if (!curl.is_ready) return fail(CTR_NO_LIBRARY, reason, reason_size, curl.reason);
    CURL *handle = curl.easy_init();
    if (!handle) return fail(CTR_FAILED, reason, reason_size, "libcurl has no memory");
    char error[ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < request->header_count; i++) {
        struct curl_slist *longer = curl.slist_append(headers, request->headers[i]);
        if (longer) headers = longer;
    }
    curl.easy_setopt(handle, OPT_URL, request->url);
    if (request->without_proxy) curl.easy_setopt(handle, OPT_PROXY, "");
    curl.easy_setopt(handle, OPT_PROTOCOLS, (long)(PROTOCOL_HTTP | PROTOCOL_HTTPS));
    curl.easy_setopt(handle, OPT_HTTPHEADER, headers);
    curl.easy_setopt(handle, OPT_NOBODY, (long)request->head_only);
    curl.easy_setopt(handle, OPT_NOSIGNAL, 1L);
    curl.easy_setopt(handle, OPT_ERRORBUFFER, error);
    curl.easy_setopt(handle, OPT_CONNECTTIMEOUT, request->connect_seconds);
    curl.easy_setopt(handle, OPT_LOW_SPEED_LIMIT, 1L);
    curl.easy_setopt(handle, OPT_LOW_SPEED_TIME, request->stall_seconds);
    curl.easy_setopt(handle, OPT_HEADERFUNCTION, take_header);
    curl.easy_setopt(handle, OPT_HEADERDATA, (void *)request);
    curl.easy_setopt(handle, OPT_WRITEFUNCTION, take_body);
    curl.easy_setopt(handle, OPT_WRITEDATA, (void *)request);
    curl.easy_setopt(handle, OPT_NOPROGRESS, 0L);
    curl.easy_setopt(handle, OPT_XFERINFOFUNCTION, ask);
    curl.easy_setopt(handle, OPT_XFERINFODATA, (void *)request);
    int code = curl.easy_perform(handle);
    curl.easy_cleanup(handle);
    curl.slist_free_all(headers);
    if (code == 0) return CTR_OK;
    int stopped = code == ERROR_WRITE || code == ERROR_ABORTED;
    return fail(stopped ? CTR_STOPPED : CTR_FAILED, reason, reason_size, error[0] ? error : curl.easy_strerror(code));
}
