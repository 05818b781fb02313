// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix

/// Runs tasks on the event loop that made them ready, so that a call is worked on where its connection is read and written.
///
/// A brief call then wakes no other thread. What computes for long must leave.
package final class EventLoopsExecutor: TaskExecutor {
    /// The loops of the transport.
    private let eventLoops = MultiThreadedEventLoopGroup.singleton

    /// Makes tasks run on the shared event loops.
    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The loop at work, if it is one of these; else the next one.
        self.eventLoops.any().execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
