// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Runs tasks on the thread that reads and writes their connection.
///
/// A request that only waits for other machines then never changes threads: what arrives, what it becomes, and what is
/// sent are one thread's work, and nobody is woken. What computes for long must leave it.
package final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    /// Makes tasks run on an event loop.
    package init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
