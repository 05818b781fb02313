// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelCatalog
import Testing

@Suite("Names of models, versions and files")
struct ModelNamesTests {
    @Test(
        "A reference is read as it is written",
        arguments: [
            ("sentiment", .latest("sentiment")), ("sentiment:3", .version("sentiment", 3)),
            ("sentiment@champion", .alias("sentiment", "champion")), ("a.b-c_1@x.2", .alias("a.b-c_1", "x.2")),
        ] as [(String, ModelReference)])
    func references(text: String, reference: ModelReference) throws {
        #expect(try ModelReference(text) == reference)
        #expect(reference.description == text)
    }

    @Test("A UUID in any case is an id")
    func id() throws {
        let id = UUID()
        #expect(try ModelReference(id.uuidString) == .id(id))
        #expect(try ModelReference(id.uuidString.lowercased()).description == id.uuidString.lowercased())
    }

    @Test(
        "What is no reference is refused",
        arguments: [
            "", ":1", "@a", "a:", "a@", "a:0", "a:-1", "a:1.5", "a:99999999999999999999", "a@1", "a b", "../a", "a/b",
            ".a", "-a",
            "a:1@b", "ä", "a\u{0}", "a\n", String(repeating: "a", count: 129), "a@" + String(repeating: "b", count: 65),
        ])
    func refusedReferences(text: String) {
        #expect(throws: CatalogError.self) { try ModelReference(text) }
    }

    @Test(
        "A path in a model cannot lead anywhere else",
        arguments: [
            "", "/", "/etc/passwd", "..", "../x", "a/../b", "a/..", "./a", "a/.", "a//b", "a/", "a\\b", "a\u{0}b",
            "a\nb", "\u{7F}",
            String(repeating: "a", count: 256), String(repeating: "a/", count: 600) + "a",
        ])
    func refusedPaths(path: String) {
        let hash = String(repeating: "a", count: 64)
        let error = #expect(throws: CatalogError.self) { try ModelFile(path: path, hash: hash, bytes: 1) }
        #expect(error?.code == .refusedPath)
    }

    @Test(
        "A hash is 64 small hexadecimal digits",
        arguments: [
            "", "ab", String(repeating: "A", count: 64), String(repeating: "g", count: 64),
            "../" + String(repeating: "a", count: 61),
        ])
    func refusedHashes(hash: String) {
        #expect(throws: CatalogError.self) { try ModelFile(path: "a", hash: hash, bytes: 1) }
    }

    @Test("Content has one hash, whatever the order of its files, and another when anything differs")
    func contentHash() throws {
        func hash(_ files: (String, Character, Int)...) throws -> String {
            try ModelManifest(
                files.map { try ModelFile(path: $0.0, hash: String(repeating: $0.1, count: 64), bytes: $0.2) }
            ).contentHash
        }
        let usual = try hash(("a", "1", 5), ("b/c", "2", 6))
        #expect(try hash(("b/c", "2", 6), ("a", "1", 5)) == usual)
        let others = try [
            hash(("a", "1", 5)), hash(("a", "1", 5), ("b/d", "2", 6)), hash(("a", "1", 5), ("b/c", "3", 6)),
            hash(("a", "1", 6), ("b/c", "2", 6)),
        ]
        #expect(Set(others + [usual]).count == 5)
        #expect(throws: CatalogError.self) { try hash(("a", "1", 5), ("a", "2", 6)) }
        #expect(throws: CatalogError.self) { try ModelManifest([]) }
    }
}
