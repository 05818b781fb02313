// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Logging
import Observability
import Synchronization
import Testing
import Tracing

@Suite("JSON log lines")
struct LogTests {
    private let probe = TelemetryProbe()

    private func logger(_ redaction: LogRedaction = LogRedaction(), write: @escaping @Sendable (String) -> Void)
        -> Logger
    {
        let probe = self.probe
        return Logger(label: "test") {
            JSONLogHandler(
                label: $0, service: "autoglm", redaction: redaction, receivers: [probe], now: { probe.now },
                write: { _, line in
                    var bytes: [UInt8] = []
                    line(&bytes)
                    write(String(decoding: bytes, as: UTF8.self))
                })
        }
    }

    private func line(_ redaction: LogRedaction = LogRedaction(), _ log: (Logger) -> Void) throws -> JSONValue {
        let line = Mutex("")
        log(self.logger(redaction) { text in line.withLock { $0 = text } })
        let text = line.withLock { $0 }
        #expect(text.hasSuffix("\n"))
        return try JSONValue(parsing: text)
    }

    @Test("A line has time, level, service, message and what else is known")
    func line() throws {
        let line = try self.line { $0.warning("Something \"odd\"", metadata: ["path": "/v1", "count": "\(3)"]) }
        #expect(
            line == [
                "timestamp": "2023-11-14T22:13:20.000000Z", "level": "warning", "service": "autoglm",
                "message": "Something \"odd\"", "logger": "test", "count": "3", "path": "/v1",
            ])
    }

    @Test("A level that changes counts for the next line, and a logger's own level for itself alone")
    func threshold() {
        let threshold = LogThreshold(.warning)
        let lines = Mutex<[UInt8]>([])
        let logger = Logger(label: "test") { label in
            JSONLogHandler(label: label, service: "autoglm", threshold: threshold) { _, line in
                lines.withLock { line(&$0) }
            }
        }
        var quiet = logger
        quiet.logLevel = .error
        for level in [Logger.Level.warning, .debug, .critical] {
            threshold.replace(level)
            logger.info("Hello")
            quiet.warning("Hello")
        }
        #expect(lines.withLock { $0.count { $0 == UInt8(ascii: "\n") } } == 1)
    }

    @Test("A line has the trace of the task that says it")
    func trace() throws {
        let span = self.probe.tracer().begin("work")
        let line = try self.line { logger in ServiceContext.withValue(span.context) { logger.info("Hello") } }
        #expect(line["trace_id"] == .string("\(span.trace.traceID)"))
        #expect(line["span_id"] == .string("\(span.trace.spanID)"))
        #expect(self.probe.logs.first?.trace == span.trace)
    }

    @Test("Secrets are hidden wherever they stand, and content unless it is asked for")
    func redaction() throws {
        let key = "hf_" + String(repeating: "a1", count: 20)
        let log = { (logger: Logger) in
            logger.error(
                "The key \(key) failed",
                metadata: [
                    "error": "Bearer a1b2c3d4e5f6g7h8i9j0k1l2m3n4 refused", "Authorization": "Basic eA==",
                    "prompt": "My diary",
                ])
        }
        let line = try self.line(LogRedaction(), log)
        #expect(line["message"] == "The key [REDACTED:hugging-face-token] failed")
        #expect(line["error"] == "[REDACTED:bearer-token] refused")
        #expect(line["Authorization"] == "[REDACTED]" && line["prompt"] == "[content]")
        #expect(try self.line(LogRedaction(showsContent: true), log)["prompt"] == "My diary")
    }

    @Test("What is known of a line cannot pose as what the line says of itself")
    func posing() throws {
        let line = try self.line { $0.info("Hello", metadata: ["level": "none", "trace_id": "x", "message": "Bye"]) }
        #expect(line["level"] == "info" && line["message"] == "Hello")
        #expect(line["attributes.level"] == "none" && line["attributes.message"] == "Bye")
    }

    @Test(
        "Moments are told in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (951_782_399_999_999_999, "2000-02-28T23:59:59.999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"),
            (4_107_542_400_000_001_000, "2100-03-01T00:00:00.000001Z"),
            (1_796_000_000_000_000_000, "2026-11-30T00:53:20.000000Z"),
        ] as [(UInt64, String)])
    func timestamps(nanoseconds: UInt64, text: String) { #expect(Timestamp.text(nanoseconds) == text) }

    @Test(
        "Dates are told as HTTP wants them",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ])
    func dates(seconds: Int, text: String) { #expect(Timestamp.http(seconds: seconds) == text) }
}
