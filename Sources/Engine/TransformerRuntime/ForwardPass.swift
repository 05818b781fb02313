// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import LLMCore
package import TensorKernels

/// Runs a transformer over a batch of tokens of one or more sequences.
///
/// All workers go through the same stages and meet at a barrier after each; a stage's work is split by rows of a matrix,
/// by tokens or by attention heads. Used by one thread at a time, the first of the workers.
package final class ForwardPass: WorkerTask {
    /// Some tokens of one sequence, which continue what is in its cache.
    package struct Segment {
        /// The sequence's keys and values; the tokens' own are appended.
        package let cache: KVCache
        /// What to compute.
        package let tokens: ArraySlice<Int32>
        /// Whose logits are wanted.
        package let logits: WantedLogits

        /// Describes a part of a batch.
        package init(cache: KVCache, tokens: ArraySlice<Int32>, logits: WantedLogits) {
            self.cache = cache
            self.tokens = tokens
            self.logits = logits
        }
    }

    /// Whose logits are computed: they cost as much as a quarter of a small model.
    package enum WantedLogits: Sendable {
        /// Nobody's: more of the prompt follows.
        case none
        /// The last token's, to sample what comes next.
        case last
        /// Every token's, to score a text.
        case all
    }

    /// The most tokens of one batch.
    package let capacity: Int
    let model: TransformerModel
    private let pool: WorkerPool
    let scratch: ForwardScratch
    /// Each worker's memory for adapters.
    let adapterScratch: [AdapterScratch]
    /// What is computed at this moment.
    private var batch: ForwardBatch?

    /// Reserves the memory that a pass needs.
    ///
    /// - Parameters:
    ///   - model: What to run.
    ///   - pool: The workers.
    ///   - capacity: The most tokens of one batch.
    package init(model: TransformerModel, pool: WorkerPool, capacity: Int) {
        self.model = model
        self.pool = pool
        self.capacity = capacity
        self.scratch = ForwardScratch(model: model, capacity: capacity)
        self.adapterScratch = (0..<pool.count).map { _ in AdapterScratch() }
    }

    /// Logits of the last run, a row per wanted token in the order of the batch, each `vocabularySize` long.
    package func logits(_ row: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            start: self.scratch.logits.base + row * self.model.output.width,
            count: self.model.configuration.vocabularySize)
    }

    /// Computes a batch and appends its keys and values to the caches.
    ///
    /// - Parameter batch: Tokens of different sequences, together at most ``capacity``.
    /// - Throws: ``TransformerError`` when tokens are unknown or do not fit; nothing that is stored changes then.
    package func run(_ batch: ForwardBatch) throws {
        try batch.prepare(vocabularySize: self.model.configuration.vocabularySize, capacity: self.capacity)
        self.scratch.reserveLogits(rows: batch.logitCount)
        self.batch = batch
        self.pool.run(self)
        self.batch = nil
        batch.advanceCaches()
    }

    /// One worker's part of the run.
    package func work(_ worker: WorkerPool.Worker) {
        guard let batch = self.batch else { return }
        self.embed(batch, worker)
        for (index, layer) in self.model.layers.enumerated() {
            // What the last layer makes of other rows than those wanted, nobody would read.
            let kept = index == self.model.layers.count - 1 ? batch.wantedRows : batch.allRows
            self.keysAndValues(layer, index, batch, worker)
            guard kept.count > 0 else { continue }
            self.attention(layer, index, batch, kept, worker)
            switch layer.feedForward {
            case .dense(let network): self.feedForward(network, of: layer, index, batch, kept, worker)
            case .experts(let mixture): self.experts(mixture, of: layer, rows: kept.count, worker)
            }
        }
        self.output(rows: batch.logitCount, worker)
    }

    /// Computes parts of different sequences in one batch.
    ///
    /// - Parameter segments: Together at most ``capacity`` tokens.
    /// - Returns: How many rows of logits there are.
    /// - Throws: As ``run(_:)-(ForwardBatch)``.
    @discardableResult
    package func run(_ segments: [Segment]) throws -> Int {
        let batch = ForwardBatch(capacity: self.capacity)
        for segment in segments { batch.append(segment.tokens, of: segment.cache, logits: segment.logits) }
        try self.run(batch)
        return batch.logitCount
    }

    // MARK: Stages

    private func embed(_ batch: ForwardBatch, _ worker: WorkerPool.Worker) {
        let shape = self.model.configuration
        for row in worker.share(of: batch.count) {
            let hidden = self.scratch.hiddenRow(row)
            self.model.embeddings.read(Int(batch.tokens[row]), into: hidden)
            if shape.embeddingScale != 1 {
                for column in 0..<shape.embeddingLength { hidden[column] *= shape.embeddingScale }
            }
            for (index, rope) in self.model.ropes.enumerated() {
                rope.fill(self.scratch.ropeRow(row, of: index), position: batch.positions[row])
            }
        }
    }

    private func output(rows: Int, _ worker: WorkerPool.Worker) {
        let scratch = self.scratch
        for row in worker.share(of: rows) {
            self.normalize(scratch.hiddenRow(row), self.model.outputNorm, .output, into: scratch.normed, row: row)
        }
        worker.barrier()
        self.model.output.multiply(scratch.normed, tokens: rows, into: scratch.logits.base, worker: worker)
        guard let cap = self.model.configuration.logitSoftcap else { return }
        worker.barrier()
        let columns = worker.share(of: self.model.configuration.vocabularySize)
        for row in 0..<rows {
            let logits = scratch.logits.base + row * self.model.output.width
            self.model.kernels.table.pointee.softcap(logits + columns.lowerBound, columns.count, cap)
        }
    }

    // MARK: Parts of stages

    func normalize(
        _ hidden: UnsafePointer<Float>, _ weight: FloatVector, _ refinement: Refinement, into target: Activations,
        row: Int
    ) {
        let shape = self.model.configuration
        self.model.kernels.table.pointee.rms_norm(
            target.row(row), hidden, weight.base, shape.embeddingLength, shape.normEpsilon)
        target.quantize(row, refinedAbove: refinement.threshold, kernels: self.model.kernels)
    }

    /// Adds results of a product to the residual stream, with their bias and through their norm where there are such.
    func addToHidden(
        _ projection: Projection, norm: FloatVector?, rows: Int, _ worker: WorkerPool.Worker
    ) {
        let (kernels, shape) = (self.model.kernels.table, self.model.configuration)
        for row in worker.share(of: rows) {
            let result = self.scratch.mixed.base + row * projection.width
            projection.addBias(to: result, kernels: self.model.kernels)
            if let norm {
                kernels.pointee.rms_norm(result, result, norm.base, shape.embeddingLength, shape.normEpsilon)
            }
            kernels.pointee.add(self.scratch.hiddenRow(row), result, shape.embeddingLength)
        }
    }
}
