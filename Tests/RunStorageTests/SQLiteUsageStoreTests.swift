// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Foundation
import LLMCore
import RunStorage
import Testing

@Suite("Stored usage")
struct SQLiteUsageStoreTests {
    private static func sums(_ change: (UsageLedger) -> Void) -> UsageSums {
        let ledger = UsageLedger()
        change(ledger)
        return ledger.sums
    }

    @Test("What several programs add is there, up to the largest number")
    func adds() async throws {
        let folder = try TemporaryFolder()
        let (one, two) = (try StorageFile(path: folder.file), try StorageFile(path: folder.file))
        let new = Self.sums { ledger in
            let usage = TokenUsage(promptTokens: 5, completionTokens: .max, cachedPromptTokens: 1)
            ledger.add(usage, cost: 0.25, to: .init(model: "m", caller: "é"), tags: ["t", ""], ending: .partial)
            ledger.add(usage, cost: 0, to: .init(model: "m", caller: ""), ending: .failed)
        }
        try await SQLiteUsageStore(one).add(new)
        try await SQLiteUsageStore(two).add(new)
        let kept = try await SQLiteUsageStore(one).sums()
        let total = try #require(kept.accounts[.init(model: "m", caller: "é")])
        #expect(total.requests == 2 && total.partial == 2 && total.promptTokens == 10 && total.cost == 0.5)
        #expect(total.completionTokens == .max && total.cachedPromptTokens == 2)
        #expect(kept.accounts.count == 2 && kept.tags.keys.sorted() == ["", "t"])
        #expect(kept.models["m"]?.failed == 2)
        #expect(try await SQLiteUsageStore(try StorageFile(path: folder.path + "/other.sqlite")).sums().isEmpty)
    }
}
