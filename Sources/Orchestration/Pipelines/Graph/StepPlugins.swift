// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import ResultParsing
public import TaskRouting

/// Where steps find parsers and routers that others made.
public protocol StepPlugins: Sendable {
    /// The parser of a name.
    ///
    /// - Throws: An error that names the nearest one where there is none.
    func parser(named name: String) throws -> any ResultParser

    /// The router of a name.
    ///
    /// - Throws: An error that names the nearest one where there is none.
    func router(named name: String) throws -> any TargetRouter
}

extension StepPlugins {
    /// What is wrong with the name of a plugin that a step is given; nil if nothing is.
    func problem(_ inputs: StaticInputs, _ find: (String) throws -> Void) -> StaticInputs.Problem? {
        guard inputs.names.contains("plugin") else { return nil }
        guard let name = inputs.literals["plugin"]?.stringValue else {
            return .init(
                "plugin", "'plugin' holds a reference, so that nothing could be checked before running.",
                suggestion: "Write the name out.")
        }
        do { try find(name) } catch {
            return .init("plugin", (error as? any CodedError)?.message ?? "\(error)")
        }
        return nil
    }
}
