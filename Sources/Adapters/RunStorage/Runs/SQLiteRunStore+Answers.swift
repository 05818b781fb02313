// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import LLMCore
public import Pipelines

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

extension SQLiteRunStore {
    /// Answers what a waiting run waits for; the run goes on when it is opened next.
    public func answer(_ value: JSONValue, to key: StepKey, of id: String) async throws {
        let run = try await self.run(id)
        let rest = try PendingAnswer.rest(after: value, to: key, of: run.pending, in: id)
        let number = try await self.number(of: id)
        guard let lock = try FileLock.take(self.file.lockPath, offset: number) else { throw PipelineError.busy(id) }
        defer { withExtendedLifetime(lock) {} }
        let now = self.now()
        try await self.file.write { database in
            let position = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM steps WHERE run = ?", arguments: [number])
            let step = RecordedStep(answer: value, to: key, position: position ?? 0, at: now)
            try StepRow(step).insert(in: database, run: number)
            try database.execute(
                sql: "UPDATE runs SET pending = ? WHERE number = ?",
                arguments: [PendingAnswer.stored(rest), number])
        }
    }
}

extension RecordedStep {
    /// The step that an answer from outside ends.
    package init(answer value: JSONValue, to key: StepKey, position: Int, at moment: Date) {
        self.init(
            call: StepCall(key, uses: "wait_for", effect: .outside), position: position, outcome: .answer(value),
            endedAt: moment, duration: .zero)
    }
}

extension PendingAnswer {
    /// What is stored of several.
    package static func stored(_ answers: [Self]) -> String { JSONValue.array(answers.map(\.json)).serialized() }

    /// Reads what is stored of several; of nothing, none.
    ///
    /// - Throws: ``StorageError`` with code `.unreadable`.
    package static func read(_ stored: String?) throws -> [Self] {
        try stored.map { try (StoredValue.parse($0).arrayValue ?? []).map { try Self(json: $0) } } ?? []
    }

    private var json: JSONValue {
        JSONValue(sorted: [
            "key": .string(self.key.rawValue), "question": .string(self.question),
            "choices": .array(self.choices.map { .string($0) }),
            "until": self.until.map { .number($0 / .seconds(1)) } ?? .null,
        ])
    }

    private init(json: JSONValue) throws {
        guard let key = json["key"]?.stringValue, let question = json["question"]?.stringValue else {
            throw StorageError(.unreadable, "What a run waits for cannot be read; the store is damaged.")
        }
        self.init(
            key: StepKey(rawValue: key), question: question,
            choices: json["choices"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            until: json["until"]?.numberValue.map { .seconds($0) })
    }
}
