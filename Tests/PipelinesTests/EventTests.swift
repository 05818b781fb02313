// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("Events that steps tell")
struct EventTests {
    private static let yaml = """
        pipeline: p
        steps:
          - {id: first, uses: emit, with: {subject: page.read, payload: {number: 7}}}
          - {id: loop, for_each: 3, steps: [{id: each, uses: emit, with: {subject: page.done, payload: "${index}"}}]}
        output: "${first.payload}"
        """

    private func pipeline() throws -> Pipeline {
        try Pipeline(yaml: Self.yaml, registry: StepRegistry([EmitStep(bus: InProcessEventBus())]))
    }

    @Test("Who watches a run is told of them, and the result has them, though nobody subscribed")
    func watched() async throws {
        let log = EventLog()
        let runner = PipelineRunner(model: ScriptedModel())
        let result = try await runner.run(try self.pipeline()) { log.observe($0) }
        #expect(result.output == ["number": 7])
        #expect(result.events.map(\.step.rawValue) == ["first", "loop[0].each", "loop[1].each", "loop[2].each"])
        #expect(result.events.map(\.event.payload) == [["number": 7], 0, 1, 2])
        #expect(Set(result.events.map(\.event.id)).count == 4)
        #expect(log.all.filter { $0.hasPrefix("event") }.first == "event first page.read")
        #expect(log.all.filter { $0.hasPrefix("event") }.count == 4)
    }

    @Test("A run that goes on has the events of before, under the same names, and tells only of the new ones")
    func resumed() async throws {
        let pipeline = try self.pipeline()
        let journal = MemoryJournal()
        let runner = PipelineRunner(model: ScriptedModel())
        let before = try await runner.run(pipeline, journal: journal)
        let log = EventLog()
        let after = try await runner.run(pipeline, journal: MemoryJournal(journal.entries.prefix(2))) {
            log.observe($0)
        }
        #expect(after.events == before.events)
        #expect(
            log.all.filter { $0.hasPrefix("event") } == [
                "event loop[1].each page.done", "event loop[2].each page.done",
            ])
    }

    @Test("The result holds no more of them than of steps")
    func limit() async throws {
        var runner = PipelineRunner(model: ScriptedModel())
        runner.recordLimit = 2
        #expect(try await runner.run(try self.pipeline()).events.count == 2)
    }

    @Test("What is recorded of other steps, or without a subject, is no event")
    func recorded() throws {
        let call = StepCall(StepKey(rawValue: "a"), uses: "emit", effect: .outside)
        let outputs: [String: JSONValue] = ["id": "1", "subject": "a.b", "payload": nil]
        #expect(EmittedEvent(call, .finished(outputs: outputs, usage: nil))?.event.subject == (try EventSubject("a.b")))
        #expect(EmittedEvent(call, .finished(outputs: ["id": "1"], usage: nil)) == nil)
        #expect(EmittedEvent(call, .failed(code: "c", message: "m")) == nil)
        let other = StepCall(StepKey(rawValue: "a"), uses: "act", effect: .outside)
        #expect(EmittedEvent(other, .finished(outputs: outputs, usage: nil)) == nil)
    }
}
