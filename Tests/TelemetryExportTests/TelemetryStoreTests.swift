// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Foundation
import LLMCore
import Logging
import Observability
import OpenAutoGLMTesting
import RunStorage
import TelemetryExport
import Testing

@Suite("The store of recent traces and logs")
struct TelemetryStoreTests {
    private let folder: URL
    private let store: SQLiteTelemetryStore

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(
            path: "telemetry-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        self.store = SQLiteTelemetryStore(
            try StorageFile(path: self.folder.appending(path: "telemetry.sqlite").path()), maximumBytes: 100_000)
    }

    private func keeper() -> TelemetryKeeper {
        TelemetryKeeper(
            self.store, time: Timekeeper(HeldClock()),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Does a request: a server's span with a model's span in it, and a log line.
    private func request(_ keeper: TelemetryKeeper, _ name: String, took: UInt64 = 1_000_000, fails: Bool = false)
        -> TraceID
    {
        let tracer = SpanTracer(receivers: [keeper], now: { 1_700_000_000_000_000_000 })
        let root = tracer.begin(name, kind: .server, parent: nil, attributes: ["list": .ints([1, 2]), "number": 0.5])
        let child = tracer.begin("chat m", kind: .client, parent: root.trace)
        if fails { child.fail(LLMError(.backendFailed, "Broken.")) }
        child.finish(at: 1_700_000_000_000_000_000 + took / 2)
        root.finish(at: 1_700_000_000_000_000_000 + took)
        keeper.receive(
            LogRecord(
                time: 1_700_000_000_000_000_005, severity: fails ? .error : .info, logger: "test", message: "Said",
                trace: root.trace))
        return root.trace.traceID
    }

    @Test("What is stored comes back as it was")
    func roundTrip() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let keeper = self.keeper()
        let id = self.request(keeper, "POST /v1", fails: true)
        await keeper.storeAll()
        let trace = try await self.store.trace(String("\(id)".prefix(8)))
        #expect(trace.id == id && trace.spans.map(\.name) == ["chat m", "POST /v1"])
        let root = try #require(trace.spans.last)
        #expect(root.kind == .server && root.duration == .milliseconds(1) && root.parentID == nil)
        #expect(root.attributes["list"] == .ints([1, 2]) && root.attributes["number"] == 0.5)
        #expect(trace.spans.first?.status == .error("Broken.") && trace.spans.first?.parentID == root.context.spanID)
        #expect(trace.logs.map(\.message) == ["Said"] && trace.logs.first?.trace?.traceID == id)
        await #expect(throws: TelemetryError.self) { try await self.store.trace("zz") }
    }

    @Test("Traces are listed, the latest first, by what is asked for")
    func lists() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let keeper = self.keeper()
        _ = self.request(keeper, "POST /a")
        _ = self.request(keeper, "POST /b", took: 5_000_000_000)
        _ = self.request(keeper, "GET /c", fails: true)
        await keeper.storeAll()
        func names(_ change: (inout TraceFilter) -> Void = { _ in }) async throws -> [String] {
            var filter = TraceFilter()
            change(&filter)
            return try await self.store.traces(filter).map(\.root.name)
        }
        #expect(try await names() == ["GET /c", "POST /b", "POST /a"])
        #expect(try await names { $0.onlyErrors = true } == ["GET /c"])
        #expect(try await names { $0.slowest = .seconds(1) } == ["POST /b"])
        #expect(try await names { $0.name = "POST" } == ["POST /b", "POST /a"])
        #expect(try await names { $0.limit = 1 } == ["GET /c"])
        #expect(try await self.store.traces(TraceFilter()).map(\.spanCount) == [2, 2, 2])
    }

    @Test("Log lines are listed by trace and by how much they matter")
    func logs() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let keeper = self.keeper()
        let fine = self.request(keeper, "fine")
        _ = self.request(keeper, "broken", fails: true)
        keeper.receive(LogRecord(time: 1, severity: .warning, logger: "test", message: "Alone"))
        await keeper.storeAll()
        func messages(_ change: (inout LogFilter) -> Void) async throws -> [String] {
            var filter = LogFilter()
            change(&filter)
            return try await self.store.logs(filter).map { "\($0.severity) \($0.message)" }
        }
        #expect(try await messages { _ in } == ["info Said", "error Said", "warning Alone"])
        #expect(try await messages { $0.trace = fine } == ["info Said"])
        #expect(try await messages { $0.severity = .warning } == ["error Said", "warning Alone"])
        #expect(try await messages { $0.limit = 1 } == ["warning Alone"])
    }

    @Test("Of traces that are not kept, only warnings and worse are stored")
    func unkept() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let keeper = self.keeper()
        let tracer = SpanTracer(sampler: .parentBased(.ratio(0)), receivers: [keeper], now: { 1 })
        let trace = tracer.begin("request", kind: .server, parent: nil).trace
        for severity in [LogRecord.Severity.info, .notice, .warning, .error] {
            keeper.receive(
                LogRecord(time: 2, severity: severity, logger: "test", message: "\(severity)", trace: trace))
        }
        keeper.receive(LogRecord(time: 3, severity: .info, logger: "test", message: "alone"))
        await keeper.storeAll()
        #expect(try await self.store.logs(LogFilter()).map(\.message).sorted() == ["alone", "error", "warning"])
    }

    @Test("The oldest give way where there is no room, and the newest are there")
    func ring() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let keeper = self.keeper()
        for index in 0..<400 {
            _ = self.request(keeper, "request \(index)")
            if index % 100 == 99 { await keeper.storeAll() }
        }
        await keeper.storeAll()
        var filter = TraceFilter()
        filter.limit = 1000
        let names = try await self.store.traces(filter).map(\.root.name)
        #expect(names.first == "request 399" && names.count > 20 && names.count < 300)
        let size =
            try FileManager.default.attributesOfItem(
                atPath: self.folder.appending(path: "telemetry.sqlite").path())[.size] as? Int
        #expect(size ?? .max < 1_500_000)
    }

    @Test("What there is no room for in memory is dropped and counted")
    func bounds() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let keeper = self.keeper()
        for _ in 0..<3000 { keeper.receive(LogRecord(time: 1, severity: .info, logger: "test", message: "Much")) }
        #expect(keeper.droppedCount == 3000 - 2048)
    }
}
