// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import OrderedCollections
internal import PluginHost

/// `autoglm plugin list`: what plugins there are, by their manifests; nothing is loaded.
struct PluginListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List plugins with their steps, by their manifests; nothing is loaded.",
        discussion: """
            Example:
              autoglm plugin list --plugins PLUGINS
            """)

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let found = try self.plugins.requiredHost().plugins()
        switch self.output.format {
        case .json: try Console.json(["plugins": .array(found.map(Self.json))])
        case .text:
            for plugin in found { try Console.write(Self.text(plugin)) }
            if found.isEmpty { try Console.line(PluginOptions.nothingFound) }
        }
    }

    private static func text(_ plugin: PluginHost.Found) -> String {
        switch plugin.manifest {
        case .failure(let error):
            return "\(plugin.folder): cannot be used\n"
                + error.message.split(separator: "\n").map { "  \($0)\n" }.joined()
        case .success(let manifest):
            let steps = manifest.steps.map { step in
                let inputs = step.inputs.map { "\($0.port.name) (\($0.port.type.rawValue))" }.joined(separator: ", ")
                let outputs = step.outputs.map { "\($0.port.name) (\($0.port.type.rawValue))" }.joined(separator: ", ")
                return "  \(step.name): \(inputs) -> \(outputs)  \(step.description)\n"
            }
            return "\(manifest.name) \(manifest.version) (\(manifest.kind.rawValue)): \(manifest.description)\n"
                + steps.joined() + "  used by: \(manifest.kind.usage(of: manifest.name))\n"
        }
    }

    private static func json(_ plugin: PluginHost.Found) -> JSONValue {
        switch plugin.manifest {
        case .failure(let error): return ["folder": .string(plugin.folder), "error": .string(error.message)]
        case .success(let manifest):
            let steps: [JSONValue] = manifest.steps.map { step in
                [
                    "name": .string(step.name), "description": .string(step.description),
                    "inputs": Self.ports(step.inputs), "outputs": Self.ports(step.outputs),
                ]
            }
            return [
                "folder": .string(plugin.folder), "name": .string(manifest.name),
                "version": .string("\(manifest.version)"), "abi": .integer(manifest.abi),
                "kind": .string(manifest.kind.rawValue), "used_by": .string(manifest.kind.usage(of: manifest.name)),
                "sha256": .string(manifest.sha256),
                "needs": Self.requirements(manifest.needs), "conflicts": Self.requirements(manifest.conflicts),
                "capabilities": .array(manifest.capabilities.map { .string($0.rawValue) }),
                "signed": .bool(manifest.signature != nil), "steps": .array(steps),
            ]
        }
    }

    private static func requirements(_ requirements: [PluginRequirement]) -> JSONValue {
        .object(
            .init(
                requirements.map { ($0.name, .string($0.versions.description)) }, uniquingKeysWith: { $1 }))
    }

    private static func ports(_ ports: [PluginPort]) -> JSONValue {
        .object(.init(ports.map { ($0.port.name, .string($0.port.type.rawValue)) }, uniquingKeysWith: { $1 }))
    }
}
