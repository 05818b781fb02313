// SPDX-License-Identifier: Apache-2.0

import LLMCore
import Observability
import Testing

@Suite("Sampling")
struct SamplingTests {
    private let probe = TelemetryProbe()

    private func parent(isSampled: Bool) -> TraceContext? {
        TraceContext(traceparent: ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\(isSampled ? 1 : 0)"])
    }

    @Test(
        "Samplers by OpenTelemetry's names keep what they should, without and with a parent",
        arguments: [
            ("always_on", nil, true, true, true), ("always_off", nil, false, false, false),
            ("traceidratio", 0, false, false, false), ("traceidratio", 1, true, true, true),
            ("parentbased_always_on", nil, true, true, false), ("parentbased_always_off", nil, false, true, false),
            ("parentbased_traceidratio", 0, false, true, false),
        ] as [(String, Double?, Bool, Bool, Bool)])
    func names(name: String, argument: Double?, root: Bool, sampled: Bool, unsampled: Bool) throws {
        let tracer = self.probe.tracer(try #require(Sampler(named: name, argument: argument)))
        #expect(tracer.begin("root", parent: nil).isRecording == root)
        #expect(tracer.begin("sampled", parent: self.parent(isSampled: true)).isRecording == sampled)
        #expect(tracer.begin("unsampled", parent: self.parent(isSampled: false)).isRecording == unsampled)
        #expect(Sampler(named: "sometimes", argument: nil) == nil)
    }

    @Test("A share of the traces is kept, whole traces only")
    func ratio() {
        var random = SplitMix(state: 7)
        let numbers = (0..<10_000).map { _ in random.next() }
        var kept = 0
        for number in numbers {
            let tracer = SpanTracer(
                sampler: .parentBased(.ratio(0.25)), receivers: [], random: { number }, now: { 0 })
            let root = tracer.begin("root", parent: nil)
            let child = tracer.begin("child", parent: root.trace)
            #expect(child.isRecording == root.isRecording)
            if root.isRecording { kept += 1 }
        }
        #expect(2_300...2_700 ~= kept)
    }

    @Test("Traces that were not sampled are kept where they fail or are slow, with all their spans")
    func tail() {
        let tracer = self.probe.tracer(.alwaysOff, tail: TailSampler(slow: .seconds(1)))
        func trace(_ name: String, took: Duration, fails: Bool) {
            let root = tracer.begin(name, kind: .server, parent: self.parent(isSampled: false))
            let child = tracer.begin("\(name) child", parent: root.trace)
            if fails { child.fail(LLMError(.backendFailed, "Broken.")) }
            child.finish()
            self.probe.advance(by: took)
            let late = tracer.begin("\(name) late", parent: root.trace)
            root.finish()
            late.finish()
        }
        // All have one trace's name, as requests of one caller's trace have: each is judged by itself until one is kept.
        trace("fast", took: .milliseconds(1), fails: false)
        #expect(self.probe.names == [])
        trace("slow", took: .seconds(1), fails: false)
        #expect(self.probe.names.suffix(3) == ["slow child", "slow", "slow late"])
    }

    @Test("Errors are kept only where that is asked for", arguments: [true, false])
    func errors(keepsErrors: Bool) {
        let tracer = self.probe.tracer(.alwaysOff, tail: TailSampler(slow: nil, keepsErrors: keepsErrors))
        let root = tracer.begin("root", parent: nil)
        let child = tracer.begin("child", parent: root.trace)
        child.fail(LLMError(.backendFailed, "Broken."))
        child.finish()
        root.finish()
        #expect(self.probe.names == (keepsErrors ? ["child", "root"] : []))
        #expect(root.trace.isSampled == false)
    }

    @Test("What waits for the end of traces has bounds")
    func bounds() {
        var limits = TailSampler.Limits()
        (limits.traces, limits.spansPerTrace) = (10, 3)
        let tail = TailSampler(slow: nil, limits: limits)
        let tracer = self.probe.tracer(.alwaysOff, tail: tail)
        let roots = (0..<50).map { tracer.begin("root \($0)", parent: nil) }
        for root in roots { for _ in 0..<5 { tracer.begin("child", parent: root.trace).finish() } }
        // Of 50 traces 40 gave way with 3 spans each, and each was told two spans more than it may have.
        #expect(tail.droppedCount == 50 * 2 + 40 * 3)
        roots[49].fail(LLMError(.backendFailed, "Broken."))
        roots[49].finish()
        #expect(self.probe.names == ["child", "child", "child", "root 49"])
    }
}
