// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// Makes a prompt of what happened in a window, for any model.
public struct PromptFusion: Sendable, Hashable {
    /// What the model is to do with it.
    public var instructions: String?
    /// Whether models that see pictures get them.
    public var passesImages: Bool
    /// The largest picture that is passed, in bytes; of larger ones the model reads what was found in them.
    public var largestImage: Int

    /// Says how prompts are made.
    public init(instructions: String? = nil, passesImages: Bool = true, largestImage: Int = 8 << 20) {
        self.instructions = instructions
        self.passesImages = passesImages
        self.largestImage = largestImage
    }

    /// The conversation that shows a window to a model: a line for each event with its time in the window, its source and
    /// what is written or said in it, and the pictures themselves where the model sees them.
    ///
    /// - Parameters:
    ///   - window: What happened.
    ///   - capabilities: What the model can do.
    public func messages(for window: InputWindow, capabilities: ModelCapabilities) -> [Message] {
        var content: [ContentPart] = []
        var text = "What happened, with seconds from the beginning:"
        for input in window.inputs {
            text += "\n" + Self.line(input, from: window.start)
            guard self.passesImages, capabilities.contains(.images), input.event.modality == .image,
                case .encoded(let bytes, let type) = input.event.payload, bytes.count <= self.largestImage
            else { continue }
            content.append(.text(text))
            content.append(.image(.data(bytes, mediaType: type)))
            text = ""
        }
        if !text.isEmpty { content.append(.text(text)) }
        let user = Message(role: .user, content: content)
        return self.instructions.map { [.system($0), user] } ?? [user]
    }

    private static func line(_ input: HandledInput, from start: Int64) -> String {
        let milliseconds = (input.event.timestamp &- start) / 1_000_000
        let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1_000)
        let digits = String(1_000 + rest).dropFirst()
        let head =
            "[\(milliseconds < 0 ? "-" : "")\(seconds).\(digits) s, \(input.event.source)\(input.event.isLate ? ", late" : "")] "
        let said = input.findings.text.flatMap { Self.quoted($0) }
        return switch input.event.modality {
        case .text: head + "text: " + (said ?? "not read")
        case .image: head + (said.map { "picture with the text: \($0)" } ?? "picture without text")
        case .audio: head + (said.map { "speech: \($0)" } ?? "recording without speech")
        }
    }

    /// A text in one line between quotation marks, so that nothing in it looks like a line of ours; nil for an empty one.
    private static func quoted(_ text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.isEmpty ? nil : JSONValue.string(words).serialized()
    }
}
