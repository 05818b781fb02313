// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelCatalog
import OpenAutoGLMTesting
import Synchronization

/// Files that are there by being named: a path is its content.
final class KnownArtefacts: ArtefactStore {
    private let kept = Mutex<Set<String>>([])

    /// What was to stay when files were removed last.
    var needed: Set<String> { self.kept.withLock { $0 } }

    static func hash(_ path: String) -> String {
        let digits = path.utf8.map { String($0, radix: 16) }.joined()
        return String((digits + String(repeating: "0", count: 64)).prefix(64))
    }

    func add(_ path: String) async throws -> ModelManifest {
        try ModelManifest([ModelFile(path: path, hash: Self.hash(path), bytes: path.utf8.count)])
    }

    func verify(_ manifest: ModelManifest) async throws {}

    func export(_ manifest: ModelManifest, to folder: String) async throws {}

    func prune(keeping needed: Set<String>, addedBefore time: Date) async throws -> (files: Int, bytes: Int) {
        self.kept.withLock { $0 = needed }
        return (0, 0)
    }
}

/// A catalogue in memory, whose clock goes on by a second with every look at it.
struct TestCatalog {
    static let start = Date(timeIntervalSince1970: 1_767_225_600)

    let store = MemoryCatalogStore()
    let artefacts = KnownArtefacts()
    let catalog: ModelCatalog

    init() {
        let seconds = Mutex(0.0)
        self.catalog = ModelCatalog(store: self.store, artefacts: self.artefacts) {
            Self.start.addingTimeInterval(
                seconds.withLock { seconds in
                    seconds += 1
                    return seconds
                })
        }
    }

    /// A catalogue in which `m` has so many versions.
    static func with(versions: Int) async throws -> TestCatalog {
        let test = TestCatalog()
        for number in 0..<versions { _ = try await test.catalog.register("m", from: "file-\(number)", by: "ines") }
        return test
    }

    /// What went wrong; nil if nothing did.
    func code(_ work: (ModelCatalog) async throws -> Void) async -> CatalogError.Code? {
        do {
            try await work(self.catalog)
            return nil
        } catch { return (error as? CatalogError)?.code ?? "another" }
    }
}
