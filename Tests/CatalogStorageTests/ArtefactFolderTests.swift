// SPDX-License-Identifier: Apache-2.0

import CatalogStorage
import Foundation
import LLMCore
import ModelCatalog
import Testing

@Suite("Files of models by their content")
struct ArtefactFolderTests {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("artefacts-\(UUID().uuidString)").path
    let artefacts: ArtefactFolder

    init() throws {
        self.artefacts = ArtefactFolder("\(self.root)/kept")
        for (name, text) in [("config.json", "{}"), ("weights/a.bin", "abc"), ("weights/b.bin", "abc"), ("empty", "")] {
            try self.write(text, to: "model/\(name)")
        }
    }

    func path(_ name: String) -> String { "\(self.root)/\(name)" }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: self.path(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: self.path(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The files that are kept, without folders and the lock.
    var kept: [String] {
        let names = FileManager.default.enumerator(atPath: self.path("kept/sha256"))?.compactMap { $0 as? String } ?? []
        return names.filter { $0.contains("/") }.sorted()
    }

    func code(_ work: () async throws -> Void) async -> CatalogError.Code? {
        do {
            try await work()
            return nil
        } catch { return (error as? CatalogError)?.code ?? "another" }
    }

    @Test("A folder comes out as it went in, and equal files are kept once")
    func roundTrip() async throws {
        let manifest = try await self.artefacts.add(self.path("model"))
        #expect(manifest.files.map(\.path) == ["config.json", "empty", "weights/a.bin", "weights/b.bin"])
        #expect(manifest.files[2].hash == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(manifest.bytes == 8 && self.kept.count == 3)
        try await self.artefacts.verify(manifest)
        try await self.artefacts.export(manifest, to: self.path("out"))
        for name in ["config.json", "weights/a.bin", "weights/b.bin", "empty"] {
            #expect(self.text("out/\(name)") == self.text("model/\(name)"))
        }
        #expect(try await self.artefacts.add(self.path("out")) == manifest)
        let single = try await self.artefacts.add(self.path("model/weights/a.bin"))
        #expect(single.files.map(\.path) == ["a.bin"] && self.kept.count == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.path("kept/drafts")).isEmpty)
    }

    @Test("Links, pipes and names that could lead elsewhere are refused, and nothing is left of them")
    func hostileSources() async throws {
        for (name, target) in [("file", "../model/config.json"), ("folder", "../model"), ("away", "/etc/passwd")] {
            try FileManager.default.createDirectory(atPath: self.path(name), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: self.path("\(name)/link"), withDestinationPath: target)
            #expect(await self.code { _ = try await self.artefacts.add(self.path(name)) } == .refusedPath)
        }
        try FileManager.default.createDirectory(atPath: self.path("pipes"), withIntermediateDirectories: true)
        #expect(mkfifo(self.path("pipes/pipe"), 0o600) == 0)
        #expect(await self.code { _ = try await self.artefacts.add(self.path("pipes")) } == .refusedPath)
        try self.write("x", to: "odd/a\\b")
        #expect(await self.code { _ = try await self.artefacts.add(self.path("odd")) } == .refusedPath)
        var deep = "deep"
        for _ in 0..<40 { deep += "/d" }
        try self.write("x", to: "\(deep)/x")
        #expect(await self.code { _ = try await self.artefacts.add(self.path("deep")) } == .refusedPath)
        #expect(await self.code { _ = try await self.artefacts.add(self.path("nowhere")) } == .unreadableFile)
        try FileManager.default.createDirectory(atPath: self.path("void"), withIntermediateDirectories: true)
        #expect(await self.code { _ = try await self.artefacts.add(self.path("void")) } == .invalidValue)
        #expect(self.kept.isEmpty)
    }

    @Test("A file that was changed, cut, replaced by a link or removed is damage, and registering it again mends it")
    func damage() async throws {
        let manifest = try await self.artefacts.add(self.path("model"))
        let file = self.path("kept/sha256/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let damages: [(String) throws -> Void] = [
            { try Data("abd".utf8).write(to: URL(fileURLWithPath: $0)) },
            { try Data("ab".utf8).write(to: URL(fileURLWithPath: $0)) },
            {
                try FileManager.default.createSymbolicLink(
                    atPath: $0, withDestinationPath: self.path("model/weights/a.bin"))
            },
            { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true) },
            { _ in },
        ]
        for damage in damages {
            try FileManager.default.removeItem(atPath: file)
            try damage(file)
            #expect(await self.code { try await self.artefacts.verify(manifest) } == .damaged)
            #expect(await self.code { try await self.artefacts.export(manifest, to: self.path("out")) } == .damaged)
            #expect(!FileManager.default.fileExists(atPath: self.path("out")))
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
                try FileManager.default.removeItem(atPath: file)
            }
            _ = try await self.artefacts.add(self.path("model"))
            try await self.artefacts.verify(manifest)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.root).sorted() == ["kept", "model"])
    }

    @Test("Nothing that is there is overwritten by an export")
    func exportPlace() async throws {
        let manifest = try await self.artefacts.add(self.path("model"))
        #expect(await self.code { try await self.artefacts.export(manifest, to: self.path("model")) } == .inUse)
        try FileManager.default.createSymbolicLink(atPath: self.path("dangling"), withDestinationPath: "nowhere")
        #expect(await self.code { try await self.artefacts.export(manifest, to: self.path("dangling")) } == .inUse)
        #expect(
            await self.code { try await self.artefacts.export(manifest, to: self.path("no/such/place")) }
                == .unreadableFile)
    }

    @Test("Files that nothing needs go, but not those that were just added")
    func prune() async throws {
        #expect(try await self.artefacts.prune(keeping: [], addedBefore: .distantFuture) == (0, 0))
        let manifest = try await self.artefacts.add(self.path("model"))
        try self.write("left", to: "kept/drafts/leftover")
        #expect(try await self.artefacts.prune(keeping: [], addedBefore: .distantPast) == (0, 0))
        let needed = Set(manifest.files.prefix(2).map(\.hash))
        #expect(try await self.artefacts.prune(keeping: needed, addedBefore: .distantFuture) == (2, 7))
        #expect(self.kept.count == 2)
    }

    @Test("An end of the task ends the reading")
    func cancellation() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await self.artefacts.add(self.path("model"))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
