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
    private let scratch: ForwardScratch
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
            self.feedForward(layer, rows: kept.count, worker)
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
        for row in worker.share(of: batch.count) {
            self.model.embeddings.read(Int(batch.tokens[row]), into: self.scratch.hiddenRow(row))
            self.model.rope.fill(self.scratch.ropeRow(row), position: batch.positions[row])
        }
    }

    private func keysAndValues(
        _ layer: TransformerModel.Layer, _ index: Int, _ batch: ForwardBatch, _ worker: WorkerPool.Worker
    ) {
        let scratch = self.scratch
        for row in worker.share(of: batch.count) {
            self.normalize(scratch.hiddenRow(row), layer.attentionNorm, .queryKeyValue, into: scratch.normed, row: row)
        }
        worker.barrier()
        layer.queryKeyValue.multiply(scratch.normed, tokens: batch.count, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        for row in worker.share(of: batch.count) { self.rotateAndStore(layer, index, batch, row: row) }
        worker.barrier()
    }

    private func attention(
        _ layer: TransformerModel.Layer, _ index: Int, _ batch: ForwardBatch, _ kept: KeptRows,
        _ worker: WorkerPool.Worker
    ) {
        let (scratch, kernels) = (self.scratch, self.model.kernels)
        if worker.index == 0 { kept.gather { scratch.moveHidden(from: $0, to: $1) } }
        self.attend(layer, index, batch, kept, worker)
        worker.barrier()
        for row in worker.share(of: kept.count) {
            scratch.attended.quantize(row, refinedAbove: Refinement.attentionOutput.threshold, kernels: kernels)
        }
        worker.barrier()
        layer.attentionOutput.multiply(scratch.attended, tokens: kept.count, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        self.addToHidden(width: layer.attentionOutput.width, rows: kept.count, worker)
    }

    private func feedForward(_ layer: TransformerModel.Layer, rows: Int, _ worker: WorkerPool.Worker) {
        let (scratch, kernels) = (self.scratch, self.model.kernels)
        let inner = self.model.configuration.feedForwardLength
        for row in worker.share(of: rows) {
            self.normalize(scratch.hiddenRow(row), layer.feedForwardNorm, .gateUp, into: scratch.normed, row: row)
        }
        worker.barrier()
        layer.gateUp.multiply(scratch.normed, tokens: rows, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        for row in worker.share(of: rows) {
            let gate = scratch.mixed.base + row * layer.gateUp.width
            kernels.table.pointee.silu_multiply(scratch.gated.row(row), gate, gate + layer.gateUp.offsets[1], inner)
            scratch.gated.quantize(row, refinedAbove: Refinement.down.threshold, kernels: kernels)
        }
        worker.barrier()
        layer.down.multiply(scratch.gated, tokens: rows, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        self.addToHidden(width: layer.down.width, rows: rows, worker)
    }

    private func output(rows: Int, _ worker: WorkerPool.Worker) {
        for row in worker.share(of: rows) {
            self.normalize(
                self.scratch.hiddenRow(row), self.model.outputNorm, .output, into: self.scratch.normed, row: row)
        }
        worker.barrier()
        self.model.output.multiply(
            self.scratch.normed, tokens: rows, into: self.scratch.logits.base, worker: worker)
    }

    // MARK: Parts of stages

    private func normalize(
        _ hidden: UnsafePointer<Float>, _ weight: FloatVector, _ refinement: Refinement, into target: Activations,
        row: Int
    ) {
        let shape = self.model.configuration
        self.model.kernels.table.pointee.rms_norm(
            target.row(row), hidden, weight.base, shape.embeddingLength, shape.normEpsilon)
        target.quantize(row, refinedAbove: refinement.threshold, kernels: self.model.kernels)
    }

    private func addToHidden(width: Int, rows: Int, _ worker: WorkerPool.Worker) {
        for row in worker.share(of: rows) {
            self.model.kernels.table.pointee.add(
                self.scratch.hiddenRow(row), self.scratch.mixed.base + row * width,
                self.model.configuration.embeddingLength)
        }
    }

    private func rotateAndStore(
        _ layer: TransformerModel.Layer, _ index: Int, _ batch: ForwardBatch, row: Int
    ) {
        let (shape, kernels) = (self.model.configuration, self.model.kernels)
        let (length, pairs) = (shape.headLength, shape.headLength / 2)
        let query = self.scratch.mixed.base + row * layer.queryKeyValue.width
        let key = query + layer.queryKeyValue.offsets[1]
        let value = query + layer.queryKeyValue.offsets[2]
        let table = self.scratch.ropeRow(row)
        for head in 0..<shape.headCount { kernels.table.pointee.rope_pairs(query + head * length, table, pairs) }
        for head in 0..<shape.keyValueHeadCount {
            kernels.table.pointee.rope_pairs(key + head * length, table, pairs)
            batch.caches[batch.segmentOfRow[row]].store(
                key: key + head * length, value: value + head * length, layer: index, head: head,
                position: batch.positions[row], kernels: kernels)
        }
    }

    /// Every worker takes every n-th tile of query rows, so that the longer ones at the end are shared evenly.
    private func attend(
        _ layer: TransformerModel.Layer, _ index: Int, _ batch: ForwardBatch, _ kept: KeptRows,
        _ worker: WorkerPool.Worker
    ) {
        // Taken out of their objects once: counting references in the loop would cost as much as a product.
        let (shape, kernels, positions) = (self.model.configuration, self.model.kernels, batch.positions)
        let (length, group, heads) = (shape.headLength, shape.groupSize, shape.keyValueHeadCount)
        let (queries, width) = (self.scratch.mixed.base, layer.queryKeyValue.width)
        let (outputs, outputWidth) = (self.scratch.attended.row(0), self.scratch.attended.columns)
        var call = ctk_attention()
        call.head_size = length
        call.scale = 1 / Float(length).squareRoot()
        var tile = 0
        for (segment, (rows, target)) in zip(kept.rows, kept.targets).enumerated() {
            let cache = batch.caches[segment]
            for head in 0..<heads {
                for start in stride(from: 0, to: rows.count * group, by: CTK_ATTENTION_ROWS) {
                    defer { tile += 1 }
                    guard tile % worker.count == worker.index else { continue }
                    let count = min(CTK_ATTENTION_ROWS, rows.count * group - start)
                    call.rows = count
                    for slot in 0..<count {
                        let step = (start + slot) / group
                        let row = rows.lowerBound + step
                        let offset = (head * group + (start + slot) % group) * length
                        call.setRow(
                            slot, query: queries + row * width + offset,
                            output: outputs + (target + step) * outputWidth + offset, limit: positions[row] + 1)
                    }
                    cache.attend(&call, layer: index, head: head, kernels: kernels)
                }
            }
        }
    }
}

extension ctk_attention {
    /// Sets a query row; Swift sees the C arrays as tuples.
    fileprivate mutating func setRow(
        _ slot: Int, query: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, limit: Int
    ) {
        withUnsafeMutableBytes(of: &self.queries) {
            $0.storeBytes(
                of: query, toByteOffset: slot * MemoryLayout.stride(ofValue: query), as: UnsafePointer<Float>.self)
        }
        withUnsafeMutableBytes(of: &self.outputs) {
            $0.storeBytes(
                of: output, toByteOffset: slot * MemoryLayout.stride(ofValue: output),
                as: UnsafeMutablePointer<Float>.self)
        }
        withUnsafeMutableBytes(of: &self.limits) {
            $0.storeBytes(of: limit, toByteOffset: slot * MemoryLayout.stride(ofValue: limit), as: Int.self)
        }
    }
}
