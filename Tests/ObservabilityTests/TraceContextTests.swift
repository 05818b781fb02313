// SPDX-License-Identifier: Apache-2.0

import Observability
import Testing
import Tracing

private let trace = "0af7651916cd43dd8448eb211c80319c"
private let span = "b7ad6b7169203331"

@Suite("Trace context")
struct TraceContextTests {
    @Test(
        "A well-formed header is read",
        arguments: [
            ("00-\(trace)-\(span)-01", true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-03", true),
            ("00-\(trace)-\(span)-ff", true), ("01-\(trace)-\(span)-01", true),
            ("cc-\(trace)-\(span)-01-what-the-future-holds", true),
        ])
    func reads(header: String, isSampled: Bool) throws {
        let context = try #require(TraceContext(traceparent: [header]))
        #expect("\(context.traceID)" == trace)
        #expect("\(context.spanID)" == span)
        #expect(context.isSampled == isSampled)
    }

    @Test(
        "A malformed header begins a new trace",
        arguments: [
            "", "-", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-1",
            "00-\(trace)-\(span)-001", "00-\(trace)-\(span)-0g", "00-\(trace)-\(span)-01-",
            "00-\(trace)-\(span)-01-more",
            "ff-\(trace)-\(span)-01", "0-\(trace)-\(span)-01", "000-\(trace)-\(span)-01", ".0-\(trace)-\(span)-01",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01",
            "00-\(trace.dropLast())-\(span)-01", "00-\(trace)0-\(span)-01", "00-\(trace)-\(span.dropLast())-01",
            "00-\(trace)-\(span)0-01", "00_\(trace)_\(span)_01", " 00-\(trace)-\(span)-01", "00-\(trace)-\(span)-01 ",
            "00-\(trace)-\(span)-0\u{0}", "00-\(trace.dropLast())é-\(span)-01", "00-\(trace.dropLast())Ａ-\(span)-01",
            "0x-\(trace)-\(span)-01", "+0-\(trace)-\(span)-01", "00-\(trace)--\(span)-01",
            String(repeating: "0", count: 55), String(repeating: "-", count: 10_000),
        ])
    func refuses(header: String) { #expect(TraceContext(traceparent: [header]) == nil) }

    @Test("Every digit of a name is written", arguments: [0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, .max, 9, 10])
    func digits(number: UInt64) throws {
        let text = try #require(TraceID(high: number, low: number)).description
        let digits = String(number, radix: 16)
        #expect(text == String(repeating: String(repeating: "0", count: 16 - digits.count) + digits, count: 2))
        #expect(TraceID(text)?.high == number)
    }

    @Test("Two headers, or none, begin a new trace")
    func count() {
        let header = "00-\(trace)-\(span)-01"
        #expect(TraceContext(traceparent: []) == nil)
        #expect(TraceContext(traceparent: [header, header]) == nil)
    }

    @Test("What is read is written again, in version 00 and with the flags that are known")
    func writes() throws {
        let context = try #require(TraceContext(traceparent: ["cc-\(trace)-\(span)-fd-x"]))
        #expect(context.traceparent == "00-\(trace)-\(span)-01")
    }

    @Test(
        "What other systems note is passed on, or dropped as a whole where it is malformed",
        arguments: [
            (["a=1"], "a=1"), (["a=1,b=2"], "a=1,b=2"), (["a=1", "b=2"], "a=1,b=2"), ([" a=1 ,\tb=2 "], "a=1,b=2"),
            (["a=1,,b=2,"], "a=1,b=2"), (["t1@vendor-x=with space"], "t1@vendor-x=with space"), ([""], nil), ([], nil),
            (["0a_-*/=~"], "0a_-*/=~"), (["a"], nil), (["=1"], nil), (["a="], nil), (["a=1,a=2"], nil), (["A=1"], nil),
            (["a=1=2"], nil), (["a=\u{1}"], nil), (["a=é"], nil), (["é=1"], nil), (["_a=1"], nil), (["a b=1"], nil),
            ([(0..<32).map { "k\($0)=1" }.joined(separator: ",")], (0..<32).map { "k\($0)=1" }.joined(separator: ",")),
            ([(0..<33).map { "k\($0)=1" }.joined(separator: ",")], nil),
            (["\(String(repeating: "k", count: 257))=1"], nil), (["k=\(String(repeating: "v", count: 257))"], nil),
        ] as [([String], String?)])
    func state(fields: [String], expected: String?) throws {
        let context = try #require(
            TraceContext(traceparent: ["00-\(trace)-\(span)-01"], tracestate: fields))
        #expect(context.tracestate == expected)
    }

    @Test("Whatever comes, reading ends, and what is accepted is written as it came", arguments: 0..<200)
    func hostile(seed: Int) {
        // A valid header with some bytes changed, dropped or doubled.
        var random = SplitMix(state: UInt64(seed) &* 0x9E37_79B9)
        var bytes = Array("00-\(trace)-\(span)-01".utf8)
        for _ in 0...Int(random.next() % 3) {
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 3 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            default: bytes.insert(bytes[place], at: place)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let context = TraceContext(traceparent: [text]) else { return }
        #expect(text.contains("\(context.traceID)-\(context.spanID)"))
        #expect(TraceContext(traceparent: [context.traceparent])?.traceID == context.traceID)
    }

    @Test("A request carries the trace of the task that sends it, and nothing outside of one")
    func propagates() {
        var fields: [String: String] = [:]
        TraceContext.propagate { fields[$0] = $1 }
        #expect(fields.isEmpty)
        let probe = TelemetryProbe()
        let parent = TraceContext(traceparent: ["00-\(trace)-\(span)-01"], tracestate: ["a=1"])
        let work = probe.tracer().begin("work", parent: parent)
        ServiceContext.withValue(work.context) { TraceContext.propagate { fields[$0] = $1 } }
        #expect(fields == ["traceparent": "00-\(trace)-\(work.trace.spanID)-01", "tracestate": "a=1"])
    }
}

/// Random numbers that are the same every time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
