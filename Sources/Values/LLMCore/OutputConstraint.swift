// SPDX-License-Identifier: Apache-2.0

/// What an answer must look like; a model that has ``ModelCapabilities/constraints`` cannot answer otherwise.
public struct OutputConstraint: Sendable, Hashable {
    /// The ways of saying it.
    package enum Form: Sendable, Hashable {
        case jsonSchema(JSONValue)
        case regularExpression(String)
        case choices([String])
        case grammar(String)
    }

    package let form: Form

    /// JSON that a schema accepts (2020-12, or the draft that its `$schema` names).
    public static func jsonSchema(_ schema: JSONValue) -> Self { Self(form: .jsonSchema(schema)) }

    /// Text that a regular expression (ECMA 262) matches from its first character to its last.
    public static func regularExpression(_ pattern: String) -> Self { Self(form: .regularExpression(pattern)) }

    /// One of some texts, exactly.
    public static func choices(_ texts: [String]) -> Self { Self(form: .choices(texts)) }

    /// Text that a grammar in GBNF, llama.cpp's dialect of EBNF, derives from its rule `root`.
    public static func grammar(_ text: String) -> Self { Self(form: .grammar(text)) }
}
