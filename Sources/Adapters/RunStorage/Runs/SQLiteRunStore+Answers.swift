// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import LLMCore
public import Pipelines

extension SQLiteRunStore {
    /// Answers what a waiting run waits for; the run goes on when it is opened next.
    public func answer(_ value: JSONValue, to key: StepKey, of id: String) async throws {
        let run = try await self.run(id)
        guard let pending = run.pending.first(where: { $0.key == key }) else {
            let hint = NearestName.hint(for: key.rawValue, in: run.pending.map(\.key.rawValue))
            throw PipelineError(.notWaiting, "The run '\(id)' does not wait at '\(key.rawValue)'. \(hint)")
        }
        guard pending.choices.isEmpty || value.stringValue.map(pending.choices.contains) == true else {
            throw PipelineError(
                .notWaiting,
                "\(value.serialized()) is no answer to '\(key.rawValue)'; it can be \(pending.choices.joined(separator: ", "))."
            )
        }
        let number = try await self.number(of: id)
        guard let lock = try FileLock.take(self.file.lockPath, offset: number) else { throw Self.isBusy(id) }
        defer { withExtendedLifetime(lock) {} }
        let now = self.now()
        try await self.file.write { database in
            let position = try Int.fetchOne(
                database, sql: "SELECT count(*) FROM steps WHERE run = ?", arguments: [number])
            let step = RecordedStep(
                call: StepCall(key, uses: "wait_for", effect: .outside), position: position ?? 0,
                outcome: .answer(value),
                endedAt: now, duration: .zero)
            try StepRow(step).insert(in: database, run: number)
            let rest = JSONValue.array(run.pending.filter { $0.key != key }.map(\.json)).serialized()
            try database.execute(sql: "UPDATE runs SET pending = ? WHERE number = ?", arguments: [rest, number])
        }
    }
}

extension PendingAnswer {
    /// What is stored of it.
    var json: JSONValue {
        JSONValue(sorted: [
            "key": .string(self.key.rawValue), "question": .string(self.question),
            "choices": .array(self.choices.map { .string($0) }),
            "until": self.until.map { .number($0 / .seconds(1)) } ?? .null,
        ])
    }

    /// Reads what is stored of it.
    init(json: JSONValue) throws {
        guard let key = json["key"]?.stringValue, let question = json["question"]?.stringValue else {
            throw StorageError(.unreadable, "What a run waits for cannot be read; the file is damaged.")
        }
        self.init(
            key: StepKey(rawValue: key), question: question,
            choices: json["choices"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            until: json["until"]?.numberValue.map { .seconds($0) })
    }
}
