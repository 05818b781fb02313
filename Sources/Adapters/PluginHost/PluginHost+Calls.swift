// SPDX-License-Identifier: Apache-2.0

public import LLMCore

extension PluginHost {
    /// Calls a step of a plugin.
    ///
    /// - Parameters:
    ///   - plugin: The plugin's name.
    ///   - step: The step's name.
    ///   - input: An object of what the manifest says that the step takes.
    /// - Returns: An object of what the manifest says that the step gives.
    /// - Throws: ``PluginError``: what the plugin says, with a code such as `word-count.empty-text`, or what is wrong with it.
    public func call(_ plugin: String, step: String, input: JSONValue) async throws -> JSONValue {
        do { return try await self.ask(plugin, step: step, input: input) } catch let refusal as PluginRefusal {
            throw refusal.error
        }
    }

    /// Calls a step as ``call(_:step:input:)`` does, for callers that look at the plugin's own words.
    ///
    /// - Throws: ``PluginRefusal`` where the plugin says that the call failed; ``PluginError``.
    package func ask(_ plugin: String, step: String, input: JSONValue) async throws -> JSONValue {
        try await self.slot(of: plugin).call(step, input)
    }

    /// Calls a step with its inputs as they cross to the plugin, for callers that check them themselves.
    ///
    /// - Parameters:
    ///   - plugin: The plugin's name.
    ///   - step: The step's name.
    ///   - input: A JSON object.
    /// - Returns: What the plugin gave: by its word a JSON object.
    /// - Throws: ``PluginError``, as ``call(_:step:input:)`` throws it.
    public func call(_ plugin: String, step: String, bytes input: [UInt8]) async throws -> [UInt8] {
        do { return try await self.slot(of: plugin).call(step, bytes: input) } catch let refusal as PluginRefusal {
            throw refusal.error
        }
    }
}
