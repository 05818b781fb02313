// SPDX-License-Identifier: Apache-2.0
#include "CPluginABI.h"

const char *autoglm_plugin_missing(const struct autoglm_plugin *plugin) {
    if (plugin->size < sizeof(struct autoglm_plugin)) return "the end of its table";
    if (!plugin->describe) return "'describe'";
    if (!plugin->call) return "'call'";
    if (!plugin->release) return "'release'";
    return NULL;
}
