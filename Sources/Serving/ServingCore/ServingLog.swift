// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import Logging
internal import Synchronization

/// What the server tells of itself, as much as its clients have set.
package final class ServingLog: Sendable {
    private struct Settings: Sendable {
        var tellsInfo = true
        var tellsWarnings = true
        var tellsErrors = true
    }

    private let logger: Logger
    private let settings = Mutex(Settings())
    private let verboseLevel = Atomic<Int>(0)

    /// Writes to a logger.
    package init(_ logger: Logger) { self.logger = logger }

    /// Tells of what happens.
    func info(_ message: Logger.Message, metadata: Logger.Metadata) {
        if self.settings.withLock({ $0.tellsInfo }) { self.logger.info(message, metadata: metadata) }
    }

    /// Tells of what failed.
    func error(_ message: Logger.Message, metadata: Logger.Metadata) {
        if self.settings.withLock({ $0.tellsErrors }) { self.logger.error(message, metadata: metadata) }
    }

    /// Tells of each request, where that is wanted.
    func verbose(_ message: Logger.Message, metadata: @autoclosure () -> Logger.Metadata) {
        if self.verboseLevel.load(ordering: .relaxed) > 0 { self.logger.info(message, metadata: metadata()) }
    }

    /// The settings by Triton's names.
    package var values: [(name: String, value: JSONValue)] {
        let settings = self.settings.withLock { $0 }
        return [
            ("log_file", ""), ("log_info", .bool(settings.tellsInfo)),
            ("log_warning", .bool(settings.tellsWarnings)), ("log_error", .bool(settings.tellsErrors)),
            ("log_verbose_level", .integer(self.verboseLevel.load(ordering: .relaxed))), ("log_format", "default"),
        ]
    }

    /// Changes settings, all of them or none.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` for a setting that there is not or a value that it cannot
    ///   have, `.unsupported` for a file or another format: where logs go is the program's affair.
    package func set(_ values: [(name: String, value: JSONValue)]) throws {
        var settings = self.settings.withLock { $0 }
        var level = self.verboseLevel.load(ordering: .relaxed)
        for (name, value) in values {
            switch (name, value) {
            case ("log_info", .bool(let truth)): settings.tellsInfo = truth
            case ("log_warning", .bool(let truth)): settings.tellsWarnings = truth
            case ("log_error", .bool(let truth)): settings.tellsErrors = truth
            case ("log_verbose_level", .integer(let number)) where 0...100 ~= number: level = number
            case ("log_file", ""), ("log_format", "default"): break
            case ("log_file", _), ("log_format", _):
                throw ServingError(.unsupported, "'\(name)' cannot be changed: logs go where the program sends them.")
            default:
                let known = self.values.map(\.name)
                throw ServingError(
                    .invalidArgument,
                    known.contains(name)
                        ? "'\(name)' cannot be \(value)."
                        : "There is no setting '\(name)'. \(NearestName.hint(for: name, in: known))")
            }
        }
        let changed = settings
        self.settings.withLock { $0 = changed }
        self.verboseLevel.store(level, ordering: .relaxed)
    }
}
