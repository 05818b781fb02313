// SPDX-License-Identifier: Apache-2.0
// A plugin that does everything wrong, each in a step of its own. Macros make the library itself wrong.
#include "CPluginABI.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#ifndef ABI
#define ABI AUTOGLM_PLUGIN_ABI
#endif
#ifndef SIZE
#define SIZE sizeof(struct autoglm_plugin)
#endif
#ifndef DESCRIPTION
#define DESCRIPTION "{\"name\": \"hostile\", \"version\": \"1.0.0\", \"steps\": [\"run\"]}"
#endif
#ifndef CALL
#define CALL call
#endif

static sem_t arrived, leave;
static int live;

static const char *describe(void) { return DESCRIPTION; }

static int32_t start(void **state) {
    sem_init(&arrived, 0, 0);
    sem_init(&leave, 0, 0);
    *state = &live;
#ifdef NOT_OPEN
    return 5;
#else
    return 0;
#endif
}

static int has(const struct autoglm_call *call, const char *word) {
    size_t length = strlen(word);
    for (size_t at = 0; at + length <= call->input_count; at++)
        if (!memcmp(call->input + at, word, length)) return 1;
    return 0;
}

static int32_t say(struct autoglm_reply *reply, int32_t status, const char *text) {
    reply->output = (const uint8_t *)text;
    reply->output_count = strlen(text);
    return status;
}

static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
    ++*(int *)state;
    if (has(call, "nothing")) return 0;
    if (has(call, "text")) return say(reply, 0, "well {");
    if (has(call, "bytes")) return say(reply, 0, "{\"value\": \"\xff\xfe\"}");
    if (has(call, "list")) return say(reply, 0, "[1]");
    if (has(call, "extra")) return say(reply, 0, "{\"value\": 1, \"other\": 2}");
    if (has(call, "missing")) return say(reply, 0, "{}");
    if (has(call, "type")) return say(reply, 0, "{\"value\": \"one\"}");
    if (has(call, "range")) return say(reply, 0, "{\"value\": -1}");
    if (has(call, "error")) return say(reply, 7, "{\"code\": \"too-much\", \"message\": \"It is too much.\"}");
    if (has(call, "babble")) return say(reply, 3, "no JSON");
    if (has(call, "wicked")) return say(reply, 3, "{\"code\": \"a b\\nc\", \"message\": 5}");
    if (has(call, "huge")) {
        say(reply, 0, "{}");
        reply->output_count = SIZE_MAX;
        return 0;
    }
    if (has(call, "null")) {
        reply->output_count = 1000;
        return 0;
    }
    if (has(call, "wait")) {
        sem_post(&arrived);
        sem_wait(&leave);
        return say(reply, 0, "{\"value\": 1}");
    }
    if (has(call, "arrived")) sem_wait(&arrived);
    if (has(call, "leave")) sem_post(&leave);
    return say(reply, 0, "{\"value\": 1}");
}

// Nothing is left to take back but the count of live replies.
static void release(void *state, struct autoglm_reply *reply) {
    (void)reply;
    --*(int *)state;
}

static const struct autoglm_plugin plugin = {
    .abi = ABI, .size = (uint32_t)(SIZE), .flags = AUTOGLM_PLUGIN_CONCURRENT, .describe = describe, .open = start,
    .call = CALL, .release = release,
};

#ifndef NO_ENTRY
const struct autoglm_plugin *autoglm_plugin_entry(uint32_t host_abi) {
    (void)host_abi;
    (void)call;
    return &plugin;
}
#else
const void *unused(void) { return &plugin; }
#endif
