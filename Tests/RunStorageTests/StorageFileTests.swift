// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import LLMCore
import Pipelines
import RunStorage
import Testing

@Suite("Files that runs are kept in")
struct StorageFileTests {
    /// What is at the path before the store is opened there, and the error that says so.
    struct BadFile: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var code: StorageError.Code
        var prepare: @Sendable (String) throws -> Void
    }

    static let badFiles = [
        BadFile(testDescription: "a text", code: .foreignFile) { path in
            try Data(String(repeating: "not a database ", count: 100).utf8).write(to: URL(fileURLWithPath: path))
        },
        BadFile(testDescription: "another program's database", code: .foreignFile) { path in
            try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE t (x)") }
        },
        BadFile(testDescription: "another program's empty database", code: .foreignFile) { path in
            try DatabaseQueue(path: path).write { try $0.execute(sql: "PRAGMA application_id = 7") }
        },
        BadFile(testDescription: "a later version's database", code: .newerSchema) { path in
            _ = try StorageFile(path: path)
            try DatabaseQueue(path: path).write {
                try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('runs-999')")
            }
        },
        BadFile(testDescription: "a folder", code: .cannotOpen) { path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        },
    ]

    @Test("What is no store of runs is refused and left as it is", arguments: badFiles)
    func refuses(file: BadFile) throws {
        let folder = try TemporaryFolder()
        try file.prepare(folder.file)
        let before = FileManager.default.contents(atPath: folder.file)
        let error = #expect(throws: StorageError.self) { try StorageFile(path: folder.file) }
        #expect(error?.code == file.code)
        // SQLite itself may tidy up a file of this program's.
        if file.code != .newerSchema { #expect(FileManager.default.contents(atPath: folder.file) == before) }
    }

    @Test("A missing folder is named")
    func missingFolder() throws {
        let error = #expect(throws: StorageError.self) { try StorageFile(path: "/nowhere/runs.sqlite") }
        #expect(error?.code == .cannotOpen)
        #expect(error?.message.contains("/nowhere/runs.sqlite") == true)
    }

    @Test("A damaged file is an error that says what to do, whatever is damaged", arguments: 0..<40)
    func damage(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        do {
            let store = try folder.store()
            for _ in 0..<4 { _ = try await store.create(Samples.source, inputs: ["text": Samples.longText]) }
        }
        var random = SeededGenerator(seed: seed)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        for _ in 0..<64 {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        try bytes.write(to: URL(fileURLWithPath: folder.file))
        // Bytes that nobody looks at may differ; whatever is noticed must be an error of this module or of pipelines.
        do {
            let store = try folder.store()
            for run in try await store.runs(RunFilter()) { _ = try await store.run(run.id) }
            _ = try await store.prune(RetentionPolicy(maximumCount: 0))
        } catch { #expect(error is StorageError || error is PipelineError, "\(error)") }
    }

    @Test("A full disk is said, and what was recorded is kept")
    func fullDisk() async throws {
        let folder = try TemporaryFolder()
        let file = try StorageFile(path: folder.file, maximumBytes: 400_000)
        let store = SQLiteRunStore(file)
        let id = try await store.create(Samples.source, inputs: [:])
        let session = try await store.open(id)
        var recorded = 0
        let error = await #expect(throws: StorageError.self) {
            while recorded < 1000 {
                let step = StepCall(StepKey(rawValue: "step-\(recorded)"), uses: "echo", effect: .pure)
                let outputs = ["text": JSONValue.string("\(recorded) " + String(repeating: "x", count: 5000))]
                try await session.record(.finished(outputs: outputs, usage: nil), of: step, took: .zero)
                recorded += 1
            }
        }
        #expect(error?.code == .diskFull)
        #expect(recorded > 10)
        #expect(try await folder.store().steps(of: id, from: 0, limit: 1000).count == recorded)
    }

    @Test("Only the owner may read what is stored")
    func permissions() async throws {
        let folder = try TemporaryFolder()
        _ = try await folder.store().create(Samples.source, inputs: [:])
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }
}
