// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Observability
import OpenAutoGLMTesting
import Synchronization
import TelemetryExport
import Testing

@Suite("Log lines written together")
struct LogWriterTests {
    private let written = Texts()

    /// What was written, by calls.
    private final class Texts: Sendable {
        private let state = Mutex<[String]>([])
        var all: [String] { self.state.withLock { $0 } }
        func add(_ bytes: [UInt8]) { self.state.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
    }

    /// Says some lines while the writer runs, and its clock stands still until the end.
    private func whileRunning(limit: Int = 1000, _ lines: [(String, LogRecord.Severity)]) async -> LogWriter {
        let clock = HeldClock()
        let writer = LogWriter(limit: limit, time: Timekeeper(clock)) { [written] in written.add($0) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await writer.run() }
            await clock.waitForSleepers(1)
            for (text, severity) in lines { writer.append(severity) { $0 += "\(text)\n".utf8 } }
            group.cancelAll()
        }
        return writer
    }

    @Test("Lines wait for each other, and none is lost at the end")
    func together() async {
        _ = await self.whileRunning([("a", .info), ("b", .debug), ("c", .notice)])
        #expect(self.written.all == ["a\nb\nc\n"])
    }

    @Test("What matters is written at once, with what was said before")
    func urgent() async {
        _ = await self.whileRunning([("a", .info), ("b", .warning), ("c", .info), ("d", .error), ("e", .critical)])
        #expect(self.written.all == ["a\nb\n", "c\nd\n", "e\n"])
    }

    @Test("Before it runs and afterwards whoever says a line writes it")
    func outside() async {
        let early = LogWriter { [written] in written.add($0) }
        early.append(.info) { $0 += "a\n".utf8 }
        #expect(self.written.all == ["a\n"])
        let writer = await self.whileRunning([("b", .info)])
        writer.append(.info) { $0 += "c\n".utf8 }
        #expect(self.written.all == ["a\n", "b\n", "c\n"])
    }

    @Test("What there is no room for is counted, and told")
    func dropped() async {
        _ = await self.whileRunning(limit: 4, [("a", .info), ("b", .info), ("c", .info), ("d", .info)])
        #expect(self.written.all == ["a\nb\n", "2 log lines were dropped: nobody reads them fast enough.\n"])
    }
}
