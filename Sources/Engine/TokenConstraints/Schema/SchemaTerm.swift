// SPDX-License-Identifier: Apache-2.0

/// A schema that a value must fit, or must not fit.
struct SchemaTerm: Hashable, Comparable, Sendable {
    /// The number of the schema in its ``SchemaTable``, doubled, plus one if it must not fit.
    private let code: Int32

    init(_ schema: Int, isNegated: Bool = false) { self.code = Int32(schema) << 1 | (isNegated ? 1 : 0) }

    private init(code: Int32) { self.code = code }

    /// The number of the schema in its ``SchemaTable``.
    var schema: Int { Int(self.code >> 1) }

    /// Whether the value must not fit.
    var isNegated: Bool { self.code & 1 == 1 }

    /// The same schema, the other way round.
    var negated: Self { Self(code: self.code ^ 1) }

    static func < (left: Self, right: Self) -> Bool { left.code < right.code }
}
