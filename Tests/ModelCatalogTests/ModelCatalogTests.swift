// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelCatalog
import OpenAutoGLMTesting
import Testing

@Suite("The catalogue of models")
struct ModelCatalogTests {
    @Test("A catalogue in memory does what every store must")
    func conformance() async {
        let conformance = CatalogStoreConformance {
            let store = MemoryCatalogStore()
            return { store }
        }
        #expect(await conformance.failures() == [])
    }

    @Test("A version is found by its number, its alias, its id, and as the latest")
    func finding() async throws {
        let test = try await TestCatalog.with(versions: 2)
        _ = try await test.catalog.promote("m", version: 1, to: "a", by: "ines")
        let latest = try await test.catalog.find(.latest("m")).version
        #expect(latest.number == 2)
        #expect(try await test.catalog.find(.version("m", 2)).version == latest)
        #expect(try await test.catalog.find(.alias("m", "a")).version.number == 1)
        let found = try await test.catalog.find(.id(latest.id))
        #expect(found.name == "m" && found.version == latest)
        for reference in [
            ModelReference.latest("n"), .version("m", 3), .version("m", 0), .alias("m", "b"), .id(UUID()),
        ] {
            #expect(await test.code { _ = try await $0.find(reference) } == .unknown, "\(reference)")
        }
        let hint = await #expect(throws: CatalogError.self) { try await test.catalog.model("n") }
        #expect(hint?.message.contains("Did you mean 'm'?") == true)
    }

    @Test("Lineage leads from a model to those that it was made from, across names")
    func lineage() async throws {
        let test = TestCatalog()
        let base = try await test.catalog.register("base", from: "a", by: "ines")
        let tuned = try await test.catalog.register(
            "tuned", from: "b",
            lineage: .init(data: ["reviews"], codeVersion: "abc", parent: base.id, trainingRun: "7"),
            by: "ines")
        let small = try await test.catalog.register("small", from: "c", lineage: .init(parent: tuned.id), by: "ines")
        #expect(try await test.catalog.ancestors(of: small).map(\.name) == ["tuned", "base"])
        #expect(try await test.catalog.find(.latest("tuned")).version.lineage.data == ["reviews"])
        let orphan = await test.code {
            _ = try await $0.register("x", from: "d", lineage: .init(parent: UUID()), by: "i")
        }
        #expect(orphan == .unknown)
    }

    @Test("Later figures replace earlier ones of the same name, and none is without a value")
    func metrics() async throws {
        let test = TestCatalog()
        _ = try await test.catalog.register("m", from: "a", metrics: ["f1": 0.5, "loss": 2], by: "ines")
        let record = try await test.catalog.measure("m", version: 1, ["f1": 0.75, "ms": 3], by: "rui")
        #expect(record.versions[0].metrics == ["f1": 0.75, "loss": 2, "ms": 3])
        for metrics in [["f1": Double.nan], ["f1": .infinity], ["": 1], ["a b": 1]] {
            #expect(await test.code { _ = try await $0.measure("m", version: 1, metrics, by: "rui") } == .invalidValue)
            #expect(
                await test.code { _ = try await $0.register("m", from: "a", metrics: metrics, by: "r") }
                    == .invalidValue)
        }
    }

    @Test("Those who register at once get numbers of their own")
    func contention() async throws {
        let test = TestCatalog()
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<20 {
                group.addTask { try await test.catalog.register("m", from: "file-\(index)", by: "ines").number }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(numbers == Set(1...20))
    }

    @Test(
        "A damaged history is an error, never a trap",
        arguments: [
            [.promoted(alias: "a", version: 1, promotion: nil)], [.measured(version: 0, metrics: [:])],
            [.removed(version: -1)], [.approved(promotion: 1)], [.rejected(promotion: 0)],
            [.rolledBack(alias: "a", version: 1)], [.proposed(promotion: 2, alias: "a", version: 1)],
        ] as [[CatalogChange]])
    func damage(changes: [CatalogChange]) throws {
        let events = try changes.map { try CatalogEvent($0, at: TestCatalog.start, by: "x") }
        let error = #expect(throws: CatalogError.self) { try ModelRecord(name: "m", events: events) }
        #expect(error?.code == .unreadable)
    }

    @Test(
        "A stored change that is damaged, or of a later version, is an error",
        arguments: [
            [:], ["kind": "invented", "at": 1, "by": "x", "note": ""],
            ["kind": "removed", "at": 1, "by": "x", "note": ""],
            ["kind": "removed", "version": 1, "by": "x", "note": ""],
            ["kind": "removed", "version": "1", "at": 1, "by": "x", "note": ""],
            [
                "kind": "registered", "version": 1, "id": "x", "summary": "", "files": [], "at": 1, "by": "x",
                "note": "",
            ],
            ["kind": "removed", "version": 1, "at": 1, "by": "", "note": ""], "text", nil,
        ] as [JSONValue])
    func damagedJSON(json: JSONValue) {
        #expect(throws: CatalogError.self) { try CatalogEvent(json: json) }
    }

    @Test("A version whose files are not those of its hash is not read")
    func tampered() async throws {
        let test = try await TestCatalog.with(versions: 1)
        let text = try #require(try await test.catalog.model("m").events.first).json.serialized()
        let changed = try JSONValue(parsing: text.replacing("\"bytes\":6", with: "\"bytes\":7"))
        #expect(text != changed.serialized())
        #expect(throws: CatalogError.self) { try CatalogEvent(json: changed) }
    }
}
