// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// Keeps answers in memory, within a bound, forgetting those first that were not asked for lately.
public final class MemoryResponseStore: ResponseCacheStore {
    private struct Entry {
        var answer: GenerationResponse
        var end: Duration
        var size: Int
    }

    /// Two generations: what is used moves to the young one, and when that has half of the room the old one is forgotten.
    private struct State {
        var young: [CacheKey: Entry] = [:]
        var old: [CacheKey: Entry] = [:]
        var youngSize = 0

        mutating func insert(_ entry: Entry, for key: CacheKey, room: Int) {
            if self.youngSize + entry.size > room {
                self.old = self.young
                self.young = [:]
                self.youngSize = 0
            }
            self.youngSize += entry.size - (self.young[key]?.size ?? 0)
            self.young[key] = entry
            self.old[key] = nil
        }
    }

    private let state = Mutex(State())
    private let halfOfRoom: Int
    private let time: Timekeeper

    /// Makes an empty store.
    ///
    /// - Parameters:
    ///   - bytes: About how much memory answers may take.
    ///   - time: The clock.
    public init(bytes: Int = 64 << 20, time: Timekeeper = Timekeeper()) {
        self.halfOfRoom = max(0, bytes / 2)
        self.time = time
    }

    /// The answer stored under a key.
    public func answer(for key: CacheKey) async -> GenerationResponse? {
        let now = self.time.now
        return self.state.withLock { state in
            guard let entry = state.young[key] ?? state.old[key], entry.end > now else { return nil }
            if state.young[key] == nil { state.insert(entry, for: key, room: self.halfOfRoom) }
            return entry.answer
        }
    }

    /// Keeps an answer, unless it is too large.
    public func store(_ answer: GenerationResponse, for key: CacheKey, lifetime: Duration) async {
        let entry = Entry(answer: answer, end: self.time.now + lifetime, size: answer.approximateSize)
        guard entry.size <= self.halfOfRoom else { return }
        self.state.withLock { $0.insert(entry, for: key, room: self.halfOfRoom) }
    }
}

extension GenerationResponse {
    /// About how many bytes the answer takes in memory.
    var approximateSize: Int {
        let calls = self.toolCalls.map { $0.arguments.serialized().utf8.count + 256 }.reduce(0, +)
        let tokens = self.tokens.map { 64 + $0.alternatives.count * 64 }.reduce(0, +)
        return 512 + self.text.utf8.count + self.reasoning.utf8.count + calls + tokens
    }
}
