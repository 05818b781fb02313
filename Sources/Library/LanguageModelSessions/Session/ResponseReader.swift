// SPDX-License-Identifier: Apache-2.0

internal import GuidedGeneration
internal import JSONSchemas
internal import LLMCore
internal import ResultParsing

/// Reads a whole response by its schema.
struct ResponseReader {
    private let schema: JSONSchema
    private let check: (GeneratedContent) throws -> Void
    private let response: GenerationID
    /// Whether the model could not have written anything else; if not, JSON is looked for and repaired.
    let isGuided: Bool
    /// The most responses to look at.
    static let maximumAttempts = 3

    /// Prepares to read.
    ///
    /// - Throws: ``LanguageModelSession/GenerationError/unsupportedGuide(_:)`` where the schema is none.
    init(
        _ schema: GenerationSchema, response: GenerationID, isGuided: Bool,
        check: @escaping (GeneratedContent) throws -> Void
    ) throws {
        do {
            self.schema = try JSONSchema(schema.jsonSchema)
        } catch {
            throw LanguageModelSession.GenerationError.unsupportedGuide(
                .init(debugDescription: "The schema '\(schema.name)' is none: \(error)", underlyingErrors: [error]))
        }
        self.check = check
        self.response = response
        self.isGuided = isGuided
    }

    /// Reads a response.
    ///
    /// - Throws: An error that says what is wrong with it.
    func read(_ text: String) throws -> GeneratedContent {
        let value: JSONValue
        if self.isGuided {
            value = try JSONValue(parsing: text)
            let violations = self.schema.validate(value)
            if !violations.isEmpty {
                throw ParseError(.mismatch, violations.prefix(5).map(\.description).joined(separator: "; "))
            }
        } else {
            value = try JSONAnswerParser(schema: self.schema).parse(text).value
        }
        let content = GeneratedContent(value, response: self.response)
        try self.check(content)
        return content
    }
}
