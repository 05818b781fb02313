// SPDX-License-Identifier: Apache-2.0

import Synchronization
import TensorKernels
import Testing

@Suite("Worker pool")
struct WorkerPoolTests {
    @Test("Each worker runs once a run, and sees what others wrote before a barrier", arguments: [1, 2, 3, 7])
    func barriers(count: Int) throws {
        let pool = try WorkerPool(count: count)
        let written = Buffer<Int>(count: count)
        let wrong = Atomic<Int>(0)
        for round in 1...200 {
            pool.run { worker in
                written[worker.index] = round
                worker.barrier()
                if (0..<count).contains(where: { written[$0] != round }) { wrong.add(1, ordering: .relaxed) }
                worker.barrier()
                written[worker.index] = -round
            }
            #expect((0..<count).allSatisfy { written[$0] == -round })
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }

    @Test("Shares cover everything once", arguments: [0, 1, 2, 9, 100])
    func shares(total: Int) throws {
        let pool = try WorkerPool(count: 3)
        let taken = Buffer<Int>(count: total)
        pool.run { worker in for index in worker.share(of: total) { taken[index] += 1 } }
        #expect((0..<total).allSatisfy { taken[$0] == 1 })
    }

    @Test("Pools come and go without leaving threads behind")
    func lifetime() throws {
        let runs = Atomic<Int>(0)
        for _ in 0..<50 {
            let pool = try WorkerPool(count: 4)
            pool.run { _ in runs.add(1, ordering: .relaxed) }
        }
        #expect(runs.load(ordering: .relaxed) == 200)
    }
}
