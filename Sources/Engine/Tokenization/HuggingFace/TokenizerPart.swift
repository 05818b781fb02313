// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// One part of a tokenizer's description, such as a normaliser, with errors that name it.
struct TokenizerPart {
    /// What kind of part it is, such as `normalizer`.
    let role: String
    /// The description.
    let json: JSONValue
    /// The file, for messages.
    let source: String

    /// The part's type, such as `BertNormalizer`; empty where it has none.
    var type: String { self.json["type"]?.stringValue ?? "" }

    /// A truth value, or what holds without it.
    func bool(_ key: String, _ fallback: Bool) -> Bool { self.json[key]?.boolValue ?? fallback }

    /// A text that must be there.
    ///
    /// - Throws: ``TokenizerError`` that names the key.
    func text(_ key: String) throws -> [UInt8] {
        guard let text = self.json[key]?.stringValue else { throw self.malformed("'\(key)' must be text") }
        return Array(text.utf8)
    }

    /// A whole number that is not negative and must be there.
    ///
    /// - Throws: ``TokenizerError`` that names the key.
    func count(_ key: String) throws -> Int {
        guard let number = self.json[key]?.integerValue, number >= 0 else {
            throw self.malformed("'\(key)' must be a whole number that is not negative")
        }
        return number
    }

    /// The parts of a list.
    ///
    /// - Throws: ``TokenizerError`` that names the key.
    func parts(_ key: String) throws -> [TokenizerPart] {
        guard let list = self.json[key]?.arrayValue else { throw self.malformed("'\(key)' must be a list") }
        return list.map { TokenizerPart(role: self.role, json: $0, source: self.source) }
    }

    /// All parts, where sequences stand for what is in them; none when there is no part at all.
    ///
    /// - Parameters:
    ///   - key: Where a sequence keeps its parts.
    ///   - depth: How deep in sequences this is.
    /// - Throws: ``TokenizerError`` when a sequence has no list or nests too deeply.
    func flattened(_ key: String, depth: Int = 0) throws -> [TokenizerPart] {
        if self.json == .null { return [] }
        guard self.type == "Sequence" else { return [self] }
        guard depth < 8 else { throw self.malformed("sequences are nested too deeply") }
        return try self.parts(key).flatMap { try $0.flattened(key, depth: depth + 1) }
    }

    /// The error for a type or setting that is not supported.
    func unsupported(_ what: String) -> TokenizerError {
        TokenizerError(.unsupported, "\(self.source): the \(self.role) \(what) is not supported.")
    }

    /// The error for a description that contradicts itself.
    func malformed(_ what: String) -> TokenizerError {
        TokenizerError(.malformed, "\(self.source): in the \(self.role) '\(self.type)', \(what).")
    }
}
