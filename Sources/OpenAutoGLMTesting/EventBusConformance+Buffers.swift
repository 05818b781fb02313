// SPDX-License-Identifier: Apache-2.0

internal import EventMessaging
internal import LLMCore

/// Rules of buffers and of questions.
extension EventBusConformance {
    var bufferChecks: [(String, @Sendable (Subject) async throws -> String?)] {
        [
            ("full: fail", Self.checkFailing),
            ("full: drop the oldest", { try await Self.checkDropping($0, .dropOldest) }),
            ("full: drop the newest", { try await Self.checkDropping($0, .dropNewest) }),
            ("full: suspend", Self.checkSuspension), ("options", Self.checkOptions),
        ]
    }

    /// Publishes 1 to 4, and waits until they have come to every subscription of the bus.
    private static func publishFour(_ subject: Subject) async throws {
        var all = try await subject.bus.subscribe(subject.pattern(">"), buffer: 9).makeAsyncIterator()
        try await subject.publish(1...4)
        try await subject.publish([5], "end")
        for _ in 1...5 { _ = try await all.next() }
    }

    private static func checkFailing(_ subject: Subject) async throws -> String? {
        var slow = try await subject.bus.subscribe(subject.pattern("a"), buffer: 2).makeAsyncIterator()
        try await Self.publishFour(subject)
        let found = [try await slow.next()?.payload, try await slow.next()?.payload]
        guard found == [.integer(1), .integer(2)] else { return "before the error came \(found)" }
        do {
            let more = try await slow.next()
            return "after the loss came \(String(describing: more))"
        } catch let error as EventError where error.code == .overrun {
            return try await slow.next() == nil ? nil : "something came after the error"
        }
    }

    private static func checkDropping(_ subject: Subject, _ policy: FullBufferPolicy) async throws -> String? {
        let options = SubscriptionOptions(buffer: 2, whenFull: policy)
        let slow = try await subject.bus.subscribe(subject.pattern("a"), options)
        try await Self.publishFour(subject)
        var events = slow.makeAsyncIterator()
        let found = [try await events.next()?.payload, try await events.next()?.payload]
        let expected: [JSONValue] = policy == .dropOldest ? [3, 4] : [1, 2]
        guard found == expected, slow.droppedCount == 2 else {
            return "of 1 to 4 came \(found), and \(slow.droppedCount) were counted as dropped"
        }
        return nil
    }

    private static func checkSuspension(_ subject: Subject) async throws -> String? {
        let options = SubscriptionOptions(buffer: 2, whenFull: .suspend)
        guard subject.bus.suspendsPublishers else {
            do {
                _ = try await subject.bus.subscribe(subject.pattern("a"), options)
                return "it takes a policy that it cannot keep"
            } catch let error as EventError where error.code == .unsupported { return nil }
        }
        let slow = try await subject.bus.subscribe(subject.pattern("a"), options)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await subject.publish(1...100) }
            var events = slow.makeAsyncIterator()
            for number in 1...100 {
                let payload = try await events.next()?.payload
                guard payload == .integer(number) else { return "\(String(describing: payload)) came, not \(number)" }
            }
            try await group.waitForAll()
            group.addTask { try await subject.publish(1...5) }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {
                return slow.droppedCount == 0 ? nil : "events were dropped"
            }
            return "a cancelled publisher was not told"
        }
    }

    private static func checkOptions(_ subject: Subject) async throws -> String? {
        for options in [
            SubscriptionOptions(buffer: 0), SubscriptionOptions(group: ""), SubscriptionOptions(group: "a b"),
            SubscriptionOptions(group: "a\r\nPUB x"),
        ] {
            do {
                _ = try await subject.bus.subscribe(subject.pattern("a"), options)
                return "\(options) were taken"
            } catch let error as EventError where error.code == .invalidOptions { continue }
        }
        return nil
    }

    // MARK: - Questions

    var questionChecks: [(String, @Sendable (Subject) async throws -> String?)] {
        [("questions", Self.checkQuestions), ("nobody answers", Self.checkSilence)]
    }

    private static func checkQuestions(_ subject: Subject) async throws -> String? {
        let questions = try await subject.bus.subscribe(subject.pattern("double"), buffer: 99)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for try await question in questions {
                    let number = question.payload.integerValue ?? 0
                    try await subject.bus.reply(to: question, with: .integer(2 * number))
                }
            }
            for number in 1...20 {
                let answer = try await subject.bus.request(subject.event(number, "double"), deadline: .seconds(120))
                guard answer.payload == .integer(2 * number) else {
                    return "\(number) was answered by \(answer.payload)"
                }
            }
            return nil
        }
    }

    private static func checkSilence(_ subject: Subject) async throws -> String? {
        do {
            _ = try await subject.bus.request(subject.event(1), deadline: .seconds(120))
            return "a question without anybody to answer was answered"
        } catch let error as EventError where error.code == .noResponder {}
        let silent = try await subject.bus.subscribe(subject.pattern("a"), buffer: 9)
        do {
            _ = try await subject.bus.request(subject.event(2), deadline: .milliseconds(20))
            return "a silent subscriber answered"
        } catch let error as EventError where error.code == .deadlineExceeded {}
        let question = try await silent.first { _ in true }
        // Nobody awaits this any more, which is no reason for an error.
        if let question { try await subject.bus.reply(to: question, with: nil) }
        return question?.replyTo == nil ? "a question does not say where its answer goes" : nil
    }
}
