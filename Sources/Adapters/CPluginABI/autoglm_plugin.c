// SPDX-License-Identifier: Apache-2.0
#include "CPluginABI.h"

// Whether a table is long enough to have a field, and has it.
#define HAS(plugin, field) \
    ((plugin)->size >= offsetof(struct autoglm_plugin, field) + sizeof((plugin)->field) && (plugin)->field)

const char *autoglm_plugin_missing(const struct autoglm_plugin *plugin) {
    if (plugin->size < offsetof(struct autoglm_plugin, health)) return "the end of its table";
    if (!plugin->describe) return "'describe'";
    if (!plugin->call) return "'call'";
    if (!plugin->release) return "'release'";
    return NULL;
}

const char *autoglm_plugin_health(const struct autoglm_plugin *plugin, void *state) {
    return HAS(plugin, health) ? plugin->health(state) : NULL;
}

uint64_t autoglm_plugin_memory(const struct autoglm_plugin *plugin, void *state) {
    return HAS(plugin, memory) ? plugin->memory(state) : 0;
}

const char *autoglm_plugin_manifest(const struct autoglm_plugin *plugin) {
    return HAS(plugin, manifest) ? plugin->manifest() : NULL;
}

// The header is in the program, so that `autoglm plugin new` needs no sources.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
static const char header[] = {
#embed "include/CPluginABI.h"
};
#pragma clang diagnostic pop

const char *autoglm_plugin_header(size_t *count) {
    *count = sizeof header;
    return header;
}
