// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
package import LLMCore
package import ServingCore

/// A model of the repository that takes a text and gives one, as a language model: for chats in other protocols.
///
/// The last thing that a user says goes in; the answer comes out whole. Requests take the repository's way: versions,
/// statistics and errors are the same in every protocol.
package struct RepositoryTextModel: ModelAdapter {
    package let name: String
    private let repository: ModelRepository
    private let input: String
    private let output: String

    /// Chats; text as it is, too.
    package var capabilities: ModelCapabilities { [.chat, .rawPrompts] }

    /// Finds out whether a model of the repository is one; nil where it is not, or not ready.
    ///
    /// It is one whose only output is a text, and whose inputs are one text and what may be left out.
    package init?(_ name: String, in repository: ModelRepository) {
        guard let configuration = try? repository.model(named: name).configuration, Self.isServed(configuration),
            let input = Self.mainInput(configuration), let output = configuration.outputs.first
        else { return nil }
        self.name = name
        self.repository = repository
        self.input = input
        self.output = output.name
    }

    /// The names of all there are.
    package static func names(in repository: ModelRepository) -> [String] {
        var seen: Set<String> = []
        return repository.allModels.map(\.configuration.name).filter { name in
            seen.insert(name).inserted && Self(name, in: repository) != nil
        }
    }

    private static func isServed(_ configuration: ModelConfiguration) -> Bool {
        !configuration.isBatched && !configuration.isDecoupled && configuration.outputs.count == 1
            && Self.isText(configuration.outputs[0])
            && configuration.message.parameters[ValueSignature.textOutput]?.stringValue == configuration.outputs[0].name
    }

    private static func mainInput(_ configuration: ModelConfiguration) -> String? {
        let needed = configuration.inputs.filter { !$0.isOptional }
        guard needed.count <= 1, let main = needed.first ?? configuration.inputs.first, Self.isText(main) else {
            return nil
        }
        return main.name
    }

    private static func isText(_ tensor: TensorSpecification) -> Bool {
        tensor.datatype == .bytes && tensor.dimensions == [1]
    }

    package func generate(_ request: GenerationRequest) async throws -> GenerationStream {
        guard request.tools.isEmpty, request.constraint == nil, request.topLogProbabilities == nil else {
            throw LLMError(
                .unsupported, "The model '\(self.name)' only answers texts: no tools, formats and log-probabilities.")
        }
        let text =
            switch request.prompt {
            case .raw(let text): text
            case .messages(let messages): messages.last { $0.role == .user }?.text ?? ""
            }
        do {
            let answer = try await self.repository.infer(
                InferenceRequest(
                    model: self.name, inputs: [try KServeTensor(self.input, shape: [1], strings: [text])]))
            guard let output = answer.outputs.first(where: { $0.name == self.output }) else {
                throw LLMError(.backendFailed, "The model '\(self.name)' gave no '\(self.output)'.")
            }
            return Self.stream(try output.strings().joined())
        } catch let error as ServingError { throw Self.error(error) }
    }

    private static func stream(_ text: String) -> GenerationStream {
        GenerationStream(
            AsyncThrowingStream { continuation in
                continuation.yield(.text(TextDelta(text: text)))
                continuation.yield(
                    .finished(
                        GenerationSummary(finishReason: .stop, usage: TokenUsage(promptTokens: 0, completionTokens: 0)))
                )
                continuation.finish()
            })
    }

    private static func error(_ error: ServingError) -> LLMError {
        let code: LLMError.Code =
            switch error.code {
            case .invalidArgument: .invalidRequest
            case .notFound: .unknownModel
            case .unavailable: .unavailable
            case .unsupported: .unsupported
            default: .backendFailed
            }
        return LLMError(code, error.message, cause: error.cause)
    }
}
