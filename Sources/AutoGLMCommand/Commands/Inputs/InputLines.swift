// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MultimodalInputs
internal import OrderedCollections

/// What came of inputs, as people and programs read it.
enum InputLines {
    /// An input in lines for people.
    static func text(_ input: HandledInput) -> String {
        let milliseconds = (input.duration / .milliseconds(1)).rounded(toPlaces: 1)
        let name = input.event.name.map { "/\($0)" } ?? ""
        var text =
            "\(input.event.source)\(name) (\(input.event.mediaType), \(milliseconds) ms)\(input.event.isLate ? ", late" : "")\n"
        let found = input.findings.text ?? ""
        for line in found.split(whereSeparator: \.isNewline) { text += "  \(line)\n" }
        if let language = input.findings.details["language"]?.stringValue { text += "  language: \(language)\n" }
        for entity in input.findings.details["entities"]?.arrayValue ?? [] {
            text += "  \(entity["kind"]?.stringValue ?? ""): \(entity["text"]?.stringValue ?? "")\n"
        }
        return text
    }

    /// A window's prompt in lines for people.
    static func text(_ messages: [Message]) -> String {
        messages.map { message in
            let content = message.content.map { part in
                switch part {
                case .text(let text): text
                case .image: "(picture)"
                case .audio: "(recording)"
                }
            }
            return "--- \(message.role.rawValue)\n\(content.joined(separator: "\n"))\n"
        }.joined()
    }

    /// A window with its prompt; of pictures only how large they are.
    static func json(_ window: InputWindow, _ messages: [Message], answer: String?) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "window": ["start_ns": .integer(Int(window.start)), "end_ns": .integer(Int(window.end))],
            "messages": .array(
                messages.map { message in
                    [
                        "role": .string(message.role.rawValue), "content": .array(message.content.map(Self.json)),
                    ]
                }),
        ]
        if let answer { members["answer"] = .string(answer) }
        return .object(members)
    }

    private static func json(_ part: ContentPart) -> JSONValue {
        switch part {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .image(let source): ["type": "image", "media": Self.json(source)]
        case .audio(let source): ["type": "audio", "media": Self.json(source)]
        }
    }

    private static func json(_ source: MediaSource) -> JSONValue {
        switch source {
        case .url(let url): ["url": .string(url)]
        case .data(let bytes, let type): ["media_type": .string(type), "bytes": .integer(bytes.count)]
        }
    }
}
