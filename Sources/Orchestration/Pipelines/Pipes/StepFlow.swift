// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import Synchronization

/// What flows through a step that is a stage of a pipe.
public struct StepFlow: Sendable {
    /// What flows in, to be read once and by one task.
    ///
    /// Of an input that was given whole it is the text, or the array's elements.
    public let pieces: FlowingPieces
    /// Whether the pieces are the parts of one text, cut anywhere; else each stands for itself.
    public let isText: Bool
    private let onward: @Sendable (JSONValue) async throws -> Void

    init(pieces: FlowingPieces, isText: Bool, onward: @escaping @Sendable (JSONValue) async throws -> Void) {
        self.pieces = pieces
        self.isText = isText
        self.onward = onward
    }

    /// Sends a piece of the output that flows: a part of the text, or an element; from one task at a time.
    ///
    /// Waits while the next stage is behind.
    /// - Throws: `CancellationError` when the pipe ends, since another stage failed or the run was cancelled.
    public func send(_ piece: JSONValue) async throws { try await self.onward(piece) }

    /// Sends a part of a text; nothing if it is empty.
    public func send(text: some StringProtocol) async throws {
        if !text.isEmpty { try await self.onward(.string(String(text))) }
    }
}

/// Pieces in order, as they come.
public struct FlowingPieces: AsyncSequence, Sendable {
    /// What comes.
    public typealias Element = JSONValue

    /// Reads the pieces.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: @Sendable () async throws -> JSONValue?

        /// The next piece; nil after the last.
        ///
        /// - Throws: `CancellationError` when the pipe ends before its time: what came is not the whole then.
        public func next() async throws -> JSONValue? { try await self.source() }
    }

    private let source: @Sendable () async throws -> JSONValue?

    init(source: @escaping @Sendable () async throws -> JSONValue?) { self.source = source }

    /// What is there already: the elements of an array, or one value; nothing of null.
    init(whole value: JSONValue) {
        let elements = value == .null ? [] : value.arrayValue ?? [value]
        self.init(count: elements.count) { elements[$0] }
    }

    /// So many values, made as they are read.
    init(count: Int, _ element: @escaping @Sendable (Int) -> JSONValue) {
        let position = FlowPosition()
        self.source = {
            try Task.checkCancellation()
            return position.advance(below: count).map(element)
        }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> Iterator { Iterator(source: self.source) }
}

/// How far the values that are there already have been read.
private final class FlowPosition: Sendable {
    private let next = Mutex(0)

    func advance(below count: Int) -> Int? {
        self.next.withLock { next in
            guard next < count else { return nil }
            defer { next += 1 }
            return next
        }
    }
}

/// Puts together again what has flowed.
final class FlowCollector: Sendable {
    private struct State {
        var text = ""
        var elements: [JSONValue] = []
    }

    private let isText: Bool
    private let state = Mutex(State())

    init(isText: Bool) { self.isText = isText }

    func add(_ piece: JSONValue) {
        self.state.withLock { state in
            if self.isText { state.text += piece.plainText } else { state.elements.append(piece) }
        }
    }

    /// The whole.
    var value: JSONValue {
        self.state.withLock { state in self.isText ? .string(state.text) : .array(state.elements) }
    }
}
