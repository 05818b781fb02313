// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension Execution {
    /// Runs steps once for each piece as it comes, a few at once; the results go on in the pieces' order.
    ///
    /// Never more pieces than the concurrency have been taken in and not yet gone on.
    func forEach(
        _ loop: ForEachOperation, _ stage: PipeStage, _ connection: StageConnection, in frame: Frame
    ) async throws -> [String: JSONValue] {
        let whole: FlowingPieces
        if connection.takesFlow {
            whole = FlowingPieces(whole: .null)
        } else {
            let elements = try ForEachElements(loop.elements.value(in: frame))
            whole = FlowingPieces(count: elements.count) { elements[$0] }
        }
        let flow = connection.flow(or: whole, isText: false)
        let prefix = frame.key(of: stage.id).rawValue
        let count = try await withThrowingTaskGroup(of: LoopEvent.self) { group in
            var order = PieceOrder(limit: loop.concurrency)
            while true {
                if order.wantsPiece() { group.addTask { .came(try await Self.next(flow.pieces)) } }
                guard let event = try await group.next() else { return order.sent }
                switch event {
                case .came(nil): order.end()
                case .came(let piece?):
                    let index = order.begin()
                    group.addTask {
                        .done(index, try await self.turn(loop, piece, index, prefix, in: frame, loop.output))
                    }
                case .done(let index, let result):
                    order.finish(index, result)
                    while let result = order.next() {
                        try await flow.send(result)
                        self.onEvent?(.progress(step: prefix, done: order.sent, of: nil))
                    }
                }
            }
        }
        return ["count": .integer(count)]
    }

    private static func next(_ pieces: FlowingPieces) async throws -> JSONValue? {
        try await pieces.makeAsyncIterator().next()
    }
}

/// What happens in a loop over pieces.
private enum LoopEvent: Sendable {
    /// A piece; nil after the last.
    case came(JSONValue?)
    /// A turn's result.
    case done(Int, JSONValue)
}

/// Which pieces a loop has taken in, and which results may go on: a plain value that never waits.
struct PieceOrder {
    private let limit: Int
    private var isReading = false
    private var hasEnded = false
    private var begun = 0
    private var finished: [Int: JSONValue] = [:]
    /// How many results have gone on.
    private(set) var sent = 0

    init(limit: Int) { self.limit = limit }

    /// Whether another piece is to be read now; if so it counts as being read.
    mutating func wantsPiece() -> Bool {
        guard !self.isReading, !self.hasEnded, self.begun - self.sent < self.limit else { return false }
        self.isReading = true
        return true
    }

    /// Takes in the piece that was read, and gives its number.
    mutating func begin() -> Int {
        self.isReading = false
        defer { self.begun += 1 }
        return self.begun
    }

    /// Takes note that no more pieces come.
    mutating func end() {
        self.isReading = false
        self.hasEnded = true
    }

    /// Takes a turn's result.
    mutating func finish(_ index: Int, _ result: JSONValue) { self.finished[index] = result }

    /// The result that goes on next, if it is there.
    mutating func next() -> JSONValue? {
        guard let result = self.finished.removeValue(forKey: self.sent) else { return nil }
        self.sent += 1
        return result
    }
}
