// SPDX-License-Identifier: Apache-2.0

internal import InferenceEngine
internal import LLMCore
internal import TokenConstraints

extension LLMError where Domain == LLMDomain {
    /// What an error of the engine, or of what it is made of, means to those who talk to models.
    init(_ error: any CodedError) {
        if let error = error as? ConstraintError {
            let code: Code = error.code == .unsupported ? .unsupported : .invalidRequest
            self.init(code, error.message, file: error.location.file, line: error.location.line)
            return
        }
        guard let error = error as? EngineError else {
            self.init(.backendFailed, error.message, cause: error)
            return
        }
        let code: Code =
            switch error.code {
            case .contextOverflow: .contextOverflow
            case .queueFull: .overloaded
            case .emptyPrompt, .invalidConfiguration, .unknownPrompt, .unknownAdapter: .invalidRequest
            case .unsupportedModel: .unsupported
            default: .backendFailed
            }
        self.init(code, error.message, file: error.location.file, line: error.location.line)
    }
}
