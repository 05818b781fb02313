// SPDX-License-Identifier: Apache-2.0

internal import GuidedGeneration
internal import LLMCore

extension LanguageModelSession.GenerationError {
    /// What an error of a model or of its answer means to a session, if it has a name for it.
    init?(_ error: any Error, hasSchema: Bool) {
        let context = Context(debugDescription: "\(error)", underlyingErrors: [error])
        switch error {
        case let error as LLMError:
            switch error.code {
            case .contextOverflow: self = .exceededContextWindowSize(context)
            case .overloaded: self = .rateLimited(context)
            case .unknownModel: self = .assetsUnavailable(context)
            case .unusableAnswer where hasSchema: self = .decodingFailure(context)
            case .unsupported where hasSchema: self = .unsupportedGuide(context)
            default: return nil
            }
        case is GeneratedContentError, is JSONError: self = .decodingFailure(context)
        default: return nil
        }
    }
}
