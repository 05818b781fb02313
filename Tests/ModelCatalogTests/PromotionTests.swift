// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import ModelCatalog
import Testing

@Suite("Promotions of models")
struct PromotionTests {
    @Test("The champion moves when somebody else has approved, others move at once")
    func approval() async throws {
        let test = try await TestCatalog.with(versions: 2)
        let catalog = test.catalog
        #expect(try await catalog.promote("m", version: 2, to: "challenger", by: "ines").aliases == ["challenger": 2])
        let asked = try await catalog.promote("m", version: 1, to: "champion", by: "ines", note: "better")
        #expect(asked.aliases["champion"] == nil && asked.promotions.map(\.state) == [.waiting])
        #expect(await test.code { _ = try await $0.approve("m", promotion: 1, by: "ines") } == .notAllowed)
        let done = try await catalog.approve("m", promotion: 1, by: "rui")
        #expect(done.aliases == ["challenger": 2, "champion": 1])
        #expect(done.promotions[0].state == .done && done.promotions[0].approvals == ["rui"])
        #expect(done.promotions[0].note == "better")
        #expect(await test.code { _ = try await $0.approve("m", promotion: 1, by: "eva") } == .notAllowed)
    }

    @Test("As many others must approve as is set, each once")
    func severalApprovals() async throws {
        let test = try await TestCatalog.with(versions: 1)
        _ = try await test.catalog.protect("m", alias: "stable", approvals: 2, by: "ines")
        _ = try await test.catalog.promote("m", version: 1, to: "stable", by: "ines")
        #expect(try await test.catalog.approve("m", promotion: 1, by: "rui").aliases.isEmpty)
        #expect(await test.code { _ = try await $0.approve("m", promotion: 1, by: "rui") } == .notAllowed)
        #expect(try await test.catalog.approve("m", promotion: 1, by: "eva").aliases == ["stable": 1])
    }

    @Test("A rejected promotion changes nothing, and can be asked for again")
    func rejection() async throws {
        let test = try await TestCatalog.with(versions: 1)
        _ = try await test.catalog.promote("m", version: 1, to: "champion", by: "ines")
        #expect(await test.code { _ = try await $0.promote("m", version: 1, to: "champion", by: "rui") } == .notAllowed)
        #expect(await test.code { _ = try await $0.remove("m", version: 1, by: "ines") } == .inUse)
        #expect(try await test.catalog.reject("m", promotion: 1, by: "rui").promotions[0].state == .rejected)
        #expect(await test.code { _ = try await $0.approve("m", promotion: 1, by: "rui") } == .notAllowed)
        #expect(try await test.catalog.promote("m", version: 1, to: "champion", by: "rui").promotions.count == 2)
    }

    @Test("Rolling back goes step by step to what stood there before")
    func rollback() async throws {
        let test = try await TestCatalog.with(versions: 4)
        for version in [1, 2, 3, 4] { _ = try await test.catalog.promote("m", version: version, to: "a", by: "ines") }
        #expect(try await test.catalog.rollBack("m", alias: "a", by: "rui").aliases == ["a": 3])
        _ = try await test.catalog.remove("m", version: 2, by: "rui")
        #expect(try await test.catalog.rollBack("m", alias: "a", by: "rui").aliases == ["a": 1])
        #expect(await test.code { _ = try await $0.rollBack("m", alias: "a", by: "rui") } == .notAllowed)
        #expect(try await test.catalog.promote("m", version: 4, to: "a", by: "rui").aliases == ["a": 4])
        #expect(try await test.catalog.rollBack("m", alias: "a", by: "rui").aliases == ["a": 1])
    }

    @Test("Rolling back goes to a certain version, but only to one that stood there, and needs no approval")
    func rollbackTo() async throws {
        let test = try await TestCatalog.with(versions: 3)
        for version in [1, 2] {
            _ = try await test.catalog.promote("m", version: version, to: "champion", by: "ines")
            _ = try await test.catalog.approve("m", promotion: version, by: "rui")
        }
        #expect(await test.code { _ = try await $0.rollBack("m", alias: "champion", to: 3, by: "rui") } == .notAllowed)
        #expect(await test.code { _ = try await $0.rollBack("m", alias: "champion", to: 2, by: "rui") } == .notAllowed)
        #expect(try await test.catalog.rollBack("m", alias: "champion", to: 1, by: "ines").aliases == ["champion": 1])
    }

    @Test("What was in production at any time is known, with who did it")
    func history() async throws {
        let test = try await TestCatalog.with(versions: 2)
        let start = TestCatalog.start
        for version in [1, 2] { _ = try await test.catalog.promote("m", version: version, to: "a", by: "ines") }
        _ = try await test.catalog.rollBack("m", alias: "a", by: "rui", note: "errors")
        let record = try await test.catalog.removeAlias("m", alias: "a", by: "eva")
        let times = record.events.map(\.at)
        #expect(times == times.sorted())
        #expect(record.events.map(\.by) == ["ines", "ines", "ines", "ines", "rui", "eva"])
        #expect(
            record.events.map(\.change.kind)
                == ["registered", "registered", "promoted", "promoted", "rolled-back", "alias-removed"])
        let versions = times.map { record.version(of: "a", at: $0.addingTimeInterval(0.5)) }
        #expect(versions == [nil, nil, 1, 2, 1, nil])
        #expect(record.version(of: "a", at: start) == nil)
    }

    @Test("A version that something stands for stays, and a removed number never comes again")
    func removal() async throws {
        let test = try await TestCatalog.with(versions: 2)
        _ = try await test.catalog.promote("m", version: 2, to: "a", by: "ines")
        #expect(await test.code { _ = try await $0.remove("m", version: 2, by: "ines") } == .inUse)
        _ = try await test.catalog.removeAlias("m", alias: "a", by: "ines")
        _ = try await test.catalog.remove("m", version: 2, by: "ines")
        #expect(try await test.catalog.find(.latest("m")).version.number == 1)
        #expect(await test.code { _ = try await $0.promote("m", version: 2, to: "a", by: "ines") } == .unknown)
        #expect(try await test.catalog.register("m", from: "x", by: "ines").number == 3)
        _ = try await test.catalog.prune()
        #expect(test.artefacts.needed == [KnownArtefacts.hash("file-0"), KnownArtefacts.hash("x")])
    }

    @Test("Protected aliases are not removed, and nobody can be nobody")
    func refusals() async throws {
        let test = try await TestCatalog.with(versions: 1)
        _ = try await test.catalog.promote("m", version: 1, to: "champion", by: "ines")
        _ = try await test.catalog.approve("m", promotion: 1, by: "rui")
        #expect(await test.code { _ = try await $0.removeAlias("m", alias: "champion", by: "rui") } == .notAllowed)
        #expect(
            await test.code { _ = try await $0.promote("m", version: 1, to: "champion", by: "ines") } == .notAllowed)
        for person in ["", "a\nb", String(repeating: "x", count: 201)] {
            #expect(await test.code { _ = try await $0.promote("m", version: 1, to: "b", by: person) } == .invalidValue)
        }
        #expect(await test.code { _ = try await $0.protect("m", alias: "a", approvals: 11, by: "x") } == .invalidValue)
        #expect(await test.code { _ = try await $0.protect("m", alias: "a", approvals: -1, by: "x") } == .invalidValue)
        #expect(await test.code { _ = try await $0.promote("n", version: 1, to: "a", by: "x") } == .unknown)
        #expect(await test.code { _ = try await $0.approve("m", promotion: 9, by: "x") } == .unknown)
        #expect(await test.code { _ = try await $0.approve("m", promotion: 0, by: "x") } == .unknown)
    }
}
