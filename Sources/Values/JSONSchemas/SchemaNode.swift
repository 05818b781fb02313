// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// One compiled (sub)schema; other nodes are named by their index.
struct SchemaNode: Sendable {
    /// Where it stands: the resource's URI, `#` and a JSON pointer.
    var location: String
    /// Which resource it belongs to; entering another one widens the dynamic scope.
    var resource: Int
    /// Its keywords, in the order of evaluation.
    var keywords: [SchemaKeyword] = []
}

/// One compiled keyword, or several that work together.
enum SchemaKeyword: Sendable {
    /// The schema `false`.
    case nothing
    /// `takesWholeNumbers`: whether `1.0` is an integer, as it is since draft 06.
    case type([String], takesWholeNumbers: Bool)
    case oneOf(values: [JSONValue], set: Set<ComparableJSON>)
    case constant(JSONValue)
    case bound(BoundKeyword)
    case multipleOf(JSONValue)
    case pattern(ECMAPattern)
    case format(StringFormat)
    case uniqueItems
    case required([String])
    case dependentRequired([(key: String, needs: [String])])
    case propertyNames(Int)
    case properties(PropertiesKeyword)
    case items(prefix: [Int], rest: Int?, prefixName: String, restName: String)
    /// `evaluates`: whether what fits counts as looked at, for `unevaluatedItems`.
    case contains(Int, least: Int, most: Int?, evaluates: Bool)
    case reference(Int)
    case dynamicReference(Int, anchor: String)
    case allOf([Int])
    case anyOf([Int])
    case exactlyOneOf([Int])
    case not(Int)
    case conditional(if: Int, then: Int?, else: Int?)
    case dependentSchemas([(key: String, schema: Int)], name: String)
    case unevaluatedItems(Int)
    case unevaluatedProperties(Int)
}

/// A limit on a number or on the size of a string, an array or an object.
struct BoundKeyword: Sendable {
    /// What is limited.
    enum Measure: Sendable { case number, length, items, properties }

    var measure: Measure
    var name: String
    var limit: JSONValue
    var isLower: Bool
    var isExclusive = false
}

/// `properties`, `patternProperties` and `additionalProperties`, which depend on each other.
struct PropertiesKeyword: Sendable {
    var named: [String: Int] = [:]
    var patterns: [(pattern: ECMAPattern, schema: Int)] = []
    var additional: Int?
    /// Whether `additionalProperties` is the schema `false`, for a better message.
    var isClosed = false
}
