// SPDX-License-Identifier: Apache-2.0

public import LLMCore

/// The errors of JSON schemas.
public enum JSONSchemaDomain: ErrorDomain {
    /// The family's name.
    public static let name = "json-schema"
}

/// An error in a JSON schema; the message names the keyword and its JSON pointer.
public typealias JSONSchemaError = DomainError<JSONSchemaDomain>

extension JSONSchemaError.Code where Domain == JSONSchemaDomain {
    /// A keyword's value has the wrong form.
    public static var malformedKeyword: Self { "malformed-keyword" }
    /// A keyword or pattern uses something that this implementation does not have.
    public static var unsupported: Self { "unsupported" }
    /// A reference points to nothing.
    public static var unresolvedReference: Self { "unresolved-reference" }
    /// The schema refers to itself without looking at a smaller part of the instance.
    public static var endlessReference: Self { "endless-reference" }
    /// The schema has more parts, or is nested more deeply, than allowed.
    public static var tooLarge: Self { "too-large" }
}
