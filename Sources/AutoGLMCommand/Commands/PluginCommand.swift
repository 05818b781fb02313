// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import OrderedCollections
internal import PluginHost

/// `autoglm plugin`: what is done with plugins besides calling them.
struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin",
        abstract: "List and verify plugins.",
        discussion: """
            Example:
              autoglm plugin list --plugins PLUGINS
              autoglm plugin verify --plugins PLUGINS
            """,
        subcommands: [PluginListCommand.self, PluginVerifyCommand.self])
}

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
        let found = try self.plugins.host.plugins()
        switch self.output.format {
        case .json: try Console.json(["plugins": .array(found.map(Self.json))])
        case .text: for plugin in found { try Console.write(Self.text(plugin)) }
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
            return "\(manifest.name) \(manifest.version) (\(manifest.kind)): \(manifest.description)\n" + steps.joined()
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
                "kind": .string(manifest.kind), "sha256": .string(manifest.sha256), "steps": .array(steps),
            ]
        }
    }

    private static func ports(_ ports: [PluginPort]) -> JSONValue {
        .object(.init(ports.map { ($0.port.name, .string($0.port.type.rawValue)) }, uniquingKeysWith: { $1 }))
    }
}

/// `autoglm plugin verify`: compares libraries with their manifests, and loads them.
struct PluginVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare the libraries of plugins with their manifests, and load them.",
        discussion: """
            Example:
              autoglm plugin verify word-count --plugins PLUGINS

            A library whose hash is not that of the manifest is not loaded. The exit status is 1 if a plugin cannot be used.
            """)

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The plugins' names; all if none are given.")
    var names: [String] = []

    func run() async throws {
        let host = self.plugins.host
        var problems: [(name: String, problem: String?)] = []
        for name in try self.names.isEmpty ? host.plugins().map(Self.name(of:)) : self.names {
            do {
                try host.verify(name)
                problems.append((name, nil))
            } catch { problems.append((name, "\(error)")) }
        }
        switch self.output.format {
        case .json:
            try Console.json([
                "plugins": .array(
                    problems.map { name, problem in
                        [
                            "name": .string(name), "valid": .bool(problem == nil),
                            "problem": problem.map { .string($0) } ?? .null,
                        ]
                    })
            ])
        case .text:
            for (name, problem) in problems { try Console.line("\(name): \(problem ?? "as its manifest says")") }
        }
        if problems.contains(where: { $0.problem != nil }) { throw ExitCode(ExitStatus.failure) }
    }

    /// A plugin's name; that of its folder where the manifest cannot be read.
    private static func name(of plugin: PluginHost.Found) -> String {
        (try? plugin.manifest.get().name) ?? FilePath.name(of: plugin.folder)
    }
}
