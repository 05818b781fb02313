// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import PluginHost
import Testing

@Suite("Making and installing plugins")
struct PluginPackageTests {
    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test("A library and a manifest without hash become a plugin's folder; what lacks a manifest is told")
    func pack() async throws {
        let built = try PluginFolder.wordCount()
        let library = "\(built.path)/word-count/libword_count.so"
        let text = try String(
            contentsOf: PluginFolder.root.appendingPathComponent("Examples/Plugins/word-count/plugin.yaml"),
            encoding: .utf8)
        let folder = try PluginFolder()
        let manifest = try PluginPackage.pack(library: library, manifest: text, into: folder.path)
        #expect(try Self.names(in: folder.path) == ["word-count"] && manifest.library == "libword_count.so")
        let output = try await folder.host.call("word-count", step: "count", input: ["text": "one two"])
        #expect(output == ["words": 2])
        let error = #expect(throws: PluginError.self) {
            try PluginPackage.pack(library: library, manifest: nil, into: folder.path)
        }
        #expect(error?.message.contains("says nothing of its manifest") == true)
        #expect(throws: PluginError.self) {
            try PluginPackage.pack(library: "\(folder.path)/none.so", manifest: text, into: folder.path)
        }
        let header = PluginFolder.root.appendingPathComponent("Sources/Adapters/CPluginABI/include/CPluginABI.h")
        #expect(try PluginPackage.header == String(contentsOf: header, encoding: .utf8))
    }

    @Test("A plugin is installed and replaced at once: whoever looks meanwhile sees the old or the new")
    func install() async throws {
        let store = try PluginFolder()
        for number in 1...2 {
            try store.addHostile(["-DNUMBER=\(number)", "-DVERSION=\"\(number).0.0\""], to: "\(number)") {
                $0.replacing("version: 1.0.0", with: "version: \(number).0.0")
            }
        }
        let folder = try PluginFolder()
        let root = "\(folder.path)/plugins"
        let policy = PluginPolicy()
        let first = try PluginPackage.install("\(store.path)/1", into: root, policy: policy)
        #expect(first.replaced == nil && first.installed.name == "hostile")
        let host = PluginHost(folders: [root])
        #expect(try await host.call("hostile", step: "run", input: ["do": "number"])["value"] == 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<300 { try PluginHost(folders: [root]).verify("hostile") }
            }
            for number in 0..<40 {
                let (new, old, _) = try PluginPackage.install(
                    "\(store.path)/\(2 - number % 2)", into: root, policy: policy)
                #expect(old.map { $0.version != new.version } == true)
            }
            try await group.waitForAll()
        }
        #expect(try Self.names(in: root) == ["hostile"])
        #expect(try host.refresh().count == 1)
        let last = try PluginPackage.install("\(store.path)/2", into: root, policy: policy)
        #expect("\(last.installed.version)" == "2.0.0")
        #expect(try host.refresh().count == 1)
        #expect(try await host.call("hostile", step: "run", input: ["do": "number"])["value"] == 2)
        // Touching it loads it anew.
        try PluginPackage.touch("hostile", in: root)
        #expect(try host.refresh().map(\.name) == ["hostile"])
        try PluginPackage.remove("hostile", from: root)
        #expect(try Self.names(in: root) == [] && host.refresh().map(\.name) == ["hostile"])
    }

    @Test("Nothing but the plugin itself is replaced, where it lies")
    func replacing() async throws {
        let store = try PluginFolder.hostile()
        let folder = try PluginFolder()
        func refusal() async -> String? {
            await failure {
                _ = try PluginPackage.install("\(store.path)/hostile", into: folder.path, policy: PluginPolicy())
            }?.text
        }
        try folder.write("mine", to: "hostile/main.c")
        #expect(await refusal()?.contains("it is not the plugin 'hostile'") == true)
        try FileManager.default.removeItem(atPath: "\(folder.path)/hostile")
        try folder.write("mine", to: "hostile")
        #expect(await refusal()?.contains("it is not the plugin 'hostile'") == true)
        try FileManager.default.removeItem(atPath: "\(folder.path)/hostile")
        #expect(await refusal() == nil)
        try folder.write("mine", to: "hostile/main.c")
        #expect(await refusal()?.contains("there is 'main.c' beside it") == true)
        #expect(try Self.names(in: "\(folder.path)/hostile") == ["hostile.so", "main.c", "plugin.yaml"])
        try FileManager.default.removeItem(atPath: "\(folder.path)/hostile/main.c")
        try FileManager.default.moveItem(atPath: "\(folder.path)/hostile", toPath: "\(folder.path)/other")
        #expect(await refusal()?.contains("is in '\(folder.path)/other'") == true)
        #expect(try Self.names(in: folder.path) == ["other"])
    }

    @Test("What is altered, forbidden, or cannot be beside the others is not installed, and nothing changes")
    func refusals() async throws {
        let store = try PluginFolder()
        func add(_ name: String, _ more: String) throws {
            let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            try store.write("", to: "\(name)/hostile.so")
            try store.write(
                PluginFolder.manifest(sha256: empty).replacing("plugin: hostile", with: "plugin: \(name)")
                    .replacing("version: 1.0.0", with: more), to: "\(name)/plugin.yaml")
        }
        let folder = try PluginFolder()
        func refusal(_ name: String, _ policy: PluginPolicy = PluginPolicy()) async -> String? {
            await failure { _ = try PluginPackage.install("\(store.path)/\(name)", into: folder.path, policy: policy) }?
                .text
        }
        try add("base", "version: 1.0.0")
        try add("user", "version: 1.0.0\nneeds: {base: ^1}")
        #expect(await refusal("user")?.contains("'user' 1.0.0 wants 'base' ^1, but there is no such plugin") == true)
        #expect(await refusal("base") == nil)
        #expect(await refusal("user") == nil)
        try add("base", "version: 2.0.0")
        #expect(await refusal("base")?.contains("'user' 1.0.0 wants 'base' ^1; there is 'base' 2.0.0") == true)
        try add("rival", "version: 1.0.0\nconflicts: {base: latest}")
        #expect(await refusal("rival")?.contains("cannot be beside 'base' of any version") == true)
        try add("spy", "version: 1.0.0\ncapabilities: [network]")
        #expect(await refusal("spy")?.contains("asks for network") == true)
        try add("other", "version: 1.0.0")
        try store.write("changed", to: "other/hostile.so")
        #expect(await refusal("other")?.contains("is not the library that plugin.yaml names") == true)
        #expect(try Self.names(in: folder.path) == ["base", "user"])
        let needed = await failure { try PluginPackage.remove("base", from: folder.path) }
        #expect(needed?.text.contains("'user' 1.0.0 wants 'base' ^1; remove 'user' first.") == true)
        #expect(
            await failure { try PluginPackage.remove("bse", from: folder.path) }?.text.contains("Did you mean 'base'?")
                == true)
        try PluginPackage.remove("user", from: folder.path)
        try PluginPackage.remove("base", from: folder.path)
        #expect(try Self.names(in: folder.path) == [])
    }
}
