// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Finds something in events.
public protocol InputHandler: Sendable {
    /// Looks at an event.
    ///
    /// - Throws: An error that says what is wrong with the event, or what the handler lacks; `CancellationError`.
    func handle(_ event: InputEvent) async throws -> InputFindings
}

/// A kind of handler, as routing tables name it.
public struct InputHandlerKind: Sendable {
    /// Something that a table may set.
    public struct Option: Sendable {
        /// What its value is.
        public enum Kind: Sendable {
            /// True or false.
            case bool
            /// A whole number in a range.
            case integer(ClosedRange<Int>)
            /// A text.
            case text
            /// One of some texts.
            case choice([String])
            /// Anything of which nothing is found wrong.
            case value(problem: @Sendable (JSONValue) -> String?)
        }

        /// Its name.
        public var name: String
        /// What its value is.
        public var kind: Kind
        /// What it does.
        public var summary: String

        /// Describes an option.
        public init(_ name: String, _ kind: Kind, _ summary: String) {
            self.name = name
            self.kind = kind
            self.summary = summary
        }
    }

    /// Its name.
    public var name: String
    /// What it does.
    public var summary: String
    /// What it takes.
    public var modalities: [InputModality]
    /// What a table may set.
    public var options: [Option]
    /// Makes a handler; the options were checked.
    public var make: @Sendable (_ options: [String: JSONValue]) async throws -> any InputHandler

    /// Describes a kind of handler.
    public init(
        _ name: String, _ summary: String, takes modalities: [InputModality], options: [Option],
        make: @escaping @Sendable (_ options: [String: JSONValue]) async throws -> any InputHandler
    ) {
        self.name = name
        self.summary = summary
        self.modalities = modalities
        self.options = options
        self.make = make
    }
}
