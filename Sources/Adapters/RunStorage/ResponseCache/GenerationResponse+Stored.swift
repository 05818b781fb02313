// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension GenerationResponse {
    /// The answer as JSON text; times are left out.
    var stored: String {
        let usage = self.summary.usage
        let value: JSONValue = [
            "text": .string(self.text),
            "reasoning": .string(self.reasoning),
            "tokens": .array(self.tokens.map(\.stored)),
            "toolCalls": .array(
                self.toolCalls.map {
                    ["id": .string($0.id), "name": .string($0.name), "arguments": $0.arguments]
                }),
            "finishReason": .string(self.summary.finishReason.rawValue),
            "usage": [
                .integer(usage.promptTokens), .integer(usage.completionTokens), .integer(usage.cachedPromptTokens),
            ],
            "responseID": JSONValue(optional: self.summary.responseID),
            "model": JSONValue(optional: self.summary.model),
        ]
        return value.serialized()
    }

    /// Reads an answer from JSON text.
    ///
    /// - Throws: ``StorageError`` with code `.unreadable` when it is something else.
    init(stored text: String) throws {
        guard let value = try? JSONValue(parsing: text), let answer = Self(stored: value) else {
            throw StorageError(.unreadable, "A stored answer cannot be read; it is asked for again.")
        }
        self = answer
    }

    private init?(stored value: JSONValue) {
        self.init()
        guard let text = value["text"]?.stringValue, let calls = value["toolCalls"]?.arrayValue,
            let reason = value["finishReason"]?.stringValue.flatMap(FinishReason.init(rawValue:)),
            let usage = value["usage"]?.arrayValue?.compactMap(\.integerValue), usage.count == 3,
            let tokens = value["tokens"]?.arrayValue
        else { return nil }
        self.text = text
        self.reasoning = value["reasoning"]?.stringValue ?? ""
        self.tokens = tokens.map { SampledToken(stored: $0) }
        for call in calls {
            guard let id = call["id"]?.stringValue, let name = call["name"]?.stringValue,
                let arguments = call["arguments"]
            else { return nil }
            self.toolCalls.append(ToolCall(id: id, name: name, arguments: arguments))
        }
        self.summary = GenerationSummary(
            finishReason: reason,
            usage: TokenUsage(promptTokens: usage[0], completionTokens: usage[1], cachedPromptTokens: usage[2]),
            responseID: value["responseID"]?.stringValue, model: value["model"]?.stringValue)
    }
}

extension SampledToken {
    fileprivate var stored: JSONValue {
        let alternatives = self.alternatives.map { other -> JSONValue in
            [JSONValue(optional: other.id), .string(other.text), .number(Double(other.logProbability))]
        }
        return [
            JSONValue(optional: self.id), JSONValue(optional: self.text),
            self.logProbability.map { .number(Double($0)) } ?? .null, .array(alternatives),
        ]
    }

    fileprivate init(stored value: JSONValue) {
        let parts = value.arrayValue ?? []
        func part(_ index: Int) -> JSONValue { index < parts.count ? parts[index] : .null }
        let alternatives = (part(3).arrayValue ?? []).compactMap { other -> Alternative? in
            guard let parts = other.arrayValue, parts.count == 3, let text = parts[1].stringValue else { return nil }
            return Alternative(
                id: parts[0].integerValue, text: text,
                logProbability: parts[2].numberValue.map { Float($0) } ?? -.infinity)
        }
        self.init(
            id: part(0).integerValue, text: part(1).stringValue, logProbability: part(2).numberValue.map { Float($0) },
            alternatives: alternatives)
    }
}

extension JSONValue {
    fileprivate init(optional text: String?) { self = text.map { .string($0) } ?? .null }
    fileprivate init(optional number: Int?) { self = number.map { .integer($0) } ?? .null }
}
