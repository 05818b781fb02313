// SPDX-License-Identifier: Apache-2.0
// A plugin that gives back what it is given, for bench/plugins.sh; VERSION is set by the script.
#include "CPluginABI.h"

#include <stdlib.h>
#include <string.h>

static const char *describe(void) {
    return "{\"name\": \"echo\", \"version\": \"" VERSION "\", \"steps\": [\"echo\"]}";
}

static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
    (void)state;
    uint8_t *copy = malloc(call->input_count ? call->input_count : 1);
    if (!copy) return 1;
    memcpy(copy, call->input, call->input_count);
    reply->output = copy;
    reply->output_count = call->input_count;
    reply->owner = copy;
    return 0;
}

static void release(void *state, struct autoglm_reply *reply) {
    (void)state;
    free(reply->owner);
}

static const struct autoglm_plugin plugin = {
    .abi = AUTOGLM_PLUGIN_ABI, .size = sizeof(struct autoglm_plugin),
    .flags = AUTOGLM_PLUGIN_CONCURRENT | AUTOGLM_PLUGIN_BRIEF, .describe = describe, .call = call, .release = release,
};

const struct autoglm_plugin *autoglm_plugin_entry(uint32_t host_abi) {
    return host_abi == AUTOGLM_PLUGIN_ABI ? &plugin : NULL;
}
