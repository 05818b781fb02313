// SPDX-License-Identifier: Apache-2.0

internal import PluginHost

extension PluginTemplate {
    /// A plugin in Swift, on the product PluginKit.
    func swift(package: String) -> [(path: String, text: String)] {
        [
            ("Package.swift", self.package(at: package)), ("Sources/\(self.type)/\(self.type).swift", self.source),
            ("build.sh", self.build),
        ]
    }

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

    private var source: String {
        """
        \(Self.uses) PluginKit

        @Plugin("\(self.name)", version: "0.1.0",\(self.kind.argument) description: "What it is for.")
        struct \(self.type) {
        \(self.kind.body)
        }

        """
    }

    private var build: String {
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

extension PluginKind {
    /// The argument of `@Plugin`.
    fileprivate var argument: String {
        switch self {
        case .step: ""
        case .adapter: " kind: .adapter,"
        case .parser: " kind: .parser,"
        case .router: " kind: .router,"
        case .inputProcessor: " kind: .inputProcessor,"
        }
    }

    /// The members of the type.
    fileprivate var body: String {
        switch self {
        case .step: Self.stepBody
        case .adapter: Self.adapterBody
        case .parser: Self.parserBody
        case .router: Self.routerBody
        case .inputProcessor: Self.processorBody
        }
    }

    private static let stepBody = #"""
            struct Text: Codable { var text: String }
            struct Size: Codable { var characters: Int }

            /// Counts the characters of a text.
            func measure(_ input: Text) async throws -> Size {
                guard !input.text.isEmpty else { throw PluginFailure("empty-text", "The text is empty.") }
                return Size(characters: input.text.count)
            }
        """#

    private static let adapterBody = #"""
            // What is not here, such as 'stop', cannot be asked of this model.
            struct Question: Codable {
                struct Message: Codable { var role, content: String }
                var prompt: String
                var messages: [Message]?
                var maxTokens: Int?
                var temperature: Double?

                enum CodingKeys: String, CodingKey { case prompt, messages, maxTokens = "max_tokens", temperature }
            }
            struct Answer: Codable {
                var text: String
                var finishReason: String
                var promptTokens, completionTokens: Int

                enum CodingKeys: String, CodingKey {
                    case text, finishReason = "finish_reason", promptTokens = "prompt_tokens"
                    case completionTokens = "completion_tokens"
                }
            }

            /// Says the prompt again, word by word.
            func generate(_ question: Question) async throws -> Answer {
                let words = question.prompt.split(separator: " ")
                let told = words.prefix(question.maxTokens ?? words.count)
                return Answer(
                    text: told.joined(separator: " "), finishReason: told.count < words.count ? "length" : "stop",
                    promptTokens: words.count, completionTokens: told.count)
            }
        """#

    private static let parserBody = #"""
            struct Text: Codable { var text: String }
            struct Number: Codable { var value: Int }

            /// Reads the first whole number of an answer.
            func parse(_ answer: Text) async throws -> Number {
                guard let value = answer.text.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
                    // The model is asked again with these words.
                    throw PluginFailure("no-number", "The answer has no number; answer with a number.")
                }
                return Number(value: value)
            }
        """#

    private static let routerBody = #"""
            struct Request: Codable {
                var text: String
                var targets: [String]?
            }
            struct Decision: Codable {
                var target: String
                var explanation: String
            }

            /// Takes what has a question mark for a question.
            func route(_ request: Request) async throws -> Decision {
                let asks = request.text.contains("?")
                return Decision(
                    target: asks ? "question-answering" : "generation", explanation: "it has \(asks ? "a" : "no") question mark")
            }
        """#

    private static let processorBody = #"""
            struct Input: Codable { var payload, modality: String }
            struct Finding: Codable {
                var text: String
                var bytes: Int
            }

            /// Says how large an input is.
            func process(_ input: Input) async throws -> Finding {
                let bytes = input.payload.filter { $0 != "=" }.count * 3 / 4
                return Finding(text: "\(input.modality) of \(bytes) bytes", bytes: bytes)
            }
        """#
}
