// SPDX-License-Identifier: Apache-2.0

internal import AutoGLMProtocol
internal import LLMCore
internal import ModelGateway
internal import SwiftProtobuf

extension Autoglm_V1_GenerateResponse {
    /// The message that tells an event; nil for one that tells a client nothing.
    init?(_ event: GenerationEvent) {
        self.init()
        switch event {
        case .text(let delta):
            guard !delta.text.isEmpty || !delta.reasoning.isEmpty else { return nil }
            self.text = .with { ($0.text, $0.reasoning) = (delta.text, delta.reasoning) }
        case .toolCall(let call):
            self.toolCall = .with {
                ($0.id, $0.name, $0.argumentsJson) = (call.id, call.name, call.arguments.serialized())
            }
        case .finished(let summary):
            self.finish = .with {
                $0.reason = summary.finishReason.rawValue
                $0.usage = Autoglm_V1_Usage(summary.usage)
            }
        }
    }

    /// The message that says which arm of an experiment answers.
    init(_ exposure: Exposure) {
        self.init()
        self.experiment = .with {
            ($0.experiment, $0.arm, $0.unit) = (exposure.experiment, exposure.arm, exposure.unit)
        }
    }

    /// The last message of a stream that its client has cancelled.
    static var cancelled: Self { .with { $0.finish = .with { $0.reason = "cancelled" } } }
}

extension Autoglm_V1_Usage {
    /// The tokens of a call.
    init(_ usage: TokenUsage) {
        self.init()
        self.promptTokens = Int64(usage.promptTokens)
        self.completionTokens = Int64(usage.completionTokens)
        self.cachedPromptTokens = Int64(usage.cachedPromptTokens)
    }
}
