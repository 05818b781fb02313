// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What the protocols have in common, each under its own name.
extension RequestFields {
    /// The most texts that may end an answer: each is looked for after every token.
    private static let maximumStops = 64

    /// A text, or an array of texts.
    func texts(_ name: String) throws -> [String]? {
        try self.value(name).map { value in
            try (value.arrayValue ?? [value]).map { element in
                guard case .string(let text) = element else {
                    throw APIError.wrongType(self.path(name), "a string or an array of strings", element)
                }
                return text
            }
        }
    }

    /// What is to be embedded.
    func embeddingInput() throws -> [String] {
        let texts = try self.required("input", try self.texts("input"))
        guard !texts.isEmpty, texts.count <= 2048 else {
            throw APIError.invalid("input", "'input' has \(texts.count) texts; it must have 1 to 2048.")
        }
        return texts
    }

    /// The texts before which an answer ends.
    func stops(_ name: String = "stop") throws -> [String] {
        let texts = try self.texts(name) ?? []
        guard texts.count <= Self.maximumStops else {
            throw APIError.invalid(
                self.path(name), "'\(self.path(name))' has \(texts.count) texts; it may have \(Self.maximumStops).")
        }
        guard !texts.contains("") else {
            throw APIError.invalid(
                self.path(name), "'\(self.path(name))' has an empty text, which is everywhere.")
        }
        return texts
    }

    /// How many alternatives log-probabilities come with, where `logprobs` asks for them.
    func topLogProbabilities() throws -> Int? {
        let top = try self.integer("top_logprobs", in: 0...20)
        guard try self.bool("logprobs") ?? false else {
            guard top == nil else {
                throw APIError.invalid("top_logprobs", "'top_logprobs' needs 'logprobs' to be true.")
            }
            return nil
        }
        return top ?? 0
    }

    /// What the request is for, as accounts have it.
    func tags() throws -> [String] {
        guard let metadata = try self.object("metadata") else { return [] }
        return try metadata.names.compactMap { name in try metadata.string(name).map { "\(name)=\($0)" } }
    }

    /// The content of a message: a text, or an array of parts.
    func content(
        _ name: String = "content", _ part: (RequestFields) throws -> ContentPart
    ) throws -> [ContentPart]? {
        guard let value = self.value(name) else { return nil }
        if case .string(let text) = value { return [.text(text)] }
        guard case .array = value else {
            throw APIError.wrongType(self.path(name), "a string or an array of parts", value)
        }
        return try self.objects(name)?.map(part)
    }

    /// Refuses what this server has nothing for, where a client would get something else than it asked for.
    func refuse(_ name: String, _ message: String) throws {
        let nothing: [JSONValue] = [false, "", [], [:]]
        guard let value = self.value(name), !nothing.contains(value) else { return }
        throw APIError.invalid(self.path(name), message, code: "unsupported_value")
    }
}
