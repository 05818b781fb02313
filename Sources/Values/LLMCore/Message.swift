// SPDX-License-Identifier: Apache-2.0

/// Who speaks in a conversation.
public struct Role: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
    /// The role as chat templates and protocols name it.
    public let rawValue: String

    /// A role by its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A role by its name.
    public init(stringLiteral value: String) { self.rawValue = value }

    /// Instructions that hold for the whole conversation.
    public static let system: Self = "system"
    /// The person who asks.
    public static let user: Self = "user"
    /// The model.
    public static let assistant: Self = "assistant"
    /// The result of a tool call.
    public static let tool: Self = "tool"
}

/// One turn of a conversation.
public struct Message: Sendable, Hashable {
    /// Who speaks.
    public var role: Role
    /// What is said, in order.
    public var content: [ContentPart]
    /// The tools that the assistant asks to be called.
    public var toolCalls: [ToolCall]
    /// For a tool's result: the call that it answers.
    public var toolCallID: String?

    /// Makes a turn out of parts.
    public init(role: Role, content: [ContentPart], toolCalls: [ToolCall] = [], toolCallID: String? = nil) {
        self.role = role
        self.content = content
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
    }

    /// A turn of plain text.
    public init(role: Role, _ text: String) { self.init(role: role, content: [.text(text)]) }

    /// Instructions for the whole conversation.
    public static func system(_ text: String) -> Self { Self(role: .system, text) }
    /// A turn of the person who asks.
    public static func user(_ text: String) -> Self { Self(role: .user, text) }
    /// A turn of the model.
    public static func assistant(_ text: String) -> Self { Self(role: .assistant, text) }

    /// The text parts, joined.
    public var text: String { self.content.compactMap(\.text).joined() }
}

/// A piece of a message.
public enum ContentPart: Sendable, Hashable {
    /// Text.
    case text(String)
    /// An image, by URL or as bytes.
    case image(MediaSource)
    /// A recording, by URL or as bytes.
    case audio(MediaSource)

    /// The text, if this is text.
    public var text: String? { if case .text(let text) = self { text } else { nil } }
}

/// Where the bytes of an image or a recording are.
public enum MediaSource: Sendable, Hashable {
    /// At a URL.
    case url(String)
    /// Here, with their media type.
    case data([UInt8], mediaType: String)
}
