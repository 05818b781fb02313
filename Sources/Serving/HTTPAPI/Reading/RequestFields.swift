// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
package import LLMCore
internal import OrderedCollections

/// The members of an object in a request, read by the type they must have.
///
/// `null` counts as absent, as clients send it for options that were left alone; members that nobody asks for are ignored.
/// Each error names the member by its path.
package struct RequestFields {
    private let members: OrderedDictionary<String, JSONValue>
    /// Where the object is in the request; empty for the request itself.
    package let path: String

    /// Reads an object.
    ///
    /// - Throws: ``APIError`` if the value is none.
    package init(_ value: JSONValue, path: String = "") throws {
        guard case .object(let members) = value else {
            throw APIError.wrongType(path.isEmpty ? nil : path, "an object", value)
        }
        self.members = members
        self.path = path
    }

    /// The names of all members.
    package var names: [String] { Array(self.members.keys) }

    /// The path of a member.
    package func path(_ name: String) -> String { self.path.isEmpty ? name : "\(self.path).\(name)" }

    /// A member of any type.
    package func value(_ name: String) -> JSONValue? {
        guard let value = self.members[name], value != .null else { return nil }
        return value
    }

    /// A text.
    package func string(_ name: String) throws -> String? {
        try self.value(name).map { value in
            guard case .string(let text) = value else { throw self.wrongType(name, "a string", value) }
            return text
        }
    }

    /// A truth value.
    package func bool(_ name: String) throws -> Bool? {
        try self.value(name).map { value in
            guard case .bool(let truth) = value else { throw self.wrongType(name, "a boolean", value) }
            return truth
        }
    }

    /// A whole number.
    package func integer(_ name: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int? {
        try self.value(name).map { value in
            guard let number = value.integerValue else { throw self.wrongType(name, "an integer", value) }
            guard range.contains(number) else {
                let bound =
                    range.upperBound == .max
                    ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
                throw APIError.invalid(self.path(name), "'\(self.path(name))' is \(number); it must be \(bound).")
            }
            return number
        }
    }

    /// A number.
    package func number(_ name: String, in range: ClosedRange<Double>) throws -> Float? {
        try self.value(name).map { value in
            guard let number = value.numberValue else { throw self.wrongType(name, "a number", value) }
            guard range.contains(number) else {
                throw APIError.invalid(
                    self.path(name),
                    "'\(self.path(name))' is \(number); it must be \(range.lowerBound) to \(range.upperBound).")
            }
            return Float(number)
        }
    }

    /// An array's elements with their paths.
    package func array(_ name: String) throws -> [(value: JSONValue, path: String)]? {
        try self.value(name).map { value in
            guard case .array(let elements) = value else { throw self.wrongType(name, "an array", value) }
            return elements.enumerated().map { ($1, "\(self.path(name))[\($0)]") }
        }
    }

    /// An array of objects.
    package func objects(_ name: String) throws -> [RequestFields]? {
        try self.array(name)?.map { try RequestFields($0.value, path: $0.path) }
    }

    /// An object.
    package func object(_ name: String) throws -> RequestFields? {
        try self.value(name).map { try RequestFields($0, path: self.path(name)) }
    }

    /// What must be there.
    ///
    /// - Throws: ``APIError`` that names the member that is missing.
    package func required<Value>(_ name: String, _ value: Value?) throws -> Value {
        guard let value else {
            throw APIError.invalid(
                self.path(name), "Missing required parameter: '\(self.path(name))'.", code: "missing_required_parameter"
            )
        }
        return value
    }

    /// What is none of the values that are known.
    package func unknown(_ name: String, _ value: String, known: [String]) -> APIError {
        APIError.invalid(
            self.path(name), "'\(self.path(name))' is '\(value)'. \(NearestName.hint(for: value, in: known))")
    }

    private func wrongType(_ name: String, _ expected: String, _ value: JSONValue) -> APIError {
        APIError.wrongType(self.path(name), expected, value)
    }
}

extension APIError {
    /// A member has a wrong type; nil is the request itself.
    static func wrongType(_ param: String?, _ expected: String, _ value: JSONValue) -> APIError {
        APIError(
            .badRequest,
            "Invalid type for '\(param ?? "the request")': expected \(expected), but got \(value.typeName).",
            param: param, code: "invalid_type")
    }
}
