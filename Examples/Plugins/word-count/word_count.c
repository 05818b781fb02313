// SPDX-License-Identifier: Apache-2.0
// A plugin in C: counts the words of a text. Built by build.sh, which also writes the library's hash into plugin.yaml.
#include "CPluginABI.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *describe(void) {
    return "{\"name\": \"word-count\", \"version\": \"1.0.0\", \"steps\": [\"count\"]}";
}

// The value of the member "text" as it is written in the JSON, without its quotes; NULL if there is none. The program has
// checked the input by the manifest, so it is an object with this one member, a text.
static const char *text_of(const char *json, const char *end, const char **last) {
    const char *colon = memchr(json, ':', (size_t)(end - json));
    const char *begin = colon ? memchr(colon, '"', (size_t)(end - colon)) : NULL;
    if (!begin) return NULL;
    for (const char *at = ++begin; at < end; at++) {
        if (*at == '\\') at++;
        else if (*at == '"') return *last = at, begin;
    }
    return NULL;
}

// White space stands in JSON as a space or as one of the escapes \t \n \r.
static size_t space_at(const char *at, const char *end) {
    if (*at == ' ') return 1;
    return *at == '\\' && at + 1 < end && strchr("tnr", at[1]) ? 2 : 0;
}

static int32_t answer(struct autoglm_reply *reply, int32_t status, const char *format, size_t number) {
    char *json = malloc(128);
    if (!json) return 2;
    reply->output_count = (size_t)snprintf(json, 128, format, number);
    reply->output = (const uint8_t *)json;
    reply->owner = json;
    return status;
}

static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
    (void)state;
    const char *end = (const char *)call->input + call->input_count, *last = NULL;
    const char *text = text_of((const char *)call->input, end, &last);
    if (!text) return answer(reply, 1, "{\"code\": \"no-text\", \"message\": \"There is no text to count.\"}", 0);
    size_t words = 0;
    int inside = 0;
    for (const char *at = text; at < last;) {
        size_t space = space_at(at, last);
        if (!space && !inside) words++;
        inside = !space;
        at += space ? space : *at == '\\' ? 2 : 1;
    }
    if (words == 0) return answer(reply, 1, "{\"code\": \"empty-text\", \"message\": \"The text has no words.\"}", 0);
    return answer(reply, 0, "{\"words\": %zu}", words);
}

static void release(void *state, struct autoglm_reply *reply) {
    (void)state;
    free(reply->owner);
}

static const struct autoglm_plugin plugin = {
    .abi = AUTOGLM_PLUGIN_ABI, .size = sizeof(struct autoglm_plugin), .flags = AUTOGLM_PLUGIN_CONCURRENT,
    .describe = describe, .call = call, .release = release,
};

const struct autoglm_plugin *autoglm_plugin_entry(uint32_t host_abi) {
    return host_abi == AUTOGLM_PLUGIN_ABI ? &plugin : NULL;
}
