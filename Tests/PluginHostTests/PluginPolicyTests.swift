// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import PluginHost
import Testing

@Suite("Policies for plugins")
struct PluginPolicyTests {
    private static func sign(_ folder: PluginFolder, _ key: PluginSigningKey) throws {
        let path = "\(folder.path)/hostile/plugin.yaml"
        let manifest = try String(contentsOfFile: path, encoding: .utf8)
        try folder.write(try key.signed(manifest), to: "hostile/plugin.yaml")
    }

    private static func required(_ key: PluginSigningKey) throws -> PluginPolicy {
        try PluginPolicy(
            yaml: "signatures: required\ntrusted-keys: {acme: \(key.publicKey())}\n", file: "policy.yaml")
    }

    @Test("Signed plugins are loaded where signatures are required; unsigned, foreign and altered ones are refused")
    func signatures() async throws {
        let (key, other) = (PluginSigningKey(), PluginSigningKey())
        let policy = try Self.required(key)
        let folder = try PluginFolder.hostile()
        func refusal() async -> String? {
            await failure { try PluginHost(folders: [folder.path], policy: policy).verify("hostile") }?.text
        }
        #expect(await refusal()?.contains("it has no signature. Have it signed by one of: acme.") == true)
        try Self.sign(folder, other)
        #expect(await refusal()?.contains("of none of the trusted keys") == true)
        try Self.sign(folder, key)
        #expect(await refusal() == nil)
        // Signing again replaces the line; the key survives being written down.
        try Self.sign(folder, PluginSigningKey(base64: key.base64))
        #expect(await refusal() == nil)
        let path = "\(folder.path)/hostile/plugin.yaml"
        let manifest = try String(contentsOfFile: path, encoding: .utf8)
        try folder.write(manifest.replacing("kind: step", with: "kind:  step"), to: "hostile/plugin.yaml")
        #expect(await refusal()?.contains("its manifest was altered") == true)
    }

