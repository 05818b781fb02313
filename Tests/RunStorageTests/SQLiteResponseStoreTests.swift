// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Foundation
import GRDB
import LLMCore
import RunStorage
import Synchronization
import Testing

@Suite("Stored answers")
struct SQLiteResponseStoreTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "answers-\(UUID())")
    private var path: String { self.folder.appending(path: "answers.sqlite").path() }

    init() throws { try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true) }

    private func key(_ text: String) -> CacheKey { CacheKey(GenerationRequest(prompt: .user(text)), scope: "s") }

    private func answer(_ text: String) -> GenerationResponse {
        var answer = GenerationResponse()
        answer.text = text
        let other = SampledToken.Alternative(id: nil, text: "o", logProbability: -2.25)
        answer.tokens = [SampledToken(id: 7, text: "t", logProbability: -0.5, alternatives: [other]), SampledToken()]
        answer.reasoning = "Hm."
        answer.toolCalls = [ToolCall(id: "1", name: "f", arguments: ["a": [1, 2.5, nil, "é\u{0}\n"]])]
        answer.summary = GenerationSummary(
            finishReason: .length, usage: TokenUsage(promptTokens: 3, completionTokens: 2, cachedPromptTokens: 1),
            responseID: "r", model: "m")
        return answer
    }

    @Test("An answer is read as it was stored, by another program, too")
    func roundTrip() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let answer = self.answer("Grüße")
        let store = SQLiteResponseStore(try StorageFile(path: self.path))
        try await store.store(self.answer("old"), for: self.key("a"), lifetime: .seconds(60))
        try await store.store(answer, for: self.key("a"), lifetime: .seconds(60))
        let other = SQLiteResponseStore(try StorageFile(path: self.path))
        #expect(try await other.answer(for: self.key("a")) == answer)
        #expect(try await other.answer(for: self.key("b")) == nil)
    }

    @Test("An answer whose lifetime is over is not given, and makes room")
    func lifetime() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let now = WallTime(Date(timeIntervalSince1970: 1_000))
        let store = SQLiteResponseStore(try StorageFile(path: self.path)) { now.value }
        try await store.store(self.answer("x"), for: self.key("a"), lifetime: .seconds(60))
        now.value += 59
        #expect(try await store.answer(for: self.key("a")) != nil)
        now.value += 1
        #expect(try await store.answer(for: self.key("a")) == nil)
        try await store.store(self.answer("y"), for: self.key("b"), lifetime: .seconds(60))
        let database = try DatabaseQueue(path: self.path)
        #expect(try await database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM responses") } == 1)
    }

    @Test("Answers keep within their bound")
    func bounded() async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let store = SQLiteResponseStore(try StorageFile(path: self.path), maximumBytes: 100_000)
        for number in 0..<300 {
            let answer = self.answer(String(repeating: "x", count: 1_000))
            try await store.store(answer, for: self.key("\(number)"), lifetime: .seconds(60 + number))
        }
        #expect(try await store.answer(for: self.key("299")) != nil)
        #expect(try await store.answer(for: self.key("0")) == nil)
        let database = try DatabaseQueue(path: self.path)
        let bytes = try await database.read { try Int.fetchOne($0, sql: "SELECT SUM(LENGTH(answer)) FROM responses") }
        #expect((20_000...100_000).contains(bytes ?? 0))
        try await store.store(
            self.answer(String(repeating: "x", count: 100_001)), for: self.key("l"), lifetime: .seconds(9))
        #expect(try await store.answer(for: self.key("l")) == nil)
    }

    @Test(
        "A damaged answer is an error, never a wrong answer",
        arguments: [
            "", "{}", "[]", #"{"text":"x"}"#,
            #"{"text":"x","toolCalls":[{}],"tokens":[],"finishReason":"stop","usage":[1,2,3]}"#,
        ])
    func damaged(text: String) async throws {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let store = SQLiteResponseStore(try StorageFile(path: self.path))
        let key = self.key("a")
        let database = try DatabaseQueue(path: self.path)
        try await database.write {
            try $0.execute(sql: "INSERT INTO responses VALUES (?, ?, 1e12)", arguments: [key.text, text])
        }
        let error = await #expect(throws: StorageError.self) { try await store.answer(for: key) }
        #expect(error?.code == .unreadable)
    }
}

/// A time of day that a test sets.
private final class WallTime: Sendable {
    private let state: Mutex<Date>

    init(_ date: Date) { self.state = Mutex(date) }

    var value: Date {
        get { self.state.withLock { $0 } }
        set { self.state.withLock { $0 = newValue } }
    }
}
