// SPDX-License-Identifier: Apache-2.0

import LLMCore
import PluginHost
import Testing

@Suite("What plugins want of each other")
struct PluginResolutionTests {
    private static func folder(_ plugins: [String]) throws -> PluginFolder {
        let folder = try PluginFolder()
        for plugin in plugins {
            let words = plugin.split(separator: " ", maxSplits: 2).map(String.init)
            let manifest = PluginFolder.manifest(sha256: String(repeating: "a", count: 64))
                .replacing("plugin: hostile", with: "plugin: \(words[0])")
                .replacing("version: 1.0.0", with: "version: \(words[1])\n" + words.dropFirst(2).joined())
            try folder.write(manifest, to: "\(words[0])/plugin.yaml")
        }
        return folder
    }

    @Test(
        "Plugins are loaded after those that they need",
        arguments: [
            (["a 1.0.0"], ["a"]), (["a 1.0.0 needs: {b: ^1}", "b 1.2.0"], ["b", "a"]),
            (["a 1.0.0 needs: {c: ^1, b: 2}", "b 2.3.0 needs: {c: '>=1 <3'}", "c 1.9.9"], ["c", "b", "a"]),
            (["a 1.0.0 conflicts: {b: <1}", "b 1.0.0"], ["a", "b"]),
            (["a 1.0.0 needs: {b: latest}", "b 0.1.0", "c 1.0.0"], ["b", "a", "c"]),
        ])
    func order(plugins: [String], order: [String]) throws {
        let folder = try Self.folder(plugins)
        #expect(try folder.host.loadingOrder() == order)
    }

    @Test(
        "Who cannot be loaded is told who wants what of whom, and what there is",
        arguments: [
            (["a 1.0.0 needs: {b: ^2}", "b 1.4.0"], "a", "'a' 1.0.0 wants 'b' ^2; there is 'b' 1.4.0."),
            (
                ["a 1.0.0 needs: {tokeniser: ^2}", "tokenizer 2.0.0"], "a",
                "'a' 1.0.0 wants 'tokeniser' ^2, but there is no such plugin. Did you mean 'tokenizer'?"
            ),
            (
                ["a 1.0.0 conflicts: {b: '>=1 <2'}", "b 1.4.0"], "a",
                "'a' 1.0.0 cannot be beside 'b' >=1 <2; there is 'b' 1.4.0. Take one of them away."
            ),
            (
                ["a 1.0.0 needs: {b: 1}", "b 1.0.0 needs: {c: 1}", "c 1.0.0 needs: {a: 1}"], "b",
                "'b' wants 'c', which wants 'a', which wants 'b': none of them can be the first."
            ),
            (["a 1.0.0 needs: {a: 1}"], "a", "'a' wants 'a': none of them can be the first."),
            (
                ["a 1.0.0 needs: {b: 1}", "b 1.0.0 needs: {c: 1}"], "a",
                "'a' 1.0.0 wants 'b' 1, which cannot be used: 'b' 1.0.0 wants 'c' 1, but there is no such plugin."
            ),
            (["a 1.0.0 needs: {b: ^1}", "b 1.0.0-beta.1"], "a", "there is 'b' 1.0.0-beta.1"),
        ])
    func refusals(plugins: [String], name: String, part: String) throws {
        let folder = try Self.folder(plugins)
        let host = folder.host
        let error = #expect(throws: PluginError.self) { try host.manifest(of: name) }
        #expect(error?.code == .unresolved)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test("A circle refuses those in it, and whoever needs them, but nobody else")
    func circle() throws {
        let folder = try Self.folder([
            "a 1.0.0 needs: {b: 1}", "b 1.0.0 needs: {a: 1}", "c 1.0.0 needs: {a: 1}", "d 1.0.0",
        ])
        #expect(try folder.host.loadingOrder() == ["d"])
    }
}