    @Test(
        "What somebody signed is not read as something else, however lines end and texts go on",
        arguments: ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}"])
    func forged(end: String) async throws {
        let key = PluginSigningKey()
        let policy = try Self.required(key)
        let folder = try PluginFolder.hostile()
        try Self.sign(folder, key)
        let path = "\(folder.path)/hostile/plugin.yaml"
        let genuine = try String(contentsOfFile: path, encoding: .utf8)
        let text = genuine.split(separator: "\n").filter { !$0.hasPrefix("signature: ") }
        let signature = try #require(genuine.split(separator: "\n").first { $0.hasPrefix("signature: ") })
        // A manifest of the forger's own, in a line that was left out of what is signed; the genuine one is its description.
        let evil = text.filter { !$0.hasPrefix("version") } + ["version: 6.6.6"]
        let forged = ([String(signature)] + evil.map(String.init) + ["description: '"]).joined(separator: end)
        try folder.write("\(forged)\n\(text.joined(separator: "\n"))\nsignature:'\n", to: "hostile/plugin.yaml")
        let refused = await failure { try PluginHost(folders: [folder.path], policy: policy).verify("hostile") }
        #expect(["plugin.invalid-manifest", "plugin.forbidden"].contains(refused?.code), "\(refused?.text ?? "")")
        #expect(throws: PluginError.self) { try key.signed(forged + "\nsignature:'\n") }
        // Two lines, or one that is something else, too.
        let value = signature.split(separator: " ")[1]
        for line in ["\(signature)\n\(signature)", "\(signature) # by acme", "signature: '\(value)'"] {
            try folder.write(genuine.replacing(signature, with: line), to: "hostile/plugin.yaml")
            #expect(throws: PluginError.self) {
                try PluginHost(folders: [folder.path], policy: policy).verify("hostile")
            }
        }
    }

    @Test("Who signed decides where a plugin runs")
    func isolation() throws {
        let key = PluginSigningKey()
        let folder = try PluginFolder.hostile()
        var policy = try PluginPolicy(
            yaml: "isolation: untrusted\ntrusted-keys: {acme: \(key.publicKey())}\n", file: "policy.yaml")
        #expect(policy.isolates(try folder.host.manifest(of: "hostile")))
        try Self.sign(folder, key)
        let manifest = try folder.host.manifest(of: "hostile")
        #expect(!policy.isolates(manifest) && policy.signer(of: manifest) == "acme")
        var exception = PluginPolicy.Exception()
        exception.isolation = .always
        policy.exceptions["hostile"] = exception
        #expect(policy.isolates(manifest))
        let error = #expect(throws: PluginError.self) {
            try PluginHost(folders: [folder.path], policy: policy).verify("hostile")
        }
        #expect(error?.message.contains("which this program cannot start") == true)
    }

    @Test(
        "What a plugin asks for must be granted, and pinned libraries be the ones",
        arguments: [
            ("", nil), ("capabilities: [files, network]", nil),
            ("plugins: {hostile: {capabilities: [network]}}", "asks for files, which the policy does not grant"),
            ("capabilities: [files]\nplugins: {hostile: {capabilities: [network]}}", nil),
            ("plugins: {other: {capabilities: [network]}}", "asks for files and network"),
            (
                "capabilities: [files, network]\nplugins: {hostile: {sha256: \(String(repeating: "b", count: 64))}}",
                "the policy wants the library bbbb"
            ),
        ] as [(String, String?)])
    func capabilities(yaml: String, part: String?) async throws {
        let asks = !yaml.isEmpty
        let folder = try PluginFolder.hostile { manifest in
            asks ? manifest.replacing("abi: 1", with: "abi: 1\ncapabilities: [network, files]") : manifest
        }
        let policy = try PluginPolicy(yaml: yaml.isEmpty ? "isolation: never" : yaml, file: "policy.yaml")
        let failed = await failure { try PluginHost(folders: [folder.path], policy: policy).verify("hostile") }
        #expect(part.map { failed?.text.contains($0) == true } ?? (failed == nil), "\(failed?.text ?? "")")
    }

    @Test(
        "Everything that is wrong with a policy is told with its line and column",
        arguments: [
            ("isolation: allways", "p.yaml:1:12: There is no isolation 'allways'. Did you mean 'always'?"),
            ("signatures: needed", "1:13: There is no way with signatures 'needed'."),
            ("trusted-keys: {a: abc}", "1:19: A trusted key must be 32 bytes in base64."),
            ("capabilities: network", "1:15: 'capabilities' must be a list, such as [network, files]."),
            ("capabilities: [net]", "1:16: There is no capability 'net'."),
            ("plugins: {a: {pin: x}}", "1:15: What holds for one plugin has the unknown key 'pin'."),
            ("plugins: [a]", "1:10: 'plugins' must be a mapping, but is of type array."),
            ("limits: {call-seconds: 0}", "1:24: It must be a whole number from 1 to 86400."),
            ("limits: {memory-mb: many}", "1:21: It must be a whole number from 1 to 1048576."),
            ("quarantine: {fault: 3}", "1:14: 'quarantine' has the unknown key 'fault'. Did you mean 'faults'?"),
            ("isolaton: always", "1:1: The policy has the unknown key 'isolaton'. Did you mean 'isolation'?"),
            ("- 1", "1:1: The policy must be a mapping, but is of type array."), ("isolation: [", "malformed"),
        ])
    func mistakes(yaml: String, part: String) {
        let error = #expect(throws: PluginError.self) { try PluginPolicy(yaml: yaml, file: "p.yaml") }
        #expect(error?.code == .invalidPolicy)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test("A key to sign with is 32 bytes", arguments: ["", "abc", String(repeating: "A", count: 80)])
    func keys(text: String) { #expect(throws: PluginError.self) { try PluginSigningKey(base64: text) } }
}
