// SPDX-License-Identifier: Apache-2.0

internal import PluginHost

/// The files of a plugin that `autoglm plugin new` begins.
struct PluginTemplate {
    /// The plugin's name.
    let name: String

    /// A plugin in C, with all that it needs.
    var c: [(path: String, text: String)] {
        [
            ("plugin.yaml", self.manifest), ("plugin.c", self.source), ("CPluginABI.h", PluginPackage.header),
            ("build.sh", self.buildC),
        ]
    }

    /// A plugin in Swift, on the product PluginKit.
    func swift(package: String) -> [(path: String, text: String)] {
        [
            ("Package.swift", self.package(at: package)), ("Sources/\(self.type)/\(self.type).swift", self.swiftSource),
            ("build.sh", self.buildSwift),
        ]
    }

    /// `word-count` as a type: `WordCount`.
    private var type: String {
        self.name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    // MARK: - C

    private var manifest: String {
        """
        plugin: \(self.name)
        version: 0.1.0
        kind: step
        description: What it is for.
        steps:
          measure:
            description: Counts the bytes of its input.
            inputs:
              text: {type: string, description: The text.}
            outputs:
              bytes: {type: integer, description: How many bytes the input has in JSON.}

        """
    }

    private var source: String {
        """
        // A plugin for Open-AutoGLM; CPluginABI.h tells what each function does.
        #include "CPluginABI.h"

        #include <stdio.h>
        #include <stdlib.h>

        static const char *describe(void) {
            return "{\\"name\\": \\"\(self.name)\\", \\"version\\": \\"0.1.0\\", \\"steps\\": [\\"measure\\"]}";
        }

        // The program has checked the input by plugin.yaml; a failure is {"code", "message"} and a number that is not 0.
        static int32_t call(void *state, const struct autoglm_call *call, struct autoglm_reply *reply) {
            (void)state;
            char *json = malloc(64);
            if (!json) return 1;
            reply->output_count = (size_t)snprintf(json, 64, "{\\"bytes\\": %zu}", call->input_count);
            reply->output = (const uint8_t *)json;
            reply->owner = json;
            return 0;
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

        """
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

    private var library: String { "lib\(self.name).so" }

    // MARK: - Swift

    /// Not written out, so that nobody takes the lines of templates for those of this module.
    private static let uses = "import"

    private func package(at place: String) -> String {
        let isAddress = place.contains("://")
        let name = String(place.split(separator: "/").last ?? "open-autoglm")
        let identity = name.hasSuffix(".git") ? String(name.dropLast(4)) : name
        let dependency = isAddress ? ".package(url: \"\(place)\", branch: \"main\")" : ".package(path: \"\(place)\")"
        return """
            // swift-tools-version: 6.2
            \(Self.uses) PackageDescription

            let package = Package(
                name: "\(self.name)",
                platforms: [.macOS(.v15)],
                products: [.library(name: "\(self.type)", type: .dynamic, targets: ["\(self.type)"])],
                dependencies: [\(dependency)],
                targets: [
                    .target(
                        name: "\(self.type)", dependencies: [.product(name: "PluginKit", package: "\(identity)")],
                        linkerSettings: [
                            // The library brings Swift's runtime and Foundation, and keeps them to itself.
                            .unsafeFlags(
                                [
                                    "-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims", "-l_FoundationICU",
                                    "-lCoreFoundation", "-Xlinker", "--exclude-libs=ALL", "-Xlinker", "-s",
                                ], .when(platforms: [.linux]))
                        ])
                ]
            )

            """
    }

    private var swiftSource: String {
        """
        \(Self.uses) PluginKit

        @Plugin("\(self.name)", version: "0.1.0", description: "What it is for.")
        struct \(self.type) {
            struct Text: Codable { var text: String }
            struct Size: Codable { var characters: Int }

            /// Counts the characters of a text.
            func measure(_ input: Text) async throws -> Size {
                guard !input.text.isEmpty else { throw PluginFailure("empty-text", "The text is empty.") }
                return Size(characters: input.text.count)
            }
        }

        """
    }

    private var buildSwift: String {
        """
        #!/usr/bin/env bash
        # Builds the plugin into the folder 'build' beside this script. AUTOGLM_BIN names the program.
        set -euo pipefail
        cd "$(dirname "$0")"
        swift build -c release --product \(self.type)
        "${AUTOGLM_BIN:-autoglm}" plugin pack "$(swift build -c release --show-bin-path)/lib\(self.type).so" --plugins build

        """
    }
}
