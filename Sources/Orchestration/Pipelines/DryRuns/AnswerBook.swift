// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import Synchronization

/// A journal that answers for the steps that a dry run does not do.
final class AnswerBook: RunJournal {
    let runID = "dry-run"
    private let answers: RecordedAnswers
    /// The kinds of steps in the pipeline, by their names.
    private let kinds: [String: any PipelineStep]
    /// The first that was found to be missing while a step was done.
    private let missing = Mutex<PipelineError?>(nil)

    /// Takes answers.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidAnswer` where one is for no step.
    init(_ answers: RecordedAnswers, for pipeline: Pipeline) throws {
        self.answers = answers
        var kinds: [String: any PipelineStep] = [:]
        var ids = Set<String>()
        for instruction in pipeline.program.steps {
            ids.insert(instruction.id)
            if case .step(let operation) = instruction.operation { kinds[instruction.uses] = operation.step }
        }
        self.kinds = kinds
        if let name = answers.values.keys.sorted().first(where: { !ids.contains(Self.id(in: $0)) }) {
            throw PipelineError(
                .invalidAnswer,
                """
                There is an answer for '\(name)', but the pipeline '\(pipeline.name)' has no such step. \
                \(NearestName.hint(for: Self.id(in: name), in: ids.sorted()))
                """)
        }
    }

    func outcome(of step: StepCall) async throws -> StepOutcome? {
        guard step.effect != .pure else { return nil }
        if step.uses == "breakpoint" { return .answer(true) }
        if step.uses == StepForm.sleep.rawValue { return .finished(outputs: [:], usage: nil) }
        let id = Self.id(in: step.key.rawValue)
        if let value = self.answers.values[step.key.rawValue] ?? self.answers.values[id] {
            return try RecordedAnswer(value, for: step, ports: self.ports(of: step)).outcome
        }
        if let outcome = self.answers.outcomes[step.key] { return outcome }
        guard let kind = self.kinds[step.uses] else {
            // What holds other steps needs no answer of its own.
            guard step.uses == StepForm.waitFor.rawValue else { return nil }
            throw self.unanswered(step)
        }
        if kind.isTriedWithoutModel { return nil }
        throw self.unanswered(step)
    }

    func record(_ outcome: StepOutcome, of step: StepCall, took duration: Duration) async throws { try self.check() }

    /// Notes that a step would have asked a model.
    func refuse(_ step: StepCall) -> any Error {
        let error = self.unanswered(step)
        self.missing.withLock { $0 = $0 ?? error }
        return error
    }

    /// Makes sure that no step would have asked a model.
    func check() throws { if let error = self.missing.withLock({ $0 }) { throw error } }

    // MARK: - Answers

    /// The id of the step behind a key.
    private static func id(in key: String) -> String { key.split(separator: ".").last.map(String.init) ?? key }

    private func ports(of step: StepCall) -> [StepPort] {
        self.kinds[step.uses]?.definition.outputs ?? [StepPort("answer", .any, "What was answered.")]
    }

    private func unanswered(_ step: StepCall) -> PipelineError {
        let ports = self.ports(of: step)
        let key = step.key.rawValue
        let written = Self.isPlain(key) ? key : "\"\(key)\""
        var lines = [
            "The step '\(key)' (uses \(step.uses)) is not done in a dry run, and has no recorded answer. Add one to the file of "
                + "--answers, or name a run that has it with --answers-from:",
            "  \(written): {\(ports.first.map { "\($0.name): \($0.type.example)" } ?? "")}",
        ]
        if ports.count > 1 {
            lines.append("It gives \(ports.map(\.name).joined(separator: ", ")); what is left out is null.")
        }
        if Self.id(in: key) != key { lines.append("'\(Self.id(in: key))' stands for all executions of the step.") }
        return PipelineError(.unanswered, lines.joined(separator: "\n"))
    }

    /// Whether a key needs no quotes in YAML.
    private static func isPlain(_ key: String) -> Bool { !key.contains { "[]@!,{}#:".contains($0) } }
}

/// A written answer as its step would have given it.
private struct RecordedAnswer {
    let outcome: StepOutcome

    init(_ value: JSONValue, for step: StepCall, ports: [StepPort]) throws {
        let members = value.objectValue
        if let members, members.count == 1, let error = members["error"], !ports.contains(where: { $0.name == "error" })
        {
            let message = error["message"]?.stringValue ?? error.stringValue ?? "A recorded failure."
            self.outcome = .failed(code: error["code"]?.stringValue ?? "pipeline.step-failed", message: message)
            return
        }
        var outputs = Dictionary(ports.map { ($0.name, JSONValue.null) }, uniquingKeysWith: { $1 })
        if let members, step.uses != StepForm.waitFor.rawValue || members["answer"] != nil {
            for (name, value) in members {
                guard let port = ports.first(where: { $0.name == name }) else {
                    let hint = NearestName.hint(for: name, in: ports.map(\.name))
                    throw PipelineError(
                        .invalidAnswer,
                        "The answer for '\(step.key.rawValue)' has '\(name)', which '\(step.uses)' does not give. \(hint)"
                    )
                }
                outputs[name] = try Self.checked(value, port, step)
            }
        } else if let port = ports.first {
            outputs[port.name] = try Self.checked(value, port, step)
        }
        self.outcome = .finished(outputs: outputs, usage: nil)
    }

    private static func checked(_ value: JSONValue, _ port: StepPort, _ step: StepCall) throws -> JSONValue {
        guard value == .null || port.type.holds(value) else {
            throw PipelineError(
                .invalidAnswer,
                """
                The answer for '\(step.key.rawValue)' gives '\(port.name)' as \(value.typeName), but '\(step.uses)' gives \
                \(port.type.rawValue).
                """)
        }
        return value
    }
}
