// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import PluginHost

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
        let host = try self.plugins.requiredHost()
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
            if problems.isEmpty { try Console.line(PluginOptions.nothingFound) }
        }
        if problems.contains(where: { $0.problem != nil }) { throw ExitCode(ExitStatus.failure) }
    }

    /// A plugin's name; that of its folder where the manifest cannot be read.
    private static func name(of plugin: PluginHost.Found) -> String {
        (try? plugin.manifest.get().name) ?? FilePath.name(of: plugin.folder)
    }
}
