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
}
