// SPDX-License-Identifier: Apache-2.0

import LLMCore
import PluginHost
import Testing

@Suite("Manifests of plugins")
struct PluginManifestTests {
    private static let good = PluginFolder.manifest(sha256: String(repeating: "a", count: 64))

    @Test(
        "Everything that is wrong is told with its line and column",
        arguments: [
            ("version: 1.0.0", "version: new", "2:10: 'new' is no version; write it as 1.2.3 or 1.2.3-beta.1."),
            ("abi: 1", "abi: 2", "3:6: The plugin is for version 2 of the interface; this program speaks 1."),
            ("abi: 1", "abi: one", "3:6: 'abi' must be a whole number."),
            ("kind: step", "kind: stpe", "4:7: There is no kind of plugin 'stpe'. Did you mean 'step'?"),
            ("library: hostile.so", "library: ../../lib/libc.so", "5:10: '../../lib/libc.so' is no name of a file"),
            (
                "library: hostile.so", "libary: hostile.so",
                "5:1: The manifest has the unknown key 'libary'. Did you mean 'library'?"
            ),
            (
                "library: hostile.so", "libary: hostile.so",
                "1:1: The manifest lacks the key 'library'. Add 'library: …'."
            ),
            ("sha256: aaaa", "sha256: aa", "6:9: 'sha256' must be 64 hexadecimal digits."),
            ("kind: step", "kind: parser", "8:3: A plugin of kind 'parser' must have the step 'parse'."),
            (
                "kind: step", "kind: step\nneeds: {b: new}",
                "5:12: 'new' is no version range; write 1.2.3, ^1.2, ~1.2.3, '>=1 <2' or latest."
            ),
            ("kind: step", "kind: step\nneeds: [b]", "5:8: 'needs' must be a mapping, but is of type array."),
            ("kind: step", "kind: step\nconflicts: {B b: 1}", "5:13: 'B b' is not a plugin's name."),
            ("kind: step", "kind: step\ncapabilities: [files, filez]", "5:23: There is no capability 'filez'."),
            (
                "kind: step", "kind: step\nsignature: abc",
                "5:12: 'signature' must be an Ed25519 signature, 64 bytes in base64, on a line of its own."
            ),
            ("plugin: hostile", "plugin: Ho stile", "1:9: 'Ho stile' is not a plugin's name."),
            ("  run:", "  R un:", "8:3: 'R un' is not a step's name."),
            ("do: {type: string}", "do: {type: strin}", "9:25: There is no type 'strin'. Did you mean 'string'?"),
            ("do: {type: string}", "do: {}", "9:18: 'do' of the step 'run' lacks the key 'type'."),
            ("do: {type: string}", "do: {type: string, reqiured: true}", "unknown key 'reqiured'"),
            ("{minimum: 0}", "{minimum: none}", "The JSON Schema cannot be used"),
            ("plugin: hostile", "- 1", "malformed"), ("plugin: hostile", "plugin: [", "malformed"),
        ])
    func mistakes(old: String, new: String, part: String) throws {
        let folder = try PluginFolder()
        try folder.write(Self.good.replacing(old, with: new), to: "hostile/plugin.yaml")
        let found = try #require(try folder.host.plugins().first)
        guard case .failure(let error) = found.manifest else {
            Issue.record("\(part)")
            return
        }
        #expect(error.code == .invalidManifest)
        #expect(error.message.contains(part), "\(error.message)")
        #expect(error.message.contains("hostile/plugin.yaml:"))
    }

    @Test(
        "A plugin of another kind than step has its step in the shape of its kind",
        arguments: [
            (PluginKind.parser, "inputs: {txet: {type: string}}", "The step 'parse' must take 'text' of type string."),
            (.parser, "inputs: {text: {type: integer}}", "The step 'parse' must take 'text' of type string."),
            (
                .parser, "inputs: {text: {type: string}, more: {type: any}}",
                "The step 'parse' must do without 'more': parsers are not given it."
            ),
            (.parser, "inputs: {text: {type: string}, more: {type: any, required: false}}", ""),
            (
                .parser, "inputs: {text: {type: string}}\noutputs: {vlaue: {type: any}}",
                "The step 'parse' must give 'value' of type any."
            ),
            (
                .parser, "inputs: {text: {type: string}}\noutputs: {value: {type: integer, required: false}}",
                "The step 'parse' must always give 'value': leave out 'required: false'."
            ),
            (
                .adapter, "inputs: {prompt: {type: string}, max_tokens: {type: string}}",
                "The step 'generate' must take 'max_tokens' of type integer."
            ),
            (
                .adapter, "inputs: {prompt: {type: string}, max_tokens: {type: integer}}",
                "The step 'generate' must do without 'max_tokens' where it is not given: write 'required: false'."
            ),
            (.adapter, "inputs: {prompt: {type: string}, messages: {type: array}}", ""),
            (
                .adapter,
                "inputs: {prompt: {type: string}}\noutputs: {text: {type: string}, finish_reason: {type: integer}}",
                "The step 'generate' must give 'finish_reason' of type string."
            ),
            (.router, "inputs: {text: {type: string}, targets: {type: array, required: false}}", ""),
            (
                .inputProcessor, "inputs: {payload: {type: string}}",
                "The step 'process' must take 'modality' of type string."
            ),
        ])
    func kinds(kind: PluginKind, ports: String, problem: String) throws {
        let usual: [PluginKind: String] = [
            .parser: "{value: {type: any}}", .adapter: "{text: {type: string}}", .router: "{target: {type: string}}",
            .inputProcessor: "{text: {type: string}}",
        ]
        let outputs = ports.contains("outputs:") ? "" : "\noutputs: \(usual[kind] ?? "{}")"
        let folder = try PluginFolder()
        try folder.add(kind, ports + outputs)
        switch try #require(try folder.host.plugins().first).manifest {
        case .success: #expect(problem.isEmpty)
        case .failure(let error): #expect(!problem.isEmpty && error.message.contains(problem), "\(error.message)")
        }
    }

    @Test("Plugins are found in folders and by their own folder; two of one name are told")
    func discovery() throws {
        let folder = try PluginFolder()
        try folder.write(Self.good, to: "a/plugin.yaml")
        try folder.write(Self.good, to: "b/plugin.yaml")
        try folder.write("nothing", to: "c/readme")
        try folder.write("nothing", to: ".hidden/plugin.yaml")
        let found = try folder.host.plugins()
        #expect(found.map { String($0.folder.suffix(2)) } == ["/a", "/b"])
        guard case .failure(let error) = found[1].manifest else {
            Issue.record("The manifest was not refused.")
            return
        }
        #expect(error.message.contains("take one of them away"))
        #expect(try PluginHost(folders: [folder.path + "/a"]).plugins().count == 1)
        #expect(try PluginHost(folders: []).plugins().isEmpty)
        #expect(throws: PluginError.self) { try PluginHost(folders: [folder.path + "/none"]).plugins() }
        #expect(throws: PluginError.self) { try PluginHost(folders: []).manifest(of: "hostile") }
    }

    @Test("Files that are too large or no text are refused")
    func hostile() throws {
        let folder = try PluginFolder()
        try folder.write(String(repeating: "#", count: (1 << 20) + 1), to: "large/plugin.yaml")
        try folder.write("a", to: "deep/plugin.yaml/file")
        for found in try folder.host.plugins() {
            guard case .failure(let error) = found.manifest else {
                Issue.record("The manifest was not refused.")
                return
            }
            #expect(error.code == .invalidManifest)
        }
    }
}
