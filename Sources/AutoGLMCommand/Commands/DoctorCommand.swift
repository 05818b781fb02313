// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelFacade
internal import ModelGateway
internal import NATSMessaging
internal import OpenVINOModels
internal import PostgresConnections
internal import TensorKernels

/// `autoglm doctor`: what is installed, and what to do about what is not.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is installed, what is missing, and what to do about it.",
        discussion: """
            Example:
              autoglm doctor --full
              autoglm doctor --config autoglm.yaml

            The exit status is 1 when something that is needed is missing or damaged.
            """)

    @OptionGroup var plugins: PluginOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Also read the default model's file completely and check its hash.")
    var full = false

    @Option(help: "A file (autoglm.yaml) whose servers are asked whether they are well.")
    var config: String?

    func run() async throws {
        var findings = self.findings()
        if let config { findings += try await self.servers(config) }
        let isWell = findings.allSatisfy { $0.state != .bad }
        switch self.output.format {
        case .json:
            try Console.json([
                "ok": .bool(isWell), "version": .string(Version.current), "checks": .array(findings.map(\.json)),
            ])
        case .text:
            for finding in findings { try Console.line(finding.line) }
            try Console.line(isWell ? "All is well." : "Something is missing; see above.")
        }
        if !isWell { throw ExitCode(ExitStatus.failure) }
    }

    private func findings() -> [Finding] {
        let machine = Machine()
        var findings = [
            Finding("program", .good, "autoglm \(Version.current), \(machine.system)"),
            Finding("processor", .good, "\(machine.processor), \(machine.processors) usable"),
            Self.kernels(),
            Finding("threads", .good, "\(machine.processors) by default (--threads, AUTOGLM_THREADS)"),
        ]
        if let memory = machine.memory {
            let enough = memory.available >= 512 << 20
            findings.append(
                Finding(
                    "memory", enough ? .good : .doubtful,
                    "\(memory.available >> 20) MiB free of \(memory.total >> 20) MiB",
                    enough ? nil : "The default model needs about 300 MiB; end other programs."))
        }
        let locator = ModelLocator()
        let models = locator.installedModels
        findings.append(
            Finding("models", .good, "\(locator.folder): \(models.isEmpty ? "none" : models.joined(separator: ", "))"))
        findings.append(self.defaultModel(locator))
        findings.append(Finding("backends", .good, Backend.names.joined(separator: ", ")))
        findings += [Self.postgres(), Self.openVINO(), Self.nats()]
        return findings
    }

    /// Asks every server that a configuration names.
    private func servers(_ path: String) async throws -> [Finding] {
        let configuration = try ServedConfiguration(
            path: path, environment: Settings.environment, plugins: self.plugins.host()
        ).models
        var findings: [Finding] = []
        for (name, model) in try configuration.servers() {
            do {
                let answer: Void? = try await race(against: { try await Task.sleep(for: .seconds(5)) }) {
                    try await model.checkHealth()
                }
                findings.append(
                    answer == nil
                        ? Finding("server \(name)", .bad, "no answer in 5 s", "Check that it runs.")
                        : Finding("server \(name)", .good, "well"))
            } catch let error as LLMError where error.code == .unsupported {
                findings.append(Finding("server \(name)", .good, error.message))
            } catch {
                findings.append(
                    Finding("server \(name)", .bad, "\(error)", "Start it, or change its 'url' or 'key' in \(path)."))
            }
        }
        return findings
    }

    private static func postgres() -> Finding {
        do {
            return Finding("postgresql", .good, "libpq \(try PostgresLibrary.shared.version)")
        } catch {
            return Finding("postgresql", .good, "not there, which only those miss who use such a database: \(error)")
        }
    }

    private static func openVINO() -> Finding {
        do {
            return Finding("openvino", .good, "OpenVINO \(try OpenVINOLibrary.shared.version)")
        } catch {
            return Finding("openvino", .good, "not there, which only those miss who serve ONNX models: \(error)")
        }
    }

    private static func nats() -> Finding {
        do {
            return Finding("nats", .good, "libnats \(try NATSLibrary.shared.version)")
        } catch {
            return Finding("nats", .good, "not there, which only those miss whose events go over NATS: \(error)")
        }
    }

    private static func kernels() -> Finding {
        let available = Kernels.available.map(\.name).joined(separator: ", ")
        let isPlain = Kernels.best.name == Kernels.available.first?.name
        return Finding(
            "kernels", isPlain ? .doubtful : .good, "\(Kernels.best.name), of \(available)",
            isPlain
                ? "No fast kernels for this processor, or CTK_ISA asks for the plain ones: answers will be slow." : nil)
    }

    private func defaultModel(_ locator: ModelLocator) -> Finding {
        let name = "default model"
        let path = locator.defaultPath
        guard let size = FilePath.size(path) else {
            return Finding(name, .bad, "\(path) is missing", "Fetch it with: make setup")
        }
        guard size == ModelLocator.defaultFileBytes else {
            return Finding(
                name, .bad, "\(path) has \(size) bytes instead of \(ModelLocator.defaultFileBytes)",
                "It is damaged; fetch it again with: make setup")
        }
        guard self.full else { return Finding(name, .good, "\(path), \(size) bytes (--full checks its hash)") }
        do {
            let hash = try InputFile.sha256(path: path)
            guard hash == ModelLocator.defaultFileHash else {
                return Finding(
                    name, .bad, "\(path) has the SHA-256 \(hash), not \(ModelLocator.defaultFileHash)",
                    "It is damaged; fetch it again with: make setup")
            }
            return Finding(name, .good, "\(path), \(size) bytes, SHA-256 \(hash)")
        } catch {
            return Finding(name, .bad, "\(error)", "Make the file readable, or fetch it again with: make setup")
        }
    }
}

/// One thing that was looked at.
private struct Finding {
    enum State: String {
        case good = "ok"
        case doubtful = "warning"
        case bad = "missing"
    }

    let name: String
    let state: State
    let detail: String
    let advice: String?

    init(_ name: String, _ state: State, _ detail: String, _ advice: String? = nil) {
        self.name = name
        self.state = state
        self.detail = detail
        self.advice = advice
    }

    var line: String {
        let mark = self.name + String(repeating: " ", count: max(1, 16 - self.name.count))
        let state = self.state.rawValue + String(repeating: " ", count: max(1, 9 - self.state.rawValue.count))
        return mark + state + self.detail + (self.advice.map { "\n\(String(repeating: " ", count: 25))\($0)" } ?? "")
    }

    var json: JSONValue {
        [
            "name": .string(self.name), "status": .string(self.state.rawValue), "detail": .string(self.detail),
            "advice": self.advice.map { .string($0) } ?? .null,
        ]
    }
}
