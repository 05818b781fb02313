// SPDX-License-Identifier: Apache-2.0

package import LLMCore

extension ModelAdapter {
    /// Refuses what a model cannot do, before anything is sent.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` or `.invalidRequest`.
    package func check(_ request: GenerationRequest) throws {
        try request.sampling.validate()
        let content: [ContentPart]
        switch request.prompt {
        case .raw:
            content = []
            try self.require(.rawPrompts, "raw prompts")
        case .messages(let messages):
            content = messages.flatMap(\.content)
            try self.require(.chat, "conversations")
        }
        for part in content {
            switch part {
            case .text: continue
            case .image: try self.require(.images, "images")
            case .audio: try self.require(.audio, "recordings")
            }
        }
        if request.offersTools { try self.require(.tools, "tools") }
        if request.topLogProbabilities != nil { try self.require(.logProbabilities, "log-probabilities") }
        if request.adapter != nil { try self.require(.adapters, "adapters") }
        if case .slide = request.overflow { try self.require(.slidingContext, "a sliding context") }
        switch request.constraint?.form {
        case nil: break
        case .jsonSchema: try self.require(.jsonConstraints, "constraints")
        default: try self.require(.constraints, "constraints other than JSON schemas")
        }
    }

    /// Refuses to limit calls of tools to one at a time, for backends that cannot be told.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported`.
    func refuseLimitedToolCalls(_ request: GenerationRequest) throws {
        guard request.limitsToolCalls else { return }
        throw LLMError(
            .unsupported,
            "The backend of '\(self.name)' cannot be told to call one tool at a time; leave out `parallelToolCalls`.")
    }

    private func require(_ capability: ModelCapabilities, _ what: String) throws {
        guard self.capabilities.contains(capability) else {
            throw LLMError(.unsupported, "The backend of '\(self.name)' does not take \(what).")
        }
    }
}
