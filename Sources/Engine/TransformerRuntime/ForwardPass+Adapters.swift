// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

extension ForwardPass {
    /// Adds what the sequences' adapters have to say to a product's results, for this worker's share of the rows.
    ///
    /// - Parameters:
    ///   - product: Which product of the block; its results are in `scratch.mixed`.
    ///   - block: Which block.
    ///   - inputs: The product's inputs.
    ///   - kept: The rows that were computed.
    ///   - width: Floats of a row of results.
    ///   - batch: Says which adapters.
    ///   - worker: Who computes.
    func adapt(
        _ product: AdaptedProduct, ofBlock block: Int, inputs: Activations, kept: KeptRows, width: Int,
        _ batch: ForwardBatch, _ worker: WorkerPool.Worker
    ) {
        guard batch.hasAdapters else { return }
        let share = worker.share(of: kept.count)
        for (segment, (rows, target)) in zip(kept.rows, kept.targets).enumerated() {
            let mine = (target..<target + rows.count).clamped(to: share)
            guard !mine.isEmpty, let adapter = batch.caches[segment].adapter else { continue }
            adapter.add(
                to: product, ofBlock: block, inputs: inputs, rows: mine, results: self.scratch.mixed.base,
                stride: width,
                scratch: self.adapterScratch[worker.index], kernels: self.model.kernels)
        }
    }
}
