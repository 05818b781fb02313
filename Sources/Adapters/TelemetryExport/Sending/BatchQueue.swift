// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What waits to be sent: no more than there is room for, what comes then is dropped and counted.
final class BatchQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var droppedCount = 0
    }

    private let capacity: Int
    private let batchSize: Int
    private let state = Mutex(State())
    /// Tells each time when there is enough for a batch.
    private let onBatch: @Sendable () -> Void

    /// Makes an empty queue.
    ///
    /// - Parameter onBatch: Told each time when there is enough for a batch.
    init(capacity: Int, batchSize: Int, onBatch: @escaping @Sendable () -> Void) {
        self.capacity = max(1, capacity)
        self.batchSize = max(1, min(batchSize, capacity))
        self.onBatch = onBatch
    }

    /// How many were dropped.
    var droppedCount: Int { self.state.withLock { $0.droppedCount } }

    /// Adds something, if there is room.
    func add(_ element: Element) {
        let isBatch = self.state.withLock { state in
            guard state.elements.count < self.capacity else {
                state.droppedCount += 1
                return false
            }
            state.elements.append(element)
            return state.elements.count == self.batchSize
        }
        if isBatch { self.onBatch() }
    }

    /// Takes a batch, or what there is of one.
    func take() -> [Element] {
        self.state.withLock { state in
            let batch = Array(state.elements.prefix(self.batchSize))
            state.elements.removeFirst(batch.count)
            return batch
        }
    }
}
