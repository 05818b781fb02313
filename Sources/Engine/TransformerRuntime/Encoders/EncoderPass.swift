// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
package import TensorKernels

/// Runs an encoder over a batch of texts.
///
/// All workers go through the same stages and meet at a barrier after each; a stage's work is split by rows of a matrix,
/// by tokens, or by the attention heads of each text. Everything is computed in floats, and a text's result does not
/// depend on what else is in its batch. Used by one thread at a time, the first of the workers.
package final class EncoderPass: WorkerTask {
    let model: EncoderModel
    private let pool: WorkerPool
    private var scratch: EncoderScratch
    private let attention: [HeadAttention]
    /// What is computed at this moment.
    private var batch = EncoderBatch()

    /// Reserves the memory that a pass needs.
    ///
    /// - Parameters:
    ///   - model: What to run.
    ///   - pool: The workers.
    ///   - capacity: Tokens of a usual batch; a larger one makes the memory grow.
    package init(model: EncoderModel, pool: WorkerPool, capacity: Int) {
        self.model = model
        self.pool = pool
        self.scratch = EncoderScratch(model: model, capacity: capacity)
        self.attention = (0..<pool.count).map { _ in HeadAttention(model: model) }
    }

    /// What the last layer made of a token of the last batch: floats, as many as the model is wide.
    package func hidden(_ row: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: self.scratch.hidden.row(row), count: self.model.configuration.width)
    }

    /// Computes a batch; ``hidden(_:)`` has the result afterwards.
    ///
    /// - Throws: ``TransformerError`` when a token is unknown or a text has none or too many.
    package func run(_ batch: EncoderBatch) throws {
        try self.check(batch)
        if batch.count > self.scratch.capacity {
            self.scratch = EncoderScratch(model: self.model, capacity: batch.count)
        }
        self.batch = batch
        self.pool.run(self)
    }

    private func check(_ batch: EncoderBatch) throws {
        let shape = self.model.configuration
        for text in batch.texts where text.count > shape.tokenLimit || text.isEmpty {
            throw TransformerError(
                .contextOverflow, "A text has \(text.count) tokens; it must have from 1 to \(shape.tokenLimit).")
        }
        if let token = batch.tokens.first(where: { !(0..<shape.vocabularySize).contains(Int($0)) }) {
            throw TransformerError(
                .invalidToken, "Token \(token) is not in the vocabulary of \(shape.vocabularySize) tokens.")
        }
    }

    /// One worker's part of the run.
    package func work(_ worker: WorkerPool.Worker) {
        let batch = self.batch
        for text in batch.texts { self.embed(text, batch, worker) }
        worker.barrier()
        for layer in self.model.layers {
            self.attend(layer, batch, worker)
            self.feedForward(layer, batch, worker)
        }
    }

    // MARK: Stages

    private func embed(_ text: Range<Int>, _ batch: EncoderBatch, _ worker: WorkerPool.Worker) {
        let (model, kernels) = (self.model, self.model.kernels)
        let width = model.configuration.width
        for row in text.clamped(to: worker.share(of: batch.count)) {
            let hidden = self.scratch.hidden.row(row)
            let spare = self.scratch.attended.row(row)
            model.tokens.read(Int(batch.tokens[row]), into: hidden)
            if let positions = model.positions {
                positions.read(row - text.lowerBound + model.configuration.positionOffset, into: spare)
                kernels.table.pointee.add(hidden, spare, width)
            }
            kernels.table.pointee.add(hidden, model.segment.base, width)
            model.embeddingNorm.apply(hidden, kernels: kernels)
        }
    }

    private func attend(_ layer: EncoderModel.Layer, _ batch: EncoderBatch, _ worker: WorkerPool.Worker) {
        let (scratch, heads) = (self.scratch, self.model.configuration.headCount)
        layer.queryKeyValue.stack.multiply(
            scratch.hidden, tokens: batch.count, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        for unit in stride(from: worker.index, to: heads * batch.texts.count, by: worker.count) {
            self.attention[worker.index].attend(
                head: unit % heads, of: batch.texts[unit / heads], layer.queryKeyValue, scratch.mixed.base,
                into: scratch.attended)
        }
        worker.barrier()
        self.product(layer.attentionOutput, of: scratch.attended, layer.attentionNorm, batch, worker)
    }

    private func feedForward(_ layer: EncoderModel.Layer, _ batch: EncoderBatch, _ worker: WorkerPool.Worker) {
        let scratch = self.scratch
        layer.up.stack.multiply(scratch.hidden, tokens: batch.count, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        for row in worker.share(of: batch.count) { self.activate(row, layer.up) }
        worker.barrier()
        self.product(layer.down, of: scratch.activated, layer.outputNorm, batch, worker)
    }

    private func activate(_ row: Int, _ up: Projection) {
        let (table, inner) = (self.model.kernels.table, self.model.configuration.innerWidth)
        let (result, target) = (self.scratch.mixed.base + row * up.width, self.scratch.activated.row(row))
        up.addBias(to: result, kernels: self.model.kernels)
        switch self.model.configuration.activation {
        case .gelu: table.pointee.gelu_erf(target, result, inner)
        case .siluGate: table.pointee.silu_multiply(target, result, result + up.stack.offsets[1], inner)
        }
    }

    /// A product whose results are added to the residual stream, which is then normalised.
    private func product(
        _ projection: Projection, of inputs: Activations, _ norm: LayerNorm, _ batch: EncoderBatch,
        _ worker: WorkerPool.Worker
    ) {
        let (scratch, kernels) = (self.scratch, self.model.kernels)
        projection.stack.multiply(inputs, tokens: batch.count, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        for row in worker.share(of: batch.count) {
            let (hidden, result) = (scratch.hidden.row(row), scratch.mixed.base + row * projection.width)
            projection.addBias(to: result, kernels: kernels)
            kernels.table.pointee.add(hidden, result, norm.count)
            norm.apply(hidden, kernels: kernels)
        }
        worker.barrier()
    }
}
