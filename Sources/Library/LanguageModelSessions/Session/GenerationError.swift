// SPDX-License-Identifier: Apache-2.0

internal import GuidedGeneration

#if canImport(FoundationEssentials)
public import protocol FoundationEssentials.LocalizedError
#else
public import protocol Foundation.LocalizedError
#endif

extension LanguageModelSession {
    /// Why a session's request failed; the session is as it was before the request.
    public enum GenerationError: Error, LocalizedError {
        /// What else is to be said of a failure.
        public struct Context: Sendable {
            /// The failure in words, for people who write programs.
            public let debugDescription: String
            /// The errors underneath.
            public let underlyingErrors: [any Error]

            /// Describes a failure.
            public init(debugDescription: String, underlyingErrors: [any Error] = []) {
                self.debugDescription = debugDescription
                self.underlyingErrors = underlyingErrors
            }
        }

        /// What a model said when it refused.
        public struct Refusal: Sendable {
            private let transcriptEntries: [Transcript.Entry]

            /// What was said.
            public init(transcriptEntries: [Transcript.Entry]) { self.transcriptEntries = transcriptEntries }

            /// The model's own words; empty where it gave none.
            public var explanation: Response<String> {
                get async throws {
                    let text = self.transcriptEntries.compactMap(\.responseText).last ?? ""
                    return Response(
                        content: text, rawContent: text.generatedContent,
                        transcriptEntries: self.transcriptEntries[...],
                        usage: Usage())
                }
            }
        }

        /// The transcript does not fit into the model's context; the description has the sizes.
        case exceededContextWindowSize(Context)
        /// The model is not there.
        case assetsUnavailable(Context)
        /// A guardrail of the application's own stopped a prompt or a response.
        case guardrailViolation(Context)
        /// The schema asks for what this model cannot be held to.
        case unsupportedGuide(Context)
        /// The model does not speak the language.
        case unsupportedLanguageOrLocale(Context)
        /// The response is not what was asked for, and so there is none.
        case decodingFailure(Context)
        /// The model is busy; try again later.
        case rateLimited(Context)
        /// The session is responding already.
        case concurrentRequests(Context)
        /// The model refused to answer.
        case refusal(Refusal, Context)

        /// What else is to be said.
        var context: Context {
            switch self {
            case .exceededContextWindowSize(let context), .assetsUnavailable(let context),
                .guardrailViolation(let context), .unsupportedGuide(let context),
                .unsupportedLanguageOrLocale(let context), .decodingFailure(let context), .rateLimited(let context),
                .concurrentRequests(let context), .refusal(_, let context):
                context
            }
        }

        /// What went wrong.
        public var errorDescription: String? { self.context.debugDescription }

        /// What to do about it.
        public var recoverySuggestion: String? {
            switch self {
            case .exceededContextWindowSize: "Begin a new session with a shorter transcript."
            case .assetsUnavailable: "Fetch the model first."
            case .guardrailViolation, .refusal: "Ask otherwise."
            case .unsupportedGuide: "Leave the guide out, or check it after the response."
            case .unsupportedLanguageOrLocale: "Ask in another language."
            case .decodingFailure: "Ask again, or allow more tokens."
            case .rateLimited: "Try again later."
            case .concurrentRequests: "Wait until the session has responded, or use another session."
            }
        }
    }
}

extension LanguageModelSession.GenerationError: CustomStringConvertible {
    /// What went wrong.
    public var description: String { self.context.debugDescription }
}

extension Transcript.Entry {
    /// The text of a response.
    var responseText: String? {
        guard case .response(let response) = self else { return nil }
        return response.segments.map(\.text).joined()
    }
}
