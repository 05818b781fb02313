// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import PluginHost
public import TaskRouting

/// A plugin of kind `router` as what decides where texts go, and which tasks they are.
public struct PluginRouter: TargetRouter, TaskIdentifier {
    private let plugin: String
    private let host: PluginHost

    /// Names a plugin; it is loaded when it is first asked.
    ///
    /// - Parameters:
    ///   - plugin: The plugin's name.
    ///   - host: What finds and loads it.
    /// - Throws: ``PluginError``: there is no such plugin, or it is of another kind.
    public init(_ plugin: String, host: PluginHost) throws(PluginError) {
        _ = try host.manifest(of: plugin, .router)
        (self.plugin, self.host) = (plugin, host)
    }

    /// `plugin:` and the plugin's name.
    public var name: String { PluginReference.text(of: self.plugin) }

    /// Asks the plugin.
    ///
    /// - Throws: ``TaskRoutingError`` with code `.unknownTarget` where it chose something else; ``PluginError``; `CancellationError`.
    public func target(of text: String, among targets: [String]) async throws -> TargetDecision {
        let manifest = try self.host.manifest(of: self.plugin, .router)
        var input: JSONValue = ["text": .string(text)]
        if try manifest.step(named: "route").takes("targets") {
            input = ["text": .string(text), "targets": .array(targets.map { .string($0) })]
        }
        let output = try await self.host.call(self.plugin, step: "route", input: input)
        let confidence = output["confidence"]?.numberValue
        guard confidence.map({ (0...1).contains($0) }) ?? true else {
            throw PluginError(
                .badReply,
                "The plugin '\(self.plugin)' gave the confidence \(confidence ?? 0), which is not from 0 to 1.")
        }
        return try TargetDecision(
            output["target"]?.stringValue ?? "", among: targets, confidence: confidence,
            explanation: output["explanation"]?.stringValue ?? "'\(self.name)' decided",
            by: "The plugin '\(self.plugin)'")
    }

    /// The task that the plugin chose; one that says nothing of how sure it is counts as sure.
    ///
    /// - Throws: As ``target(of:among:)``.
    public func tasks(of text: String) async throws -> [TaskDecision.Alternative]? {
        let decision = try await self.target(of: text, among: TaskType.all.map(\.rawValue))
        return [.init(task: TaskType(rawValue: decision.target), probability: decision.confidence ?? 1)]
    }
}
