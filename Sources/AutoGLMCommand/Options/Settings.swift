// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Defaults that the environment sets.
enum Settings {
    private static let names = [
        "MODEL", "BACKEND", "DEVICE", "THREADS", "CONTEXT_LENGTH", "STORE", "READ_FOLDERS", "WRITE_FOLDERS",
        "LOCAL_NETWORKS", "PYTHON", "VECTORS", "PLUGINS", "PLUGIN_POLICY", "PACKAGE", "DATABASES", "SECRETS", "CATALOG",
        "ARTEFACTS", "TRACES", "BUS", "QUEUE", "INPUTS_KEY", "OCR", "SPEECH_MODEL", "TASK_MODEL",
    ].map { "AUTOGLM_\($0)" }

    /// Variables of the project's scripts, which may look like misspelt ones of the program.
    private static let scriptNames = ["AUTOGLM_BIN", "AUTOGLM_TESTS", "AUTOGLM_TEST_DATA", "AUTOGLM_BENCH_DIR"]

    /// Refuses misspelt variables.
    ///
    /// Scripts have variables of this prefix, too, so only what is near a known name is an error.
    /// - Throws: ``CommandError`` that names the variable that was probably meant.
    static func checkNames() throws {
        for name in ProcessInfo.processInfo.environment.keys.sorted() where name.hasPrefix("AUTOGLM_") {
            guard !(self.names + self.scriptNames).contains(name), let meant = Self.nearest(to: name) else { continue }
            throw CommandError(.badInput, "The environment variable \(name) is not known. Did you mean '\(meant)'?")
        }
    }

    /// Compares without the prefix, which would make everything look alike.
    private static func nearest(to name: String) -> String? {
        let prefix = "AUTOGLM_"
        let endings = self.names.map { String($0.dropFirst(prefix.count)) }
        return NearestName.find(String(name.dropFirst(prefix.count)), in: endings).map { prefix + $0 }
    }

    /// The value of `AUTOGLM_…`, if it is set and not empty.
    static func text(_ name: String) -> String? {
        ProcessInfo.processInfo.environment["AUTOGLM_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The environment itself.
    static var environment: [String: String] { ProcessInfo.processInfo.environment }

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
