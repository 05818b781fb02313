// SPDX-License-Identifier: Apache-2.0

import InputsHTTP
import LLMCore
import Logging
import MediaDecoding
import MultimodalInputs

/// Takes inputs while something is done.
enum ServedInputs {
    /// Serves while something is done, and gives what came into the queue.
    static func run(
        _ settings: InputOrderSettings, change: (inout InputUploads) -> Void = { _ in },
        _ work: (_ port: Int, _ queue: InputQueue) async throws -> Void
    ) async throws -> [InputEvent] {
        let queue = InputQueue(settings)
        let (ports, listening) = AsyncStream<Int>.makeStream()
        var uploads = InputUploads(queue, logger: Logger(label: "test"))
        uploads.limits.bytes = 1_000
        uploads.onListening = { listening.yield($0) }
        change(&uploads)
        let service = uploads
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            for await port in ports {
                try await work(port, queue)
                break
            }
            group.cancelAll()
            try? await group.waitForAll()
        }
        queue.finish()
        return queue.ready(upTo: .max)
    }
}
