// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Testing

@Suite("The command serve")
struct ServeTests {
    @Test(
        "What is wrong in a file's part 'server' is told with its place",
        arguments: [
            ("server: 5", ":1:9: 'server' must be a mapping"),
            ("server: {http_prot: 1}", "'server' has the unknown key 'http_prot'. Did you mean 'http_port'?"),
            ("server: {grpc_port: 70000}", "a whole number from 0 to 65535, not 70000"),
            ("server: {model_control_mode: pol}", "Did you mean 'poll'?"),
            ("server: {model_repository: [1]}", "a folder, or a list of them"),
            ("server: {access: {keys: {ci: sk-abc}}}", "Here must be the hash of a key"),
            ("server: {limits: {queue: 5}}", "Give 'requests', too."),
            ("server: {limits: {head_time: 0s}}", "a time such as"),
            ("server: {http_port: x, grpc_port: y}", "not \"y\""),
        ])
    func mistakes(yaml: String, said: String) async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("serve-\(UUID().uuidString).yaml")
        try Data(yaml.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let outcome = try await Program.run(["serve", "--config", file.path])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains(said), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test("A new key is shown once and its hash is printed; hashing the key gives the same line")
    func keys() async throws {
        let made = try await Program.run(["keys", "new", "--name", "ci", "--scope", "admin", "--model", "chat-*"])
        let key = String(made.errors.split(separator: " ").last?.dropLast() ?? "")
        #expect(made.status == 0 && key.hasPrefix("sk-autoglm-") && !made.text.contains(key))
        #expect(made.text.hasPrefix(#""ci": {"hash":"sha256:"#), "\(made.text)")
        #expect(made.text.hasSuffix(#""scopes":["admin"],"models":["chat-*"]}"# + "\n"))
        let options = ["--name", "ci", "--scope", "admin", "--model", "chat-*"]
        let hashed = try await Program.run(["keys", "hash"] + options, input: Array("\(key)\n".utf8))
        #expect(hashed.text == made.text)
        let short = try await Program.run(["keys", "hash", "--name", "ci"], input: Array("secret".utf8))
        #expect(short.status == 1 && short.errors.contains("20 characters or more"))
        #expect(try await Program.run(["keys", "new", "--name", "ci", "--scope", "adm"]).status == 64)
    }

    @Test("Models are loaded anew under load without a lost or wrong answer (the long form is part of make soak)")
    func reloads() async throws {
        let script = Program.root.appendingPathComponent("scripts/soak-serve.sh").path
        let outcome = try await Program.shell("AUTOGLM_BIN=\"$0\" exec '\(script)' 120")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let report = try JSONValue(parsing: String(outcome.text.split(separator: "\n").last ?? ""))
        #expect(report["lost"] == 0)
        #expect(report["wrong"] == 0)
        #expect(report["failed_reloads"] == 0)
        // The pipeline of that repository, asked as a chat model.
        #expect(report["chat"] == "You said hi.")
    }
}
