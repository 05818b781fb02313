// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore
internal import ModelFacade
internal import OrderedCollections

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Stored runs and steps, in words and as JSON.
enum RunReport {
    /// A run in one line.
    static func line(_ run: RunSummary) -> String {
        let parts = [
            run.id, run.state.rawValue.padding(to: 11), Self.text(run.createdAt), "\(run.pipeline) \(run.version)",
            run.stepCount == 1 ? "1 step" : "\(run.stepCount) steps",
        ]
        return parts.joined(separator: "  ")
    }

    /// A run as programs read it.
    static func json(_ run: RunSummary) -> JSONValue {
        [
            "id": .string(run.id), "pipeline": .string(run.pipeline), "version": .string(run.version),
            "state": .string(run.state.rawValue), "created_at": .string(Self.text(run.createdAt)),
            "started_at": Self.json(run.startedAt), "ended_at": Self.json(run.endedAt),
            "attempts": .integer(run.attempts),
            "steps": .integer(run.stepCount),
            "error": run.failure.map { ["code": .string($0.code), "message": .string($0.message)] } ?? .null,
        ]
    }

    /// A run with what it was given and what came out.
    static func json(_ run: StoredRun, steps: [RecordedStep]) -> JSONValue {
        var members = Self.json(run.summary).objectValue ?? [:]
        members["file"] = .string(run.source.file)
        members["content_hash"] = .string(run.contentHash)
        members["inputs"] = JSONValue(sorted: run.inputs)
        members["output"] = run.output ?? .null
        members["waits_for"] = .array(run.pending.map(Self.json))
        members["flow"] = .array(steps.map(Self.json))
        members["events"] = .array(steps.compactMap { EmittedEvent($0.call, $0.outcome) }.map { Self.json($0) })
        return .object(members)
    }

    /// An event that a step told.
    static func json(_ emitted: EmittedEvent) -> JSONValue {
        [
            "step": .string(emitted.step.rawValue), "id": .string(emitted.event.id),
            "subject": .string("\(emitted.event.subject)"), "payload": emitted.event.payload,
        ]
    }

    /// A moment as ISO 8601 has it, in UTC.
    static func text(_ date: Date) -> String { date.ISO8601Format() }

    private static func json(_ date: Date?) -> JSONValue { date.map { .string(Self.text($0)) } ?? .null }

    private static func json(_ pending: PendingAnswer) -> JSONValue {
        [
            "key": .string(pending.key.rawValue), "question": .string(pending.question),
            "choices": .array(pending.choices.map { .string($0) }),
            "until": pending.until.map { .string(Self.text(Date(timeIntervalSince1970: $0 / .seconds(1)))) } ?? .null,
        ]
    }

    private static func json(_ step: RecordedStep) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "key": .string(step.call.key.rawValue), "uses": .string(step.call.uses),
            "effect": .string(step.call.effect.rawValue), "ended_at": .string(Self.text(step.endedAt)),
            "duration_ms": .number(step.duration.milliseconds),
        ]
        switch step.outcome {
        case .finished(let outputs, let usage):
            members["outputs"] = JSONValue(sorted: outputs)
            members["usage"] =
                usage.map {
                    ["prompt_tokens": .integer($0.promptTokens), "completion_tokens": .integer($0.completionTokens)]
                } ?? .null
        case .failed(let code, let message): members["error"] = ["code": .string(code), "message": .string(message)]
        }
        return .object(members)
    }
}
