// SPDX-License-Identifier: Apache-2.0
// A plugin in C++: what it needs is that nothing is thrown through the interface, and that names are those of C.
#include "CPluginABI.h"

#include <map>
#include <stdexcept>
#include <string>

namespace {

const char *describe() { return R"({"name": "letters", "version": "1.0.0", "steps": ["count"]})"; }

std::string counted(const std::string &json) {
    std::map<char, int> letters;
    for (char letter : json.substr(json.find(':'))) {
        if (letter >= 'a' && letter <= 'z') letters[letter]++;
    }
    if (letters.empty()) throw std::runtime_error("There are no letters.");
    std::string text = "{\"letters\": {";
    for (const auto &[letter, count] : letters) {
        text += (text.back() == '{' ? "" : ", ") + ("\"" + std::string(1, letter) + "\": ") + std::to_string(count);
    }
    return text + "}}";
}

std::int32_t call(void *, const autoglm_call *call, autoglm_reply *reply) {
    std::int32_t status = 0;
    auto *text = new std::string;
    try {
        *text = counted(std::string(reinterpret_cast<const char *>(call->input), call->input_count));
    } catch (const std::exception &error) {
        *text = "{\"code\": \"no-letters\", \"message\": \"" + std::string(error.what()) + "\"}";
        status = 1;
    }
    reply->output = reinterpret_cast<const std::uint8_t *>(text->data());
    reply->output_count = text->size();
    reply->owner = text;
    return status;
}

void release(void *, autoglm_reply *reply) { delete static_cast<std::string *>(reply->owner); }

}  // namespace

extern "C" const autoglm_plugin *autoglm_plugin_entry(std::uint32_t host_abi) {
    static autoglm_plugin plugin = {};
    plugin.abi = AUTOGLM_PLUGIN_ABI;
    plugin.size = sizeof(autoglm_plugin);
    plugin.flags = AUTOGLM_PLUGIN_CONCURRENT;
    plugin.describe = describe;
    plugin.call = call;
    plugin.release = release;
    return host_abi == AUTOGLM_PLUGIN_ABI ? &plugin : nullptr;
}
