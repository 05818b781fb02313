// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors
internal import Synchronization

/// The gradients of a model, summed over the portions of a step and over processes, in buckets that leave while the backward pass still
/// runs.
///
/// A step is: ``begin(_:touched:)``; for each portion ``expect(isLast:)`` and a backward pass that this hears of; ``finish()``.
/// All processes have the same buckets, which leave in the same order: the last weights of the model first, as backward passes know
/// their gradients.
package final class GradientExchange: GradientListener, Sendable {
    /// What has at least this share of a bucket travels alone, in memory that becomes its tensor: nothing is copied back.
    private static let largeShare = 8

    private let group: any ProcessGroup
    private let type: GradientType
    private let bucketBytes: Int
    private let state: Mutex<State>

    private struct State {
        var slots: [GradientSlot] = []
        var numbers: [ObjectIdentifier: Int] = [:]
        var buckets: [GradientBucket] = []
        var memory = FloatMemory(0)
        /// How many buckets have left, and how many of them have arrived.
        var started = 0, arrived = 0
        var isLast = false
        var failure: (any Error)?
        var statistics = ExchangeStatistics()
    }

    /// Prepares exchanges.
    ///
    /// - Parameters:
    ///   - group: The processes.
    ///   - type: As what gradients travel.
    ///   - bucketBytes: At how many bytes of gradients a bucket leaves.
    package init(_ group: any ProcessGroup, as type: GradientType = .f32, bucketBytes: Int) {
        (self.group, self.type, self.bucketBytes) = (group, type, bucketBytes)
        self.state = Mutex(State())
    }

    /// What the exchanges have cost so far.
    package var statistics: ExchangeStatistics { self.state.withLock { $0.statistics } }

    /// Begins a step.
    ///
    /// - Parameters:
    ///   - weights: All weights by their names, in their order.
    ///   - touched: For tables of which a step reads a few rows, which ones, in all processes: nothing else is sent of them.
    package func begin(_ weights: [(name: String, weight: Tensor)], touched: [String: [Int]] = [:]) {
        self.state.withLock { state in
            (state.slots, state.buckets, state.numbers) = ([], [], [:])
            (state.started, state.arrived, state.isLast, state.failure) = (0, 0, false, nil)
            var (start, bucket) = (0, GradientBucket(start: 0))
            for (name, weight) in weights.reversed() {
                let rows = touched[name]
                var slot = GradientSlot(weight.shape, rows: rows, at: start)
                let bytes = slot.count * self.type.bytes
                let isLarge = rows == nil && bytes >= max(1, self.bucketBytes / Self.largeShare)
                if bucket.count > 0, isLarge || bucket.count * self.type.bytes + bytes > self.bucketBytes {
                    state.buckets.append(bucket)
                    bucket = GradientBucket(start: start)
                }
                slot.bucket = state.buckets.count
                bucket.count += slot.count
                bucket.missing += 1
                if isLarge {
                    slot.moveOut()
                    bucket.own = slot.own
                    state.buckets.append(bucket)
                    bucket = GradientBucket(start: start)
                } else {
                    start += slot.count
                }
                state.numbers[weight.identity] = state.slots.count
                state.slots.append(slot)
            }
            if bucket.missing > 0 { state.buckets.append(bucket) }
            if state.memory.count < start { state.memory = FloatMemory(start) }
        }
    }

    /// Begins a portion of the step; what is known of the last one leaves.
    package func expect(isLast: Bool) { self.state.withLock { $0.isLast = isLast } }

    package func hear(_ gradient: Tensor, of weight: ObjectIdentifier) {
        self.state.withLock { state in
            guard let number = state.numbers[weight], state.failure == nil else { return }
            precondition(!state.slots[number].isComplete, "A part of the model was announced twice in a pass.")
            state.slots[number].add(gradient, in: state.memory.base)
            guard state.isLast else { return }
            self.complete(number, &state)
            do {
                try self.startWhatIsComplete(&state)
                try self.poll(&state)
            } catch { state.failure = error }
        }
    }

    /// Waits for all gradients.
    ///
    /// - Returns: The sums, in the order of the weights.
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    package func finish() throws -> [Tensor] {
        try self.state.withLock { state in
            if let failure = state.failure { throw failure }
            try self.poll(&state)
            state.statistics.overlapped += state.buckets[..<state.arrived].reduce(0) { $0 + $1.count } * self.type.bytes
            let start = ContinuousClock.now
            // What the backward pass has not spoken of is zero.
            for number in state.slots.indices {
                if !state.slots[number].isWritten { state.slots[number].clear(in: state.memory.base) }
                self.complete(number, &state)
            }
            try self.startWhatIsComplete(&state)
            while state.arrived < state.started {
                try state.buckets[state.arrived].transfer?.wait()
                state.arrived += 1
            }
            state.statistics.waiting += (ContinuousClock.now - start) / .seconds(1)
            state.statistics.bytes += state.buckets.reduce(0) { $0 + $1.count } * self.type.bytes
            state.statistics.steps += 1
            return state.slots.reversed().map { $0.tensor(in: state.memory.base) }
        }
    }

    private func complete(_ number: Int, _ state: inout State) {
        guard !state.slots[number].isComplete else { return }
        state.slots[number].isComplete = true
        state.buckets[state.slots[number].bucket].missing -= 1
    }

    private func startWhatIsComplete(_ state: inout State) throws {
        while state.started < state.buckets.count, state.buckets[state.started].missing == 0 {
            let bucket = state.buckets[state.started]
            let base = bucket.own?.base ?? state.memory.base + bucket.start
            let numbers = UnsafeMutableBufferPointer(start: base, count: bucket.count)
            if self.group.size > 1, bucket.count > 0 {
                state.buckets[state.started].transfer =
                    self.type == .f32 ? try self.group.startSum(numbers) : try HalvedSum(self.group, numbers)
            }
            state.started += 1
        }
    }

    /// Lets what is on its way go on: all of it, and in the order in which it left.
    private func poll(_ state: inout State) throws {
        while state.arrived < state.started {
            guard try state.buckets[state.arrived].transfer?.poll() ?? true else { return }
            state.arrived += 1
        }
    }
}
