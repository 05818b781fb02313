// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

extension ForwardPass {
    /// The stages of a feed-forward network.
    func feedForward(
        _ network: FeedForward, of layer: TransformerLayer, _ index: Int, _ batch: ForwardBatch, _ kept: KeptRows,
        _ worker: WorkerPool.Worker
    ) {
        let (scratch, rows) = (self.scratch, kept.count)
        self.normalizeForNetwork(layer, rows: rows, worker)
        network.gateUp.stack.multiply(scratch.normed, tokens: rows, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        self.adapt(
            .gateUp, ofBlock: index, inputs: scratch.normed, kept: kept, width: network.gateUp.width, batch, worker)
        for row in worker.share(of: rows) {
            self.activate(network, scratch.mixed.base + row * network.gateUp.width, into: scratch.gated, row: row)
        }
        worker.barrier()
        network.down.stack.multiply(scratch.gated, tokens: rows, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        self.adapt(
            .down, ofBlock: index, inputs: scratch.gated, kept: kept, width: network.down.width, batch, worker)
        self.addToHidden(network.down, norm: layer.postFeedForwardNorm, rows: rows, worker)
    }

    /// The stage that makes the inputs of a layer's feed-forward network.
    func normalizeForNetwork(_ layer: TransformerLayer, rows: Int, _ worker: WorkerPool.Worker) {
        for row in worker.share(of: rows) {
            self.normalize(
                self.scratch.hiddenRow(row), layer.feedForwardNorm, .gateUp, into: self.scratch.normed, row: row)
        }
        worker.barrier()
    }

    /// Makes the input of a network's second product from the result of its first.
    func activate(
        _ network: FeedForward, _ results: UnsafeMutablePointer<Float>, into target: Activations, row: Int
    ) {
        network.gateUp.addBias(to: results, kernels: self.model.kernels)
        self.activate(
            gate: results, up: results + network.gateUp.stack.offsets[1], length: network.length, into: target, row: row
        )
    }

    /// Multiplies `up` with the activation of `gate`, as the input of a product.
    func activate(
        gate: UnsafePointer<Float>, up: UnsafePointer<Float>, length: Int, into target: Activations, row: Int
    ) {
        let kernels = self.model.kernels
        switch self.model.configuration.activation {
        case .silu: kernels.table.pointee.silu_multiply(target.row(row), gate, up, length)
        case .gelu: kernels.table.pointee.gelu_multiply(target.row(row), gate, up, length)
        }
        target.quantize(row, refinedAbove: Refinement.down.threshold, kernels: kernels)
    }
}
