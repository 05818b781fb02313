// SPDX-License-Identifier: Apache-2.0

import Foundation
import KServeProtocol
import LLMCore
import OpenAutoGLMTesting
import ServingCore
import Synchronization
import Testing

/// A model that runs when the test lets it.
final class HeldModel: ServedModel, ModelBackend {
    let name = "held"
    /// The sizes of the batches that have come, as they come.
    let batches: AsyncStream<Int>
    private let batch: AsyncStream<Int>.Continuation
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    init() { (self.batches, self.batch) = AsyncStream.makeStream() }

    func load(_ source: ModelSource) async throws -> any ServedModel { self }

    func infer(_ requests: [InferenceRequest], instance: Int) async -> [Result<[KServeTensor], any Error>] {
        await withCheckedContinuation { continuation in
            self.waiting.withLock { $0.append(continuation) }
            self.batch.yield(requests.count)
        }
        return requests.map { request in
            request.id == "fail"
                ? .failure(ServingError(.backendFailed, "it broke")) : .success([request.inputs[0]])
        }
    }

    /// Lets the batch that came first, or last, end.
    func release(last: Bool = false) {
        self.waiting.withLock { last ? $0.removeLast() : $0.removeFirst() }.resume()
    }
}

@Suite("Instances and their queue")
struct SchedulerTests {
    private static func configuration(_ more: String) -> String {
        Models.identity(more).replacing("\"identity\"", with: "\"held\"")
    }

    @Test("What comes while an instance is busy runs together, and is counted so")
    func busy() async throws {
        let folder = RepositoryFolder()
        try folder.write("held", Self.configuration("dynamic_batching { }"))
        let model = HeldModel()
        try await Models.withRepository(folder, backends: [model]) { repository in
            try await repository.load("held")
            var sizes = model.batches.makeAsyncIterator()
            let first = try repository.start(try Models.text("held"))
            let size1 = await sizes.next()
            #expect(size1 == 1)
            let others = try (1...3).map { try repository.start(try Models.text("held", "\($0)")) }
            #expect(try repository.model(named: "held").pendingCount == 3)
            model.release()
            let size2 = await sizes.next()
            #expect(size2 == 3)
            model.release()
            _ = try await first.response()
            for (index, call) in others.enumerated() {
                #expect(try await call.response().outputs == [try Models.text("held", "\(index + 1)").inputs[0]])
            }
            let figures = try repository.model(named: "held").statistics.snapshot
            #expect(figures.success.count == 4)
            #expect(figures.executions == 2)
            #expect(figures.inferences == 4)
            #expect(figures.batches.mapValues(\.infer.count) == [1: 1, 3: 1])
            #expect(figures.lastInference > 0)
        }
    }

    @Test("Requests wait for others until the delay is over")
    func delay() async throws {
        let folder = RepositoryFolder()
        try folder.write("held", Self.configuration("dynamic_batching { max_queue_delay_microseconds: 500 }"))
        let (model, clock) = (HeldModel(), HeldClock())
        try await Models.withRepository(folder, backends: [model], clock: ServingClock(clock)) { repository in
            try await repository.load("held")
            let calls = try (0..<2).map { _ in try repository.start(try Models.text("held")) }
            await clock.waitForSleepers(1)
            clock.advance(by: .microseconds(500))
            var sizes = model.batches.makeAsyncIterator()
            let size3 = await sizes.next()
            #expect(size3 == 2)
            model.release()
            for call in calls { _ = try await call.response() }
        }
    }

    @Test("A request that waits too long is refused, although the instance is busy")
    func timeout() async throws {
        let folder = RepositoryFolder()
        try folder.write(
            "held",
            Self.configuration("dynamic_batching { default_queue_policy { default_timeout_microseconds: 1000 } }"))
        let (model, clock) = (HeldModel(), HeldClock())
        try await Models.withRepository(folder, backends: [model], clock: ServingClock(clock)) { repository in
            try await repository.load("held")
            var sizes = model.batches.makeAsyncIterator()
            let first = try repository.start(try Models.text("held"))
            _ = await sizes.next()
            let second = try repository.start(try Models.text("held"))
            await clock.waitForSleepers(1)
            clock.advance(by: .milliseconds(1))
            let error = await #expect(throws: ServingError.self) { try await second.response() }
            #expect(error?.code == .unavailable)
            model.release()
            _ = try await first.response()
            #expect(try repository.model(named: "held").statistics.snapshot.failures == [.rejected: 1])
        }
    }

