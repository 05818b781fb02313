// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import PluginHost

/// `autoglm plugin doctor`: what is wrong with plugins, and what to do about it.
struct PluginDoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say of every plugin whether it can be used, where it runs, and what to do about what is wrong.",
        discussion: """
            Example:
              autoglm plugin doctor --plugins PLUGINS

            Plugins are loaded in the order in which they need each other, where the policy lets them run. The exit status is 1 \
            when one of them cannot be used.
            """)

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let host = try self.plugins.requiredHost()
        var findings: [Finding] = []
        for name in try host.loadingOrder() { findings.append(Finding.loading(name, host)) }
        for plugin in try host.plugins() {
            guard case .failure(let error) = plugin.manifest else { continue }
            findings.append(Finding(name: FilePath.name(of: plugin.folder), problem: "\(error)"))
        }
        let isWell = findings.allSatisfy { $0.problem == nil }
        switch self.output.format {
        case .json: try Console.json(["ok": .bool(isWell), "plugins": .array(findings.map(\.json))])
        case .text:
            for finding in findings { try Console.line(finding.line) }
            if findings.isEmpty { try Console.line(PluginOptions.nothingFound) }
        }
        if !isWell { throw ExitCode(ExitStatus.failure) }
    }

    /// What became of a plugin.
    private struct Finding {
        let name: String
        var version = ""
        var kind: PluginKind?
        var signer: String?
        var isIsolated = false
        var walls: [String] = []
        var memory: UInt64 = 0
        var problem: String?

        static func loading(_ name: String, _ host: PluginHost) -> Self {
            var finding = Self(name: name)
            do {
                let manifest = try host.manifest(of: name)
                (finding.version, finding.kind) = ("\(manifest.version)", manifest.kind)
                finding.signer = host.policy.signer(of: manifest)
                finding.isIsolated = host.policy.isolates(manifest)
                try host.verify(name)
                let status = host.statuses.first { $0.name == name }
                finding.memory = status?.memory ?? 0
                finding.walls = status?.walls ?? []
            } catch { finding.problem = "\(error)" }
            return finding
        }

        private var place: String {
            guard self.isIsolated else { return "in the program's own process" }
            return "in a process of its own"
                + (self.walls.isEmpty
                    ? ", which this system cannot confine" : " (\(self.walls.joined(separator: ", ")))")
        }

        var line: String {
            if let problem { return "bad   \(self.name): \(problem)" }
            let signed = self.signer.map { "signed by \($0)" } ?? "signed by nobody trusted"
            let use = self.kind.map { "\n      \($0.rawValue), used by: \($0.usage(of: self.name))" } ?? ""
            return "good  \(self.name) \(self.version): \(self.place), \(signed), \(self.memory >> 10) KiB\(use)"
        }

        var json: JSONValue {
            [
                "name": .string(self.name), "ok": .bool(self.problem == nil), "version": .string(self.version),
                "kind": self.kind.map { .string($0.rawValue) } ?? .null,
                "used_by": self.kind.map { .string($0.usage(of: self.name)) } ?? .null,
                "isolated": .bool(self.isIsolated), "walls": .array(self.walls.map { .string($0) }),
                "signer": self.signer.map { .string($0) } ?? .null, "memory": .integer(Int(clamping: self.memory)),
                "problem": self.problem.map { .string($0) } ?? .null,
            ]
        }
    }
}
