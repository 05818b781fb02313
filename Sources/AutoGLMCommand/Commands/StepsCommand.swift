// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import PluginHost

/// `autoglm steps`: the kinds of steps that pipelines can name.
struct StepsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps",
        abstract: "List the kinds of steps with what they take and give.",
        discussion: """
            Example:
              autoglm steps generate
            """)

    @OptionGroup var output: OutputOptions

    @Flag(help: "Print the table of docs/steps.md.")
    var markdown = false

    @Argument(help: "Only the step of this name.")
    var name: String?

    func run() async throws {
        let definitions = try self.definitions()
        switch self.output.format {
        case .text where self.markdown: try Console.write(Self.table(definitions))
        case .json:
            try Console.json([
                "steps": .array(
                    definitions.map {
                        [
                            "name": .string($0.name), "summary": .string($0.summary), "inputs": $0.inputSchema,
                            "outputs": $0.outputSchema,
                        ]
                    })
            ])
        case .text: try Console.write(definitions.map(Self.text).joined(separator: "\n"))
        }
    }

    private func definitions() throws -> [StepDefinition] {
        let all = try StepRegistry.program(plugins: PluginHost(folders: [])).definitions
        guard let name else { return all }
        let found = all.filter { $0.name == name }
        guard !found.isEmpty else {
            let hint = NearestName.hint(for: name, in: all.map(\.name))
            throw CommandError(.badInput, "There is no step '\(name)'. \(hint)")
        }
        return found
    }

    private static func text(_ definition: StepDefinition) -> String {
        var lines = ["\(definition.name): \(definition.summary)"]
        for (direction, ports) in [("in", definition.inputs), ("out", definition.outputs)] {
            for port in ports {
                let choices = port.choices.isEmpty ? "" : " One of: \(port.choices.joined(separator: ", "))."
                let details = [port.type.rawValue, port.isRequired ? "required" : nil, port.isStream ? "flows" : nil]
                let name = "\(port.name) (\(details.compactMap(\.self).joined(separator: ", ")))"
                lines.append("  \(direction.padding(to: 4)) \(name.padding(to: 30)) \(port.description)\(choices)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A row a step; what must be given is in bold, and '…' is behind what flows in a pipe.
    private static func table(_ definitions: [StepDefinition]) -> String {
        let rows = definitions.map { definition in
            let inputs = definition.inputs.map {
                ($0.isRequired ? "**\($0.name)**" : $0.name) + ($0.isStream ? "…" : "")
            }
            let outputs = definition.outputs.map { $0.name + ($0.isStream ? "…" : "") }
            let cells = ["`\(definition.name)`", definition.summary, inputs.joined(separator: ", ")]
            return "| " + (cells + [outputs.joined(separator: ", ")]).joined(separator: " | ") + " |\n"
        }
        return "| step | what it does | takes | gives |\n|---|---|---|---|\n" + rows.joined()
    }
}
