// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import TensorKernels

/// Who computes with tensors: threads, and the kernels for this processor.
///
/// Operations of several tasks take turns.
package final class ComputePool: Sendable {
    /// What one operation at a time has for itself.
    package struct Workers {
        /// The threads; nil where the caller computes alone.
        fileprivate let pool: WorkerPool?
        /// Products of matrices on these threads.
        package let products: MatrixProducts
        /// The kernels for this processor.
        package let kernels: Kernels
        private let ownProducts: [MatrixProducts]

        fileprivate init(_ pool: WorkerPool?, _ kernels: Kernels, _ precision: ProductPrecision) {
            (self.pool, self.kernels) = (pool, kernels)
            self.products = MatrixProducts(pool, kernels: kernels, precision: precision)
            self.ownProducts = (0..<(pool?.count ?? 1)).map { _ in
                MatrixProducts(nil, kernels: kernels, precision: precision)
            }
        }

        /// Products that one thread makes alone, while others make theirs.
        package func products(of share: Share) -> MatrixProducts { self.ownProducts[share.index] }

        /// How many threads compute together, the caller included.
        package var count: Int { self.pool?.count ?? 1 }

        /// Calls `body` once on each thread, and returns when all are done.
        package func run(_ body: (_ share: Share) -> Void) {
            guard let pool else { return body(Share(index: 0, count: 1)) }
            pool.run { body(Share(index: $0.index, count: $0.count)) }
        }
    }

    /// One thread's part of an operation.
    package struct Share {
        /// The thread's number, from 0.
        package let index: Int
        /// How many threads there are.
        package let count: Int

        /// The thread's range of so many things.
        package func of(_ total: Int) -> Range<Int> {
            total * self.index / self.count..<total * (self.index + 1) / self.count
        }
    }

    /// All processors that this process may use.
    package static let shared = ComputePool()
    /// Who computes for the task at work.
    @TaskLocal package static var current = ComputePool.shared

    private let workers: Mutex<Workers>

    /// Starts threads; where the system gives none, the calling thread computes alone.
    ///
    /// - Parameters:
    ///   - threads: How many compute together, the caller included; nil is one for each processor.
    ///   - kernels: The kernels.
    ///   - precision: What numbers are rounded to before matrices are multiplied.
    package init(threads: Int? = nil, kernels: Kernels = .best, precision: ProductPrecision = .float32) {
        self.workers = Mutex(Self.workers(threads ?? WorkerPool.availableProcessors, kernels, precision))
    }

    private static func workers(
        _ threads: Int, _ kernels: Kernels, _ precision: ProductPrecision
    ) -> sending Workers {
        let pool = threads > 1 ? try? WorkerPool(count: threads) : nil
        return Workers(pool, kernels, precision)
    }

    /// Computes something, which may not compute again within: it would wait for itself.
    package func compute(_ body: (Workers) -> Void) { self.workers.withLock { body($0) } }
}
