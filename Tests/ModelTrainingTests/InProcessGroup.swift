// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModelTraining
import Synchronization

/// Processes that are threads of one.
struct InProcessGroup: ProcessGroup {
    let rank: Int
    let size: Int
    private let meeting: Meeting
    private let gatherings: Meeting

    /// Lets as many threads as there are ranks do something, each as a process of its own.
    static func run<Value: Sendable>(
        _ size: Int, _ body: @escaping @Sendable (InProcessGroup) throws -> Value
    ) throws -> [Value] {
        let (meeting, gatherings, group) = (Meeting(size), Meeting(size), DispatchGroup())
        let results = Results<Value>()
        for rank in 0..<size {
            group.enter()
            Thread.detachNewThread {
                let result = Result {
                    try body(InProcessGroup(rank: rank, size: size, meeting: meeting, gatherings: gatherings))
                }
                results.set(rank, result)
                group.leave()
            }
        }
        group.wait()
        return try (0..<size).map { try results.value($0).get() }
    }

    func startSum(_ numbers: UnsafeMutableBufferPointer<Float>) -> any Transfer {
        self.meeting.join(self.rank, .sum(numbers))
    }

    func startExchange(_ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer) -> any Transfer {
        self.meeting.join(self.rank, .exchange(sent, received))
    }

    func startGathering(_ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer) -> any Transfer {
        self.gatherings.join(self.rank, .gathering(sent, received))
    }

    func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
        var transfer: any Transfer = self.meeting.join(self.rank, .broadcast(bytes))
        try transfer.wait()
    }

    func leave() {}
}

/// What each thread has come to.
private final class Results<Value: Sendable>: Sendable {
    private let values = Mutex<[Int: Result<Value, any Error>]>([:])

    func set(_ rank: Int, _ value: Result<Value, any Error>) { self.values.withLock { $0[rank] = value } }

    func value(_ rank: Int) -> Result<Value, any Error> {
        self.values.withLock { $0[rank] ?? .failure(CancellationError()) }
    }
}

/// Where the calls of threads meet: the last one to come does what was asked for, for all.
private final class Meeting: @unchecked Sendable {  // Everything is used under the condition's lock.
    enum Call {
        case sum(UnsafeMutableBufferPointer<Float>)
        case exchange(UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer)
        case gathering(UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer)
        case broadcast(UnsafeMutableRawBufferPointer)
    }

    struct Waiting: Transfer {
        let meeting: Meeting
        let number: Int

        mutating func poll() -> Bool { self.meeting.isDone(self.number, waits: false) }
        mutating func wait() { _ = self.meeting.isDone(self.number, waits: true) }
    }

    private let size: Int
    private let condition = NSCondition()
    private var counts: [Int]
    private var calls: [Int: [Int: Call]] = [:]
    private var done: Set<Int> = []

    init(_ size: Int) {
        self.size = size
        self.counts = Array(repeating: 0, count: size)
    }

    func join(_ rank: Int, _ call: Call) -> Waiting {
        self.condition.withLock {
            let number = self.counts[rank]
            self.counts[rank] += 1
            self.calls[number, default: [:]][rank] = call
            if let all = self.calls[number], all.count == self.size {
                self.perform((0..<self.size).compactMap { all[$0] })
                self.calls[number] = nil
                self.done.insert(number)
                self.condition.broadcast()
            }
            return Waiting(meeting: self, number: number)
        }
    }

    func isDone(_ number: Int, waits: Bool) -> Bool {
        self.condition.withLock {
            while waits, !self.done.contains(number) { self.condition.wait() }
            return self.done.contains(number)
        }
    }

    private func perform(_ calls: [Call]) {
        var (sums, pairs, copies) = (
            [UnsafeMutableBufferPointer<Float>](), [(UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer, Bool)](),
            [UnsafeMutableRawBufferPointer]()
        )
        for call in calls {
            switch call {
            case .sum(let numbers): sums.append(numbers)
            case .exchange(let sent, let received): pairs.append((sent, received, true))
            case .gathering(let sent, let received): pairs.append((sent, received, false))
            case .broadcast(let bytes): copies.append(bytes)
            }
        }
        for index in sums.first?.indices ?? 0..<0 {
            let sum = sums.reduce(Float(0)) { $0 + $1[index] }
            for numbers in sums { numbers[index] = sum }
        }
        for (rank, pair) in pairs.enumerated() {
            let part = pair.1.count / self.size
            for (other, source) in pairs.enumerated() {
                let start = pair.2 ? rank * part : 0
                UnsafeMutableRawBufferPointer(rebasing: pair.1[other * part..<(other + 1) * part])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source.0[start..<start + part]))
            }
        }
        for bytes in copies.dropFirst() { bytes.copyMemory(from: UnsafeRawBufferPointer(copies[0])) }
    }
}
