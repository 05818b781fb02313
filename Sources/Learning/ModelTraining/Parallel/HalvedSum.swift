// SPDX-License-Identifier: Apache-2.0

/// A sum whose numbers travel as bfloat16: each process gets its part of what all have, sums it in float32, and gives the sum to all, so
/// that a number is rounded twice however many processes there are.
struct HalvedSum: Transfer {
    private enum Phase {
        case exchanging, gathering, done
    }

    private let group: any ProcessGroup
    private let numbers: UnsafeMutableBufferPointer<Float>
    /// How many numbers a process sums; the last one's are filled up with zeros.
    private let part: Int
    private let memory: HalfMemory
    private var phase = Phase.exchanging
    private var transfer: any Transfer

    /// Starts to sum.
    init(_ group: any ProcessGroup, _ numbers: UnsafeMutableBufferPointer<Float>) throws {
        (self.group, self.numbers) = (group, numbers)
        self.part = (numbers.count + group.size - 1) / group.size
        self.memory = HalfMemory(self.part * group.size)
        for (index, number) in numbers.enumerated() { self.memory.sent[index] = HalfFloat(number) }
        for index in numbers.count..<self.memory.sent.count { self.memory.sent[index] = HalfFloat(0) }
        self.transfer = try group.startExchange(
            UnsafeRawBufferPointer(self.memory.sent), UnsafeMutableRawBufferPointer(self.memory.received))
    }

    mutating func poll() throws -> Bool {
        while self.phase != .done {
            guard try self.transfer.poll() else { return false }
            try self.proceed()
        }
        return true
    }

    mutating func wait() throws {
        while self.phase != .done {
            try self.transfer.wait()
            try self.proceed()
        }
    }

    private mutating func proceed() throws {
        switch self.phase {
        case .exchanging:
            for index in 0..<self.part {
                var sum: Float = 0
                for rank in 0..<self.group.size { sum += self.memory.received[rank * self.part + index].value }
                self.memory.sent[index] = HalfFloat(sum)
            }
            self.transfer = try self.group.startGathering(
                UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: self.memory.sent[..<self.part])),
                UnsafeMutableRawBufferPointer(self.memory.received))
            self.phase = .gathering
        case .gathering:
            for index in self.numbers.indices { self.numbers[index] = self.memory.received[index].value }
            self.phase = .done
        case .done: break
        }
    }
}

/// What a sum sends and receives.
private final class HalfMemory {
    let sent: UnsafeMutableBufferPointer<HalfFloat>, received: UnsafeMutableBufferPointer<HalfFloat>

    init(_ count: Int) {
        (self.sent, self.received) = (.allocate(capacity: count), .allocate(capacity: count))
        self.sent.initialize(repeating: HalfFloat(0))
        self.received.initialize(repeating: HalfFloat(0))
    }

    deinit {
        self.sent.deallocate()
        self.received.deallocate()
    }
}
