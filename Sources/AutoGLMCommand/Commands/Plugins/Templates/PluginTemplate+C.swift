// SPDX-License-Identifier: Apache-2.0

internal import PluginHost

extension PluginTemplate {
    /// A plugin in C, with all that it needs.
    var c: [(path: String, text: String)] {
        [
            ("plugin.yaml", self.manifest), ("plugin.c", self.source), ("CPluginABI.h", PluginPackage.header),
            ("build.sh", self.buildC),
        ]
    }

    private var library: String { "lib\(self.name).so" }

    private var manifest: String {
        """
        plugin: \(self.name)
        version: 0.1.0
        kind: \(self.kind.rawValue)
        description: What it is for.
        steps:
        \(self.kind.steps)

        """
    }

    private var source: String {
        #"""
        // A plugin for Open-AutoGLM; CPluginABI.h tells what each function does.
        #include "CPluginABI.h"

        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>

        static const char *describe(void) {
            return "{\"name\": \"\#(self.name)\", \"version\": \"0.1.0\", \"steps\": [\"\#(self.kind.contract?.step ?? "measure")\"]}";
        }

        // Replies with JSON that has less than `size` bytes.
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

        // Where the value of a member of the inputs begins; NULL if there is none. In JSON no text holds the name in quotes with a
        // colon after it, since quotes in texts are escaped.
        static const char *value_of(const struct autoglm_call *call, const char *name, const char **end) {
            const char *at = (const char *)call->input;
            size_t length = strlen(name);
            *end = at + call->input_count;
            for (; at + length + 2 < *end; at++) {
                if (*at != '"' || memcmp(at + 1, name, length) || at[length + 1] != '"') continue;
                const char *value = at + length + 2;
                while (value < *end && *value == ' ') value++;
                if (value == *end || *value++ != ':') continue;
                while (value < *end && *value == ' ') value++;
                return value;
            }
            return NULL;
        }

        // The text of a member as it stands in the JSON, without its quotes; the program has checked the inputs by plugin.yaml.
        static const char *text_of(const struct autoglm_call *call, const char *name, const char **last) {
            const char *end, *at = value_of(call, name, &end);
            *last = end;
            if (!at || at == end || *at != '"') return *last;
            const char *begin = ++at;
            while (at < end && *at != '"') at += *at == '\\' ? 2 : 1;
            *last = at < end ? at : end;
            return begin;
        }

        \#(self.kind.code)

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

        """#
    }

    private var buildC: String {
        """
        #!/usr/bin/env bash
        # Builds the plugin into the folder 'build' beside this script. CC and AUTOGLM_BIN name the compiler and the program.
        set -euo pipefail
        cd "$(dirname "$0")"
        mkdir -p build
        "${CC:-cc}" -std=c11 -O2 -Wall -Wextra -fPIC -shared plugin.c -o build/\(self.library)
        "${AUTOGLM_BIN:-autoglm}" plugin pack build/\(self.library) --manifest plugin.yaml --plugins build

        """
    }
}

extension PluginKind {
    /// The steps of the manifest.
    fileprivate var steps: String {
        switch self {
        case .step: Self.stepSteps
        case .adapter: Self.adapterSteps
        case .parser: Self.parserSteps
        case .router: Self.routerSteps
        case .inputProcessor: Self.processorSteps
        }
    }

    /// The function `call`, and what it needs.
    fileprivate var code: String {
        switch self {
        case .step: Self.stepCode
        case .adapter: Self.adapterCode
        case .parser: Self.parserCode
        case .router: Self.routerCode
        case .inputProcessor: Self.processorCode
        }
    }

    // MARK: - Steps

    private static let stepSteps = """
          measure:
            description: Counts the bytes of a text.
            inputs:
              text: {type: string, description: The text.}
            outputs:
              bytes: {type: integer, description: How many bytes the text has in JSON.}
        """

    private static let stepCode = #"""
        // A failure is {"code", "message"} and a number that is not 0.
        static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
            (void)state;
            const char *last, *text = text_of(call, "text", &last);
            if (text == last)
                return answer(reply, 1, 128, "{\"code\": \"empty-text\", \"message\": \"The text is empty.\"}");
            return answer(reply, 0, 64, "{\"bytes\": %zu}", (size_t)(last - text));
        }
        """#

    // MARK: - Adapters

    private static let adapterSteps = """
          generate:
            description: Says the prompt again, word by word.
            inputs:
              prompt: {type: string, description: What the user said last.}
              messages: {type: array, required: false, description: The whole conversation.}
              max_tokens: {type: integer, required: false, description: The most words of the answer.}
              temperature: {type: number, required: false, description: It changes nothing.}
            outputs:
              text: {type: string, description: The answer.}
              finish_reason: {type: string, description: Why it ended., schema: {enum: [stop, length]}}
              prompt_tokens: {type: integer, description: How many words the prompt has.}
              completion_tokens: {type: integer, description: How many words the answer has.}
        """

    private static let adapterCode = #"""
        // Counts words up to the most there may be, and finds where the last of them ends.
        static size_t words(const char *text, const char *end, size_t most, const char **last) {
            size_t count = 0;
            *last = text;
            for (const char *at = text; count < most; count++) {
                while (at < end && *at == ' ') at++;
                if (at == end) break;
                while (at < end && *at != ' ') at++;
                *last = at;
            }
            return count;
        }

