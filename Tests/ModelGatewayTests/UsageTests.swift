// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Foundation
import LLMCore
import ModelGateway
import ServiceLifecycle
import Testing

@Suite("Usage that outlives the program")
struct UsageTests {
    @Test("What is asked while a gateway runs is there when the next one begins, in the file and in its accounts")
    func survives() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "usage-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let yaml = "usage: {store: \"\(folder.appending(path: "u.sqlite").path())\"}"
        let configuration = try GatewayConfiguration(yaml: yaml)
        let account = UsageLedger.Account(model: "m", caller: "ann")
        for round in 1...2 {
            let gateway = try Gateway(configuration: configuration)
            let usage = TokenUsage(promptTokens: 10, completionTokens: 2)
            gateway.usage.add(usage, cost: 0.5, to: account, tags: ["x"])
            try await Self.run(gateway.services)
            let total = try #require(gateway.usage.accounts[account])
            #expect(total.requests == round && total.promptTokens == 10 * round)
            let stored = try #require(try configuration.usageStore())
            #expect(try await stored.sums() == gateway.usage.sums)
        }
        let sums = try #require(try await configuration.usageStore()?.sums())
        #expect(sums.tags["x"]?.completionTokens == 4 && sums.models["m"]?.cost == 1)
    }

    @Test("Without a place to store it, usage is in memory, and nothing has to run")
    func unstored() throws {
        let configuration = try GatewayConfiguration(yaml: "models: {}")
        #expect(try configuration.usageStore().map { _ in true } == nil)
        #expect(try Gateway(configuration: configuration).services.isEmpty)
    }

    @Test("A file that cannot be opened is an error at the start")
    func unopened() throws {
        let configuration = try GatewayConfiguration(yaml: "usage: {store: /no/such/folder/u.sqlite}")
        #expect(throws: (any Error).self) { try Gateway(configuration: configuration) }
    }

    /// Runs services, and ends them at once.
    private static func run(_ services: [any Service]) async throws {
        #expect(services.count == 1)
        try await withThrowingTaskGroup { tasks in
            for service in services { tasks.addTask { try await service.run() } }
            tasks.cancelAll()
            try await tasks.waitForAll()
        }
    }
}
