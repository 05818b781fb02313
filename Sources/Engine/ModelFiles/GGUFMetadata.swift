// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// What a model file says about itself: keys in the file's order, each with a typed value.
package struct GGUFMetadata: Sendable {
    /// Every key, in the file's order.
    package private(set) var keys: [String] = []

    /// The values by key.
    private var values: [String: GGUFValue] = [:]

    /// The file, for error messages.
    private let source: String

    /// Empty metadata.
    ///
    /// - Parameter source: The file's name, for error messages.
    package init(source: String) { self.source = source }

    /// The value of a key.
    package subscript(key: String) -> GGUFValue? { self.values[key] }

    /// Adds a value unless the key is taken.
    ///
    /// - Returns: False when the key is taken.
    mutating func insert(_ value: GGUFValue, for key: String) -> Bool {
        guard self.values.updateValue(value, forKey: key) == nil else { return false }
        self.keys.append(key)
        return true
    }

    /// The text of a key, or nil when there is none or it is of another type.
    package func string(_ key: String) -> String? { self[key]?.stringValue }

    /// The integer of a key, or nil when there is none or it is of another type.
    package func int(_ key: String) -> Int? { self[key]?.intValue }

    /// The number of a key, or nil when there is none or it is of another type.
    package func double(_ key: String) -> Double? { self[key]?.doubleValue }

    /// The truth value of a key, or nil when there is none or it is of another type.
    package func bool(_ key: String) -> Bool? { self[key]?.boolValue }

    /// The array of a key, or nil when there is none or it is of another type.
    package func array(_ key: String) -> GGUFArray? { self[key]?.arrayValue }

    /// The text of a key that must be there.
    ///
    /// - Throws: ``ModelFileError`` that names the key.
    package func requiredString(_ key: String) throws -> String {
        try self.required(key, "text") { $0.stringValue }
    }

    /// The integer of a key that must be there.
    ///
    /// - Throws: ``ModelFileError`` that names the key.
    package func requiredInt(_ key: String) throws -> Int {
        try self.required(key, "an integer") { $0.intValue }
    }

    /// The number of a key that must be there.
    ///
    /// - Throws: ``ModelFileError`` that names the key.
    package func requiredDouble(_ key: String) throws -> Double {
        try self.required(key, "a number") { $0.doubleValue }
    }

    /// The array of a key that must be there.
    ///
    /// - Throws: ``ModelFileError`` that names the key.
    package func requiredArray(_ key: String, of type: GGUFValueType) throws -> GGUFArray {
        try self.required(key, "an array of \(type)") { value in
            value.arrayValue.flatMap { $0.elementType == type ? $0 : nil }
        }
    }

    /// The value of a key, converted.
    private func required<Value>(
        _ key: String, _ expected: String, _ convert: (GGUFValue) -> Value?
    ) throws -> Value {
        guard let value = self[key] else {
            let hint = NearestName.find(key, in: self.keys).map { " The nearest key it has is '\($0)'." } ?? ""
            throw ModelFileError(.missingKey, "\(self.source): the metadata lacks '\(key)'.\(hint)")
        }
        guard let converted = convert(value) else {
            let found = value.arrayValue.map { "an array of \($0.elementType)" } ?? "\(value.type)"
            throw ModelFileError(
                .wrongType, "\(self.source): the metadata value '\(key)' must be \(expected), but it is \(found).")
        }
        return converted
    }
}