    @Test("A cancelled request leaves the queue, and a failed one fails alone")
    func failures() async throws {
        let folder = RepositoryFolder()
        try folder.write("held", Self.configuration("dynamic_batching { }"))
        let model = HeldModel()
        try await Models.withRepository(folder, backends: [model]) { repository in
            try await repository.load("held")
            var sizes = model.batches.makeAsyncIterator()
            let first = try repository.start(try Models.text("held"))
            _ = await sizes.next()
            let cancelled = try repository.start(try Models.text("held"))
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await cancelled.response() }
                }
                group.cancelAll()
            }
            var failing = try Models.text("held")
            failing.id = "fail"
            let calls = [try repository.start(failing), try repository.start(try Models.text("held"))]
            model.release()
            let size4 = await sizes.next()
            #expect(size4 == 2)
            model.release()
            _ = try await first.response()
            await #expect(throws: ServingError.self) { try await calls[0].response() }
            _ = try await calls[1].response()
            let figures = try repository.model(named: "held").statistics.snapshot
            #expect(figures.failures == [.cancelled: 1, .backend: 1])
            #expect(figures.success.count == 2)
        }
    }

    @Test("Answers keep the order of requests where that is wanted", arguments: [true, false])
    func order(isPreserved: Bool) async throws {
        let folder = RepositoryFolder()
        try folder.write(
            "held",
            Self.configuration(
                "dynamic_batching { preserve_ordering: \(isPreserved) } instance_group { count: 2 kind: KIND_CPU }"))
        let model = HeldModel()
        try await Models.withRepository(folder, backends: [model]) { repository in
            try await repository.load("held")
            var sizes = model.batches.makeAsyncIterator()
            let first = try repository.start(try Models.text("held"))
            _ = await sizes.next()
            let second = try repository.start(try Models.text("held"))
            _ = await sizes.next()
            let order = Order()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try await second.response()
                    order.ends.withLock { $0.append(2) }
                }
                model.release(last: true)
                if !isPreserved { try await group.next() }
                group.addTask {
                    _ = try await first.response()
                    order.ends.withLock { $0.append(1) }
                }
                let third = try repository.start(try Models.text("held"))
                _ = await sizes.next()
                if isPreserved { #expect(order.ends.withLock { $0 }.isEmpty) }
                model.release()
                model.release()
                _ = try await third.response()
                try await group.waitForAll()
            }
            if !isPreserved { #expect(order.ends.withLock { $0 } == [2, 1]) }
        }
    }

    @Test("Sequences are summed up, each by itself")
    func sequences() async throws {
        let folder = RepositoryFolder()
        try folder.write(
            "sums",
            """
            backend: "sequence_sum" max_batch_size: 2
            sequence_batching { max_sequence_idle_microseconds: 600000000 direct { } control_input { name: "START" control { kind: CONTROL_SEQUENCE_START int32_false_true: [ 0, 1 ] } } }
            input { name: "INPUT" data_type: TYPE_INT32 dims: [ 1 ] }
            output { name: "OUTPUT" data_type: TYPE_INT32 dims: [ 1 ] }
            """)
        try await Models.withRepository(folder) { repository in
            try await repository.load("sums")
            for (index, expected) in [1, 3, 6].enumerated() {
                for sequence in UInt64(1)...3 {
                    var request = InferenceRequest(
                        model: "sums",
                        inputs: [
                            try KServeTensor("INPUT", shape: [1, 1], values: [Int32(index + 1) * Int32(sequence)])
                        ])
                    request.sequence = SequencePosition(id: .number(sequence), isStart: index == 0, isEnd: index == 2)
                    guard sequence < 3 else { continue }
                    let sum = try await repository.infer(request).outputs.first?.values(as: Int32.self)
                    #expect(sum == [Int32(expected) * Int32(sequence)])
                }
            }
            await #expect(throws: ServingError.self) {
                try await repository.infer(
                    InferenceRequest(
                        model: "sums", inputs: [try KServeTensor("INPUT", shape: [1, 1], values: [Int32(1)])]))
            }
        }
    }
}

/// In which order answers came.
private final class Order: Sendable {
    let ends = Mutex<[Int]>([])
}
