// SPDX-License-Identifier: Apache-2.0

// On Apple's systems: import FoundationModels
import OpenAutoGLM

/// A model as a third party adds it: this one answers with the words of the prompt, sorted.
struct SortingLanguageModel: LanguageModel {
    var separator = " "

    var capabilities: LanguageModelCapabilities { LanguageModelCapabilities([]) }
    var executorConfiguration: Executor.Configuration { Executor.Configuration(separator: self.separator) }

    struct Executor: LanguageModelExecutor {
        typealias Model = SortingLanguageModel

        struct Configuration: Hashable, Sendable {
            var separator: String
        }

        private let configuration: Configuration

        init(configuration: Configuration) throws { self.configuration = configuration }

        func respond(
            to request: LanguageModelExecutorGenerationRequest, model: Model,
            streamingInto channel: LanguageModelExecutorGenerationChannel
        ) async throws {
            guard case .prompt(let prompt)? = request.transcript.last else { return }
            let texts = prompt.segments.compactMap { segment -> String? in
                guard case .text(let text) = segment else { return nil }
                return text.content
            }
            let words = texts.joined(separator: " ").split(separator: " ").sorted()
            await channel.send(
                .response(
                    entryID: request.id.description,
                    action: .updateUsage(
                        input: .init(totalTokenCount: words.count, cachedTokenCount: 0),
                        output: .init(totalTokenCount: words.count, reasoningTokenCount: 0))))
            for (index, word) in words.enumerated() {
                let text = index == 0 ? String(word) : self.configuration.separator + word
                await channel.send(.response(entryID: request.id.description, action: .appendText(text, tokenCount: 1)))
            }
        }
    }
}

/// Talks to a model of one's own, as to any other.
@main
struct OwnModel {
    static func main() async throws {
        let session = LanguageModelSession(model: SortingLanguageModel(separator: ", "))
        let response = try await session.respond(to: "some words in no order")
        print(response.content)
        print("\(response.usage.totalTokenCount) tokens")
    }
}
