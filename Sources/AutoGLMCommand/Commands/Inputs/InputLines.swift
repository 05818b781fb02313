// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import MultimodalInputs
internal import OrderedCollections

/// What came of inputs, as people and programs read it.
enum InputLines {
    /// What an event is called: its source, and its name there.
    static func title(_ source: String, _ name: String?) -> String { source + (name.map { "/\($0)" } ?? "") }

    /// An input in lines for people.
    static func text(_ input: HandledInput) -> String {
        let milliseconds = (input.duration / .milliseconds(1)).rounded(toPlaces: 1)
        let title = Self.title(input.event.source, input.event.name)
        var text = "\(title) (\(input.event.mediaType), \(milliseconds) ms)\(input.event.isLate ? ", late" : "")\n"
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

    /// Something that could not be taken, and why.
    static func failure(of source: String, _ name: String?, _ error: any Error) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = ["source": .string(source)]
        if let name { members["name"] = .string(name) }
        members["error"] = .string(Self.message(error))
        return .object(members)
    }

    /// What an error says to a person.
    static func message(_ error: any Error) -> String { (error as? any CodedError)?.message ?? "\(error)" }

    /// A window with its prompt, and what the model said or why it said nothing; of pictures only how large they are.
    static func json(
        _ window: InputWindow, _ messages: [Message], answer: Result<String, any Error>?
    ) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "window": ["start_ns": .integer(Int(window.start)), "end_ns": .integer(Int(window.end))],
            "messages": .array(
                messages.map { message in
                    [
                        "role": .string(message.role.rawValue), "content": .array(message.content.map(Self.json)),
                    ]
                }),
        ]
        switch answer {
        case .success(let text)?: members["answer"] = .string(text)
        case .failure(let error)?: members["error"] = .string(Self.message(error))
        case nil: break
        }
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
