// SPDX-License-Identifier: Apache-2.0

public import LLMCore
public import Pipelines
internal import PostgresConnections
internal import RunStorage

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension PostgresRunStore {
    /// Answers what a waiting run waits for; the run goes on when it is opened next.
    public func answer(_ value: JSONValue, to key: StepKey, of id: String) async throws {
        try await self.database.transaction { session, isAgain in
            let run = try self.row(of: id, session)
            let number = JSONValue.integer(try run.integer("number"))
            let count = try session.execute(
                "SELECT count(*) AS steps FROM autoglm_run_steps WHERE run = $1", [number]
            ).records[0].integer("steps")
            let step = RecordedStep(answer: value, to: key, position: count, at: Date())
            let row = StepRow(step.call, step.outcome, position: step.position, took: step.duration)
            if isAgain, try row.isStored(number, session) { return }
            try Self.check(id, isNotHeld: run)
            let pending = try PendingAnswer.read(run.textIfAny("pending"))
            let rest = try PendingAnswer.rest(after: value, to: key, of: pending, in: id)
            try session.store([row.outputs].compactMap(\.self))
            guard try session.execute(StepRow.insertionOfAnswer, row.values(number, .string(id))).affected > 0 else {
                throw StorageError.alreadyRecorded(step.call, of: id)
            }
            try session.execute(
                "UPDATE autoglm_runs SET pending = $2 WHERE number = $1",
                [number, .string(PendingAnswer.stored(rest))])
        }
    }
}
