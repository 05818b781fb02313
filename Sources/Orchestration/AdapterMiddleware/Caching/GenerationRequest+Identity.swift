// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections

extension GenerationRequest {
    /// Everything that the answer depends on; who asks, how urgently and what for is left out.
    var identity: JSONValue {
        [
            "prompt": self.prompt.identity,
            "sampling": self.sampling.identity,
            "maxTokens": .optional(self.maxTokens),
            "stop": .array(self.stop.map { .string($0) }),
            "topLogProbabilities": .optional(self.topLogProbabilities),
            "tools": .array(self.tools.map(\.identity)),
            "toolChoice": self.toolChoice.identity,
            "parallelToolCalls": self.parallelToolCalls.map { .bool($0) } ?? .null,
            "constraint": self.constraint?.identity ?? .null,
            "adapter": self.adapter.map { .string($0) } ?? .null,
            "overflow": self.overflow.identity,
        ]
    }
}

extension JSONValue {
    /// A number that may be missing.
    fileprivate static func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

    /// A number as it is, not rounded to a decimal.
    fileprivate static func exact(_ value: Float) -> JSONValue { .number(Double(value)) }
}

extension GenerationPrompt {
    fileprivate var identity: JSONValue {
        switch self {
        case .raw(let text): ["raw": .string(text)]
        case .messages(let messages): .array(messages.map(\.identity))
        }
    }
}

extension Message {
    fileprivate var identity: JSONValue {
        [
            "role": .string(self.role.rawValue), "parts": .array(self.content.map(\.identity)),
            "toolCalls": .array(self.toolCalls.map(\.identity)),
            "toolCallID": self.toolCallID.map { .string($0) } ?? .null,
        ]
    }
}

extension ContentPart {
    fileprivate var identity: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .image(let source): ["image": source.identity]
        case .audio(let source): ["audio": source.identity]
        }
    }
}

extension MediaSource {
    fileprivate var identity: JSONValue {
        switch self {
        case .url(let url): .string(url)
        case .data(let bytes, let mediaType):
            ["type": .string(mediaType), "sha256": .string(CacheKey.hash(bytes))]
        }
    }
}

extension ToolCall {
    fileprivate var identity: JSONValue {
        ["id": .string(self.id), "name": .string(self.name), "arguments": self.arguments]
    }
}

extension ToolDefinition {
    fileprivate var identity: JSONValue {
        [
            "name": .string(self.name), "description": .string(self.description), "parameters": self.parameters,
            "tells": .bool(self.tellsParameters),
        ]
    }
}

extension ToolChoice {
    fileprivate var identity: JSONValue {
        switch self {
        case .auto: "auto"
        case .none: "none"
        case .required: "required"
        case .named(let name): ["named": .string(name)]
        }
    }
}

extension OutputConstraint {
    fileprivate var identity: JSONValue {
        switch self.form {
        case .jsonSchema(let schema): ["schema": schema]
        case .regularExpression(let pattern): ["pattern": .string(pattern)]
        case .choices(let texts): ["choices": .array(texts.map { .string($0) })]
        case .grammar(let text): ["grammar": .string(text)]
        }
    }
}

extension ContextOverflow {
    fileprivate var identity: JSONValue {
        switch self {
        case .stop: "stop"
        case .slide(let keeping): ["slide": .integer(keeping)]
        }
    }
}

extension SamplingOptions {
    fileprivate var identity: JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "temperature": .exact(self.temperature), "topK": .optional(self.topK), "topP": .exact(self.topP),
            "minP": .exact(self.minP), "typicalP": .exact(self.typicalP),
            "repetitionPenalty": .exact(self.repetitionPenalty), "presencePenalty": .exact(self.presencePenalty),
            "frequencyPenalty": .exact(self.frequencyPenalty), "penaltyWindow": .optional(self.penaltyWindow),
            "logitBias": .object(
                OrderedDictionary(uniqueKeysWithValues: self.logitBias.map { (String($0.key), .exact($0.value)) })),
            "seed": self.seed.map { .string(String($0)) } ?? .null,
        ]
        // Rare, and of a few numbers each: their description is exact and always in the same order.
        members["xtc"] = self.xtc.map { .string("\($0)") }
        members["mirostat"] = self.mirostat.map { .string("\($0)") }
        members["dry"] = self.dry.map { .string("\($0)") }
        return .object(members)
    }
}
