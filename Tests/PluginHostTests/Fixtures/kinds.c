// SPDX-License-Identifier: Apache-2.0
// A plugin of each kind, by the name of the step that is called; STEP names the one that it has.
#include "CPluginABI.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef PREFIX
#define PREFIX ""
#endif

static const char *describe(void) {
    return "{\"name\": \"" NAME "\", \"version\": \"" VERSION "\", \"steps\": [\"" STEP "\"]}";
}

static int32_t answer(struct autoglm_reply *reply, int32_t status, size_t size, const char *format, ...) {
    char *json = malloc(size);
    if (!json) return 1;
    va_list values;
    va_start(values, format);
    int length = vsnprintf(json, size, format, values);
    va_end(values);
    reply->output = (const uint8_t *)json;
    reply->output_count = length < 0 ? 0 : (size_t)length < size ? (size_t)length : size - 1;
    reply->owner = json;
    return status;
}

// The value of a member, from its first byte; NULL if there is none.
static const char *value_of(const struct autoglm_call *call, const char *name) {
    const char *at = (const char *)call->input, *end = at + call->input_count;
    char key[64];
    size_t length = (size_t)snprintf(key, sizeof key, "\"%s\":", name);
    for (; at + length < end; at++)
        if (!memcmp(at, key, length)) return at + length;
    return NULL;
}

static const char *text_of(const struct autoglm_call *call, const char *name, int *count) {
    const char *at = value_of(call, name), *end = (const char *)call->input + call->input_count;
    *count = 0;
    if (!at || *at != '"') return "";
    const char *begin = ++at;
    while (at < end && *at != '"') at += *at == '\\' ? 2 : 1;
    *count = (int)(at - begin);
    return begin;
}

static int has(const char *text, int count, const char *word) {
    size_t length = strlen(word);
    for (int at = 0; at + (int)length <= count; at++)
        if (!memcmp(text + at, word, length)) return 1;
    return 0;
}

// What goes wrong where the text asks for it; -1 for nothing.
static int32_t harm(const char *text, int count, struct autoglm_reply *reply) {
    if (has(text, count, "crash")) raise(SIGKILL);
    if (has(text, count, "nonsense")) return answer(reply, 0, 8, "{}");
    if (has(text, count, "too-many"))
        return answer(reply, 1, 96, "{\"code\": \"rate-limited\", \"message\": \"Not so fast.\"}");
    if (has(text, count, "silent")) return 9;
    return -1;
}

// Says the prompt again, a word as a token; "show" gives the inputs as they came.
static int32_t generate(const struct autoglm_call *call, struct autoglm_reply *reply) {
    int count;
    const char *prompt = text_of(call, "prompt", &count), *limit = value_of(call, "max_tokens");
    int32_t harmed = harm(prompt, count, reply);
    if (harmed >= 0) return harmed;
    if (has(prompt, count, "show")) {
        char *shown = malloc(2 * call->input_count + 1), *to = shown;
        for (size_t at = 0; at < call->input_count; at++) {
            if (call->input[at] == '"' || call->input[at] == '\\') *to++ = '\\';
            *to++ = (char)call->input[at];
        }
        *to = 0;
        int32_t status = answer(
            reply, 0, strlen(shown) + 128,
            "{\"text\": \"%s\", \"prompt_tokens\": 1, \"completion_tokens\": 1, \"finish_reason\": \"stop\"}", shown);
        free(shown);
        return status;
    }
    unsigned long most = limit ? strtoul(limit, NULL, 10) : 1000000, all = 0, told = 0;
    int end = 0;
    for (int at = 0; at < count;) {
        while (at < count && prompt[at] == ' ') at++;
        if (at == count) break;
        while (at < count && prompt[at] != ' ') at++;
        if (all++ < most) told++, end = at;
    }
    const char *reason = has(prompt, count, "odd") ? "tired" : told < all ? "length" : "stop";
    return answer(
        reply, 0, (size_t)count + 160,
        "{\"text\": \"" PREFIX "%.*s\", \"finish_reason\": \"%s\", \"prompt_tokens\": %lu, \"completion_tokens\": %lu}",
        end, prompt, reason, all, told);
}

// Reads the first digit.
static int32_t parse(const struct autoglm_call *call, struct autoglm_reply *reply) {
    int count;
    const char *text = text_of(call, "text", &count);
    int32_t harmed = harm(text, count, reply);
    if (harmed >= 0) return harmed;
    for (int at = 0; at < count; at++)
        if (text[at] >= '0' && text[at] <= '9')
            return answer(
                reply, 0, 96, "{\"value\": {\"digit\": %c}%s}", text[at],
                at ? ", \"repairs\": [\"There was text before it.\"]" : "");
    return answer(reply, 1, 96, "{\"code\": \"no-digit\", \"message\": \"The answer has no digit; give one.\"}");
}

// Chooses what the text's first word says; "list" counts the targets that it was given.
static int32_t route(const struct autoglm_call *call, struct autoglm_reply *reply) {
    int count, first = 0;
    const char *text = text_of(call, "text", &count), *targets = value_of(call, "targets");
    int32_t harmed = harm(text, count, reply);
    if (harmed >= 0) return harmed;
    while (first < count && text[first] != ' ') first++;
    if (has(text, count, "unsure")) return answer(reply, 0, (size_t)count + 32, "{\"target\": \"%.*s\"}", first, text);
    return answer(
        reply, 0, (size_t)count + 160, "{\"target\": \"%.*s\", \"confidence\": %s, \"explanation\": \"%s\"}", first, text,
        has(text, count, "oversure") ? "2" : "0.75", targets ? "it was given targets" : "it was given no targets");
}

// Says what it was given, and how many digits of base64 that is.
static int32_t process(const struct autoglm_call *call, struct autoglm_reply *reply) {
    int count, modality, type, source, language;
    text_of(call, "payload", &count);
    const char *kind = text_of(call, "modality", &modality);
    const char *media = text_of(call, "media_type", &type), *from = text_of(call, "source", &source);
    const char *tongue = text_of(call, "language", &language);
    if (has(from, source, "crash")) raise(SIGKILL);
    return answer(
        reply, 0, (size_t)(type + source + language) + 192,
        "{\"text\": \"%.*s %.*s of %.*s in '%.*s', %d digits\", \"vector\": [0.5, %s], \"digits\": %d}", modality, kind, type,
        media, source, from, language, tongue, count, has(from, source, "odd") ? "\"x\"" : "-1", count);
}

static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
    (void)state;
    if (!strcmp(call->step, "generate")) return generate(call, reply);
    if (!strcmp(call->step, "parse")) return parse(call, reply);
    if (!strcmp(call->step, "route")) return route(call, reply);
    return process(call, reply);
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