        // Says the prompt again, and takes words for tokens: put a model in its place. What it can be told besides, such as 'stop',
        // belongs into plugin.yaml; what is not there is refused.
        static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
            (void)state;
            const char *end, *last, *inputs_end, *prompt = text_of(call, "prompt", &end);
            const char *limit = value_of(call, "max_tokens", &inputs_end);
            size_t all = words(prompt, end, SIZE_MAX, &last);
            size_t told = words(prompt, end, limit ? strtoul(limit, NULL, 10) : SIZE_MAX, &last);
            return answer(
                reply, 0, (size_t)(last - prompt) + 160,
                "{\"text\": \"%.*s\", \"finish_reason\": \"%s\", \"prompt_tokens\": %zu, \"completion_tokens\": %zu}",
                (int)(last - prompt), prompt, told < all ? "length" : "stop", all, told);
        }
        """#

    // MARK: - Parsers

    private static let parserSteps = """
          parse:
            description: Reads the first whole number of an answer.
            inputs:
              text: {type: string, description: The answer.}
            outputs:
              value: {type: integer, description: The number.}
        """

    private static let parserCode = #"""
        // Reads the first whole number. A failure tells the model what to do better: it is asked again with the message.
        static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
            (void)state;
            const char *last, *text = text_of(call, "text", &last);
            for (const char *at = text; at < last; at++) {
                if (*at == '\\') at += at[1] == 'u' ? 5 : 1;
                else if (*at >= '0' && *at <= '9') return answer(reply, 0, 64, "{\"value\": %lu}", strtoul(at, NULL, 10));
            }
            return answer(
                reply, 1, 128, "{\"code\": \"no-number\", \"message\": \"The answer has no number; answer with a number.\"}");
        }
        """#

    // MARK: - Routers

    private static let routerSteps = """
          route:
            description: Takes what has a question mark for a question.
            inputs:
              text: {type: string, description: What the user wrote.}
            outputs:
              target: {type: string, description: The task., schema: {enum: [question-answering, generation]}}
              confidence: {type: number, description: How sure that is.}
              explanation: {type: string, description: Why.}
        """

    private static let routerCode = #"""
        // Chooses one of the tasks; a router that is to choose among a pipeline's own 'targets' takes them as an input.
        static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
            (void)state;
            const char *last, *text = text_of(call, "text", &last);
            int asks = memchr(text, '?', (size_t)(last - text)) != NULL;
            return answer(
                reply, 0, 160, "{\"target\": \"%s\", \"confidence\": %s, \"explanation\": \"it has %s question mark\"}",
                asks ? "question-answering" : "generation", asks ? "0.9" : "0.6", asks ? "a" : "no");
        }
        """#

    // MARK: - Processors of inputs

    private static let processorSteps = """
          process:
            description: Says how large an input is.
            inputs:
              payload: {type: string, description: The bytes in base64.}
              modality: {type: string, description: What they are., schema: {enum: [text, image, audio]}}
            outputs:
              text: {type: string, description: What there is to say of it.}
              bytes: {type: integer, description: How many bytes it has.}
        """

    private static let processorCode = #"""
        // Says how large the input is; 'schema' of 'modality' in plugin.yaml says what it takes at all.
        static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
            (void)state;
            const char *end, *last, *payload = text_of(call, "payload", &end), *modality = text_of(call, "modality", &last);
            size_t digits = 0;
            for (const char *at = payload; at < end; at++) digits += *at != '=' && *at != '\\';
            size_t bytes = digits * 3 / 4;
            return answer(
                reply, 0, 128, "{\"text\": \"%.*s of %zu bytes\", \"bytes\": %zu}", (int)(last - modality), modality, bytes, bytes);
        }
        """#
}
