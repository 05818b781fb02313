// SPDX-License-Identifier: Apache-2.0

/// Where an executor writes a step as it is generated.
///
/// ```swift
/// for try await piece in pieces {
///     await channel.send(.response(action: .appendText(piece, tokenCount: 1)))
/// }
/// ```
public struct LanguageModelExecutorGenerationChannel: Sendable {
    private let continuation: AsyncThrowingStream<Event, any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<Event, any Error>.Continuation) { self.continuation = continuation }

    /// Writes more of the step.
    public func send(_ event: Event) async { self.continuation.yield(event) }

    /// More of a step.
    public struct Event: Sendable {
        enum Kind: Sendable {
            case text(String)
            case replacedText(String)
            case arguments(String, id: String, tool: String)
            case usage(LanguageModelSession.Usage)
        }

        let kind: Kind

        /// More of the response.
        ///
        /// - Parameters:
        ///   - entryID: The response; a step has one, so this may stay nil.
        ///   - action: What happens to it.
        public static func response(entryID: String? = nil, action: Response.Action) -> Self { Self(kind: action.kind) }

        /// More of the tool calls.
        ///
        /// - Parameters:
        ///   - entryID: The entry of calls; a step has one, so this may stay nil.
        ///   - action: What happens to it.
        public static func toolCalls(entryID: String? = nil, action: ToolCalls.Action) -> Self {
            Self(kind: action.kind)
        }
    }

    /// What can happen to a response.
    public enum Response {
        /// What happens to a response.
        public struct Action: Sendable {
            let kind: Event.Kind

            /// Adds text, or JSON where there is a schema.
            public static func appendText(_ text: String, segmentID: String? = nil, tokenCount: Int) -> Self {
                Self(kind: .text(text))
            }

            /// Puts another text in the place of all that was added.
            public static func replaceTextSegment(_ text: String, segmentID: String? = nil, tokenCount: Int) -> Self {
                Self(kind: .replacedText(text))
            }

            /// Tells what the step has taken so far; each update takes the place of the one before.
            public static func updateUsage(
                input: LanguageModelSession.Usage.Input, output: LanguageModelSession.Usage.Output
            ) -> Self {
                Self(kind: .usage(LanguageModelSession.Usage(input: input, output: output)))
            }
        }
    }

    /// What can happen to tool calls.
    public enum ToolCalls {
        /// What happens to tool calls.
        public struct Action: Sendable {
            let kind: Event.Kind

            /// Begins a call or goes on with it.
            ///
            /// - Parameters:
            ///   - id: The call.
            ///   - name: The tool's name.
            ///   - action: What happens to it.
            public static func toolCall(id: String, name: String, action: ToolCall.Action) -> Self {
                Self(kind: .arguments(action.arguments, id: id, tool: name))
            }
        }

        /// What can happen to a call.
        public enum ToolCall {
            /// What happens to a call.
            public struct Action: Sendable {
                let arguments: String

                /// Adds to the JSON of the arguments.
                public static func appendArguments(_ arguments: String, tokenCount: Int) -> Self {
                    Self(arguments: arguments)
                }
            }
        }
    }
}
