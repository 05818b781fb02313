// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Defaults that the environment sets.
enum Settings {
    /// The value of `AUTOGLM_…`, if it is set and not empty.
    static func text(_ name: String) -> String? {
        ProcessInfo.processInfo.environment["AUTOGLM_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether the user has not forbidden colours.
    static var allowsColors: Bool { (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty }

    /// The number in `AUTOGLM_…`, if it is set.
    ///
    /// - Throws: `ValidationError` when it is no number.
    static func number(_ name: String) throws -> Int? {
        guard let text = self.text(name) else { return nil }
        guard let number = Int(text) else {
            throw ValidationError("The environment variable AUTOGLM_\(name) is '\(text)'; it must be a whole number.")
        }
        return number
    }
}
