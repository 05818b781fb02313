// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore

/// Threads that run the same function together; the caller is one of them.
///
/// One run at a time: the owner calls ``run(_:)`` from one thread.
package final class WorkerPool {
    private let pool: OpaquePointer

    /// How many workers run together, the caller included.
    package let count: Int

    /// Processors that this process may run on.
    package static var availableProcessors: Int { Int(ctk_available_processors()) }

    /// Starts `count - 1` threads.
    ///
    /// - Parameter count: From 1 to 1024.
    /// - Throws: ``LLMError`` with code `.backendFailed` when the system gives no more threads.
    package init(count: Int) throws {
        guard let pool = ctk_pool_create(UInt32(clamping: max(1, count))) else {
            throw LLMError(.backendFailed, "The system could not start \(count) worker threads.")
        }
        self.pool = pool
        self.count = max(1, count)
    }

    deinit { ctk_pool_destroy(self.pool) }

    /// What a worker knows of itself inside a run.
    package struct Worker {
        fileprivate let pool: OpaquePointer
        /// Its number, from 0.
        package let index: Int
        /// How many there are.
        package let count: Int

        /// Waits until every worker has come here.
        package func barrier() { ctk_pool_barrier(self.pool) }

        /// This worker's share of `total` items, a contiguous range.
        package func share(of total: Int) -> Range<Int> {
            total * self.index / self.count..<total * (self.index + 1) / self.count
        }
    }

    /// Lets each worker do its part of a task and returns when all are done.
    ///
    /// Nothing is allocated, unlike by ``run(_:)-((Worker)->Void)``.
    package func run(_ task: any WorkerTask) {
        var call = Call(pool: self.pool, count: self.count, task: task)
        withUnsafeMutablePointer(to: &call) { pointer in
            ctk_pool_run(
                self.pool,
                { context, worker in
                    guard let call = context?.assumingMemoryBound(to: Call.self).pointee else { return }
                    call.task.work(Worker(pool: call.pool, index: Int(worker), count: call.count))
                }, pointer)
        }
    }

    /// Calls `body` once on each worker and returns when all are done.
    ///
    /// The body runs on several threads at once: what it shares between workers it must order with barriers.
    package func run(_ body: (Worker) -> Void) {
        withoutActuallyEscaping(body) { self.run(Body(body: $0)) }
    }

    private struct Call {
        let pool: OpaquePointer
        let count: Int
        let task: any WorkerTask
    }

    private final class Body: WorkerTask {
        private let body: (Worker) -> Void

        init(body: @escaping (Worker) -> Void) { self.body = body }

        func work(_ worker: Worker) { self.body(worker) }
    }
}

/// Something that several workers do together.
package protocol WorkerTask: AnyObject {
    /// Does one worker's part.
    ///
    /// Called on several threads at once: what they share they must order with barriers.
    func work(_ worker: WorkerPool.Worker)
}
