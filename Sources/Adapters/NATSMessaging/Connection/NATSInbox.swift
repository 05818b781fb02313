// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore
internal import Synchronization

/// Where answers come, to any number of questions at once: one subscription, and a number for each question.
final class NATSInbox: Sendable {
    /// Questions that were asked together.
    private final class Batch: Sendable {
        private struct State {
            var answers: [NATSMessage?]
            var missing: Int
            var asker: CheckedContinuation<Void, Never>?
            var isOver = false
        }

        private let state: Mutex<State>

        init(_ count: Int) { self.state = Mutex(State(answers: Array(repeating: nil, count: count), missing: count)) }

        var answers: [NATSMessage?] { self.state.withLock { $0.answers } }

        func take(_ answer: NATSMessage, _ index: Int) {
            let asker = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard state.answers[index] == nil else { return nil }
                state.answers[index] = answer
                state.missing -= 1
                return state.missing == 0 ? state.asker.take() : nil
            }
            asker?.resume()
        }

        func end() {
            self.state.withLock { state in
                state.isOver = true
                return state.asker.take()
            }?.resume()
        }

        /// Waits for every answer, the end, or the task's cancellation.
        func wait() async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = self.state.withLock { state in
                        guard state.missing > 0, !state.isOver else { return true }
                        state.asker = continuation
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                self.end()
            }
        }
    }

    private struct State {
        var batches: [Int: (batch: Batch, index: Int)] = [:]
        var nextNumber = 0
        weak var connection: NATSConnection?
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let prefix = "_INBOX.\(String(UInt64.random(in: 0 ... .max), radix: 36))"

    /// Begins to take answers.
    func open(_ connection: NATSConnection) async throws {
        _ = try await connection.subscribe("\(self.prefix).*") { [weak self] in self?.take($0) }
        self.state.withLock { $0.connection = connection }
    }

    /// A subject of the inbox that no answer comes to.
    var freshSubject: String { "\(self.prefix)-\(self.number(1))" }

    private func number(_ count: Int) -> Int {
        self.state.withLock { state in
            defer { state.nextNumber += count }
            return state.nextNumber
        }
    }

    private func take(_ message: NATSMessage) {
        guard let dot = message.subject.lastIndex(of: "."),
            let number = Int(message.subject[message.subject.index(after: dot)...])
        else { return }
        let found = self.state.withLock { $0.batches.removeValue(forKey: number) }
        if let found { found.batch.take(message, found.index) }
    }

    /// Asks questions at once.
    ///
    /// - Returns: The answers in the same order; nil where none came in time.
    /// - Throws: ``EventError`` where a question cannot be asked, `CancellationError`.
    func ask(_ questions: [NATSMessage], deadline: Duration) async throws -> [NATSMessage?] {
        let batch = Batch(questions.count)
        let connection = self.state.withLock { $0.hasEnded ? nil : $0.connection }
        guard let connection else { throw EventError.busClosed }
        let first = self.number(questions.count)
        self.state.withLock { state in
            for index in questions.indices { state.batches[first + index] = (batch, index) }
        }
        defer {
            self.state.withLock { state in
                for index in questions.indices { state.batches[first + index] = nil }
            }
        }
        try await connection.publish(
            questions.enumerated().map { index, question in
                var question = question
                question.replyTo = "\(self.prefix).\(first + index)"
                return question
            })
        let clock = ContinuousClock()
        _ = try await race(against: { try await clock.sleep(for: deadline) }) { await batch.wait() }
        try Task.checkCancellation()
        if self.state.withLock({ $0.hasEnded }) { throw EventError.busClosed }
        return batch.answers
    }

    /// Ends: nobody is answered any more.
    func end() {
        let batches = self.state.withLock { state in
            state.hasEnded = true
            state.connection = nil
            return state.batches.values.map(\.batch)
        }
        for batch in batches { batch.end() }
    }
}
