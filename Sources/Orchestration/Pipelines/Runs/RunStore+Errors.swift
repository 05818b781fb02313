// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// What stores of runs say alike.
extension DomainError where Domain == PipelineDomain {
    /// No run has the name.
    package static func unknown(_ id: String, in place: String) -> Self {
        Self(.unknownRun, "There is no run '\(id)' in \(place). `autoglm runs list` shows what there is.")
    }

    /// Another process has the run.
    ///
    /// - Parameter seconds: After how long without a sign of life others get it; nil where the end of the process is noticed.
    package static func busy(_ id: String, forAtMost seconds: Double? = nil) -> Self {
        let end = seconds.map { " If it is gone, the run is free in \(Int($0.rounded(.up))) seconds." } ?? ""
        return Self(.runIsBusy, "Another process is at work on the run '\(id)'. Wait for it, or end it.\(end)")
    }

    /// The run was another's when this process wanted to change it.
    package static func lost(_ id: String) -> Self {
        Self(
            .leaseLost,
            """
            This process has lost the run '\(id)', as after a pause or without its network: another has it, has ended it or has \
            removed it. Nothing more is recorded here.
            """)
    }

    /// Makes sure that something can still happen to a run.
    ///
    /// - Parameter state: What is stored of its state; nil where the run is not there any more.
    /// - Throws: ``PipelineError`` with code `.runHasEnded`.
    package static func check(_ id: String, mayGoOn state: String?) throws {
        guard let state = state.flatMap(RunState.init(rawValue:)), !state.isFinal else {
            throw Self(.runHasEnded, "The run '\(id)' has ended (\(state ?? "removed")); begin a new one.")
        }
    }
}

extension StoredRun {
    /// The run that a name or its beginning means.
    ///
    /// - Parameters:
    ///   - found: The first two runs whose names begin so.
    ///   - place: Where they are, for messages.
    /// - Throws: ``PipelineError`` with code `.unknownRun`.
    package static func only(of found: [Self], named id: String, in place: String) throws -> Self {
        guard let run = found.first else { throw PipelineError.unknown(id, in: place) }
        guard found.count == 1 || run.summary.id == id else {
            throw PipelineError(.unknownRun, "Several runs begin with '\(id)'; write more of the name.")
        }
        return run
    }
}

extension PendingAnswer {
    /// What a run waits for when a question has its answer.
    ///
    /// - Parameters:
    ///   - value: The answer.
    ///   - key: The step that waits.
    ///   - pending: What the run waits for.
    ///   - id: The run's name, for messages.
    /// - Throws: ``PipelineError`` with code `.notWaiting` where it is no answer to anything.
    package static func rest(
        after value: JSONValue, to key: StepKey, of pending: [Self], in id: String
    ) throws -> [Self] {
        guard let asked = pending.first(where: { $0.key == key }) else {
            let hint = NearestName.hint(for: key.rawValue, in: pending.map(\.key.rawValue))
            throw PipelineError(.notWaiting, "The run '\(id)' does not wait at '\(key.rawValue)'. \(hint)")
        }
        guard asked.choices.isEmpty || value.stringValue.map(asked.choices.contains) == true else {
            throw PipelineError(
                .notWaiting,
                "\(value.serialized()) is no answer to '\(key.rawValue)'; it can be \(asked.choices.joined(separator: ", "))."
            )
        }
        return pending.filter { $0.key != key }
    }
}
