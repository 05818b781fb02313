// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// One of the values of a type that another module defines, by its name.
struct Choice<Value: RawRepresentable<String> & CaseIterable & Sendable>: ExpressibleByArgument, Sendable {
    /// What was chosen.
    let value: Value

    init(_ value: Value) { self.value = value }

    init?(argument: String) {
        guard let value = Value(rawValue: argument) else { return nil }
        self.value = value
    }

    var defaultValueDescription: String { self.value.rawValue }

    static var allValueStrings: [String] { Value.allCases.map(\.rawValue) }
}
