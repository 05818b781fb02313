// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// One loaded version of a plugin: in this process, or in one of its own.
///
/// It is closed with the last reference to it, so that calls under way keep the version that they began with.
protocol PluginRuntime: AnyObject, Sendable {
    /// The manifest that it was loaded by.
    var manifest: PluginManifest { get }
    /// The bytes that it takes: what the plugin or the system says.
    var memory: UInt64 { get }
    /// The number of its own process; nil in this process.
    var process: Int32? { get }
    /// What keeps its own process from the system; nothing in this process.
    var walls: [String] { get }
    /// What is wrong with it; nil if nothing is.
    var complaint: String? { get }

    /// Calls a step.
    ///
    /// When the task is cancelled this returns at once; a call that has begun goes on, and its reply is dropped.
    /// - Throws: ``ProcessEnd`` if its process has ended; ``PluginError``; `CancellationError`.
    func call(_ step: String, _ input: [UInt8]) async throws -> PluginReply
}

/// Why a call found no process: it has ended, which many calls may tell of.
struct ProcessEnd: Error {
    /// The process's number.
    let process: Int32
    let error: PluginError
}

extension PluginManifest {
    /// Refuses a library that says something else of itself than this manifest.
    func check(description: String?) throws(PluginError) {
        guard let said = description.flatMap({ try? JSONValue(parsing: $0) }), said.objectValue != nil else {
            throw PluginError(.cannotLoad, "'\(self.library)' does not describe itself in JSON.")
        }
        let wanted: JSONValue = [
            "name": .string(self.name), "version": .string("\(self.version)"),
            "steps": .array(self.steps.map(\.name).sorted().map { .string($0) }),
        ]
        let steps = (said["steps"]?.arrayValue ?? []).compactMap(\.stringValue).sorted()
        for (key, value) in [
            ("name", said["name"]), ("version", said["version"]), ("steps", .array(steps.map { .string($0) })),
        ] where value != wanted[key] {
            throw PluginError(
                .cannotLoad,
                "'\(self.library)' and its manifest do not agree on '\(key)': \((value ?? .null).serialized()) and \((wanted[key] ?? .null).serialized())."
            )
        }
    }
}
