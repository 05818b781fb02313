// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines

/// Calls a step of a plugin.
public struct PluginStep: PipelineStep {
    private let host: PluginHost

    /// Makes the step.
    ///
    /// - Parameter host: What finds and loads the plugins.
    public init(_ host: PluginHost) { self.host = host }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "plugin", summary: "Calls a step of a plugin, with what the plugin's manifest says that it takes.",
            inputs: [
                StepPort("plugin", .string, "The plugin's name.", isRequired: true),
                StepPort("step", .string, "The name of its step.", isRequired: true),
                StepPort("input", .object, "What the step is given; nothing if left out."),
            ],
            outputs: [StepPort("output", .object, "What the step gave, as the manifest names it.")])
    }

    /// Checks the names, and what is given against the manifest.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        for name in ["plugin", "step"] where inputs.names.contains(name) && inputs.literals[name] == nil {
            return [
                .init(
                    name, "'\(name)' holds a reference, so that nothing could be checked before running.",
                    suggestion: "Write the name out.")
            ]
        }
        guard let plugin = inputs.literals["plugin"]?.stringValue, let name = inputs.literals["step"]?.stringValue
        else {
            return []
        }
        let manifest: PluginManifest
        do { manifest = try self.host.manifest(of: plugin) } catch { return [.init("plugin", error.message)] }
        do { return self.check(inputs, for: try manifest.step(named: name)) } catch {
            return [.init("step", error.message)]
        }
    }

    /// Calls it.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let output = try await self.host.call(
            inputs.requiredString("plugin"), step: inputs.requiredString("step"), input: inputs["input"] ?? [:])
        return ["output": output]
    }

    private func check(_ inputs: StaticInputs, for step: PluginOperation) -> [StaticInputs.Problem] {
        // Of an input that is one reference nothing is known yet.
        guard !inputs.names.contains("input") || inputs.members["input"] != nil else { return [] }
        let given = inputs.members["input"] ?? [:]
        let known = step.inputs.map(\.port.name)
        var problems: [StaticInputs.Problem] = []
        for name in given.keys.sorted() where !known.contains(name) {
            problems.append(
                .init(
                    "input", "The step '\(step.name)' has no input '\(name)'.",
                    suggestion: NearestName.hint(for: name, in: known)))
        }
        for port in step.inputs {
            switch given[port.port.name] {
            case nil where port.port.isRequired:
                problems.append(
                    .init(
                        "input", "The step '\(step.name)' lacks the input '\(port.port.name)'.",
                        suggestion: "Add it under 'input'."))
            case .known(let value)?:
                if let problem = port.problem(with: value) { problems.append(.init("input", "\(problem).")) }
            case .typed(let type)? where !port.port.type.accepts(type):
                let wanted = port.port.type.rawValue
                problems.append(
                    .init("input", "'\(port.port.name)' must be of type \(wanted), but is \(type.rawValue)."))
            case nil, .typed?: break
            }
        }
        return problems
    }
}
