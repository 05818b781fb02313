// SPDX-License-Identifier: Apache-2.0
#ifndef AUTOGLM_PLUGIN_H
#define AUTOGLM_PLUGIN_H

// What a plugin's library gives to the program that loads it. This header is all that a plugin's author needs.
//
// A library exports one function, `autoglm_plugin_entry`, which gives one table. All texts are UTF-8; values are JSON.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this interface. What is compiled for another version is refused.
#define AUTOGLM_PLUGIN_ABI 1

/// A flag of the table: `call` may run on several threads at once. Without it there is one call at a time.
#define AUTOGLM_PLUGIN_CONCURRENT 1u

/// A flag of the table: a call takes microseconds and never waits, so that the program may make it on a thread of its own.
#define AUTOGLM_PLUGIN_BRIEF 2u

/// A flag of the table: the library must stay in a process that has loaded it, since its threads or its runtime outlive `close`.
/// Plugins in Swift are such; without an own process each new version leaves the code of the old one in memory.
#define AUTOGLM_PLUGIN_RESIDENT 4u

/// One call of a step. It lives until `call` returns.
struct autoglm_call {
    /// The bytes of this struct as the program knows it; later versions of the program may add fields at the end.
    uint32_t size;
    /// The step's name, as in the manifest, with a 0 at its end.
    const char *step;
    /// The step's inputs: a JSON object, without a 0 at its end.
    const uint8_t *input;
    size_t input_count;
};

/// What a call gives. All fields are 0 before the call.
struct autoglm_reply {
    /// A JSON object with the step's outputs; where the call failed {"code": "…", "message": "…"}.
    /// It stays the plugin's: it must live until `release` is called with this reply.
    const uint8_t *output;
    size_t output_count;
    /// For the plugin's own use until `release`.
    void *owner;
};

/// What a plugin can do. It lives as long as the library is loaded, and never changes.
struct autoglm_plugin {
    /// AUTOGLM_PLUGIN_ABI as the plugin was compiled.
    uint32_t abi;
    /// sizeof(struct autoglm_plugin) as the plugin was compiled.
    uint32_t size;
    /// AUTOGLM_PLUGIN_CONCURRENT, or 0.
    uint32_t flags;
    /// What the plugin is: {"name": "…", "version": "…", "steps": ["…"]}, with a 0 at its end. It must agree with plugin.yaml.
    const char *(*describe)(void);
    /// Makes what the calls share, which is handed to them as `state`; may be NULL. 0 is success.
    int32_t (*open)(void **state);
    /// Does one step; 0 is success, anything else a failure that `reply` explains.
    int32_t (*call)(void *state, const struct autoglm_call *call, struct autoglm_reply *reply);
    /// Takes back what `call` gave; called once after every call.
    void (*release)(void *state, struct autoglm_reply *reply);
    /// Ends what `open` made; may be NULL. No call is under way then.
    void (*close)(void *state);
    // What follows may be missing: a table of an earlier header ends before it (see `size`).
    /// Whether the plugin is well: NULL, or what is wrong, which must live until the next call of this function; may be NULL.
    const char *(*health)(void *state);
    /// How many bytes the plugin has allocated at this moment, for the accounts of plugins in the program's own process; may be NULL.
    uint64_t (*memory)(void *state);
    /// The manifest but for 'abi', 'library' and 'sha256', as a JSON object with a 0 at its end, for `autoglm plugin pack`; may be NULL.
    const char *(*manifest)(void);
};

/// The function that a library exports.
///
/// `host_abi` is the version that the program speaks; a plugin that does not know it gives NULL.
typedef const struct autoglm_plugin *(*autoglm_plugin_entry_function)(uint32_t host_abi);

/// The function's name.
#define AUTOGLM_PLUGIN_ENTRY "autoglm_plugin_entry"

// For programs that load plugins.

/// Whether a table has every field that must be there: NULL, or what is missing.
const char *autoglm_plugin_missing(const struct autoglm_plugin *plugin);

/// What the field `health` says; NULL where it says nothing is wrong, or is missing.
const char *autoglm_plugin_health(const struct autoglm_plugin *plugin, void *state);

/// What the field `memory` says; 0 where it is missing.
uint64_t autoglm_plugin_memory(const struct autoglm_plugin *plugin, void *state);

/// What the field `manifest` says; NULL where it is missing.
const char *autoglm_plugin_manifest(const struct autoglm_plugin *plugin);

/// The text of this header, and how long it is.
const char *autoglm_plugin_header(size_t *count);

#ifdef __cplusplus
}
#endif
#endif
