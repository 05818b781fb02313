// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

extension ForwardPass {
    /// The stages that make queries, keys and values of every row, and store keys and values.
    func keysAndValues(
        _ layer: TransformerLayer, _ index: Int, _ batch: ForwardBatch, _ worker: WorkerPool.Worker
    ) {
        let scratch = self.scratch
        for row in worker.share(of: batch.count) {
            self.normalize(scratch.hiddenRow(row), layer.attentionNorm, .queryKeyValue, into: scratch.normed, row: row)
        }
        worker.barrier()
        layer.attention.queryKeyValue.stack.multiply(
            scratch.normed, tokens: batch.count, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        self.adapt(
            .queryKeyValue, ofBlock: index, inputs: scratch.normed, kept: batch.allRows,
            width: layer.attention.queryKeyValue.width, batch, worker)
        for row in worker.share(of: batch.count) { self.rotateAndStore(layer.attention, index, batch, row: row) }
        worker.barrier()
    }

    /// The stages that let the kept rows attend, and add the result to the residual stream.
    func attention(
        _ layer: TransformerLayer, _ index: Int, _ batch: ForwardBatch, _ kept: KeptRows, _ worker: WorkerPool.Worker
    ) {
        let (scratch, kernels) = (self.scratch, self.model.kernels)
        if worker.index == 0 { kept.gather { scratch.moveHidden(from: $0, to: $1) } }
        self.attend(layer.attention, index, batch, kept, worker)
        worker.barrier()
        for row in worker.share(of: kept.count) {
            scratch.attended.quantize(row, refinedAbove: Refinement.attentionOutput.threshold, kernels: kernels)
        }
        worker.barrier()
        let output = layer.attention.output
        output.stack.multiply(scratch.attended, tokens: kept.count, into: scratch.mixed.base, worker: worker)
        worker.barrier()
        self.adapt(
            .attentionOutput, ofBlock: index, inputs: scratch.attended, kept: kept, width: output.width, batch,
            worker)
        self.addToHidden(output, norm: layer.postAttentionNorm, rows: kept.count, worker)
    }

    private func rotateAndStore(_ attention: Attention, _ index: Int, _ batch: ForwardBatch, row: Int) {
        let (shape, kernels) = (self.model.configuration, self.model.kernels)
        let (projection, offsets) = (attention.queryKeyValue, attention.queryKeyValue.stack.offsets)
        let query = self.scratch.mixed.base + row * projection.width
        let (key, value) = (query + offsets[1], query + offsets[2])
        projection.addBias(to: query, kernels: kernels)
        if let norm = attention.queryNorm { self.normalizeHeads(query, count: shape.headCount, norm) }
        if let norm = attention.keyNorm { self.normalizeHeads(key, count: shape.keyValueHeadCount, norm) }
        let table = self.scratch.ropeRow(row, of: attention.rope)
        let (rotate, pairs) = self.model.rotations[attention.rope]
        let (length, cache) = (shape.headLength, batch.caches[batch.segmentOfRow[row]])
        for head in 0..<shape.headCount { rotate(query + head * length, table, pairs) }
        for head in 0..<shape.keyValueHeadCount {
            rotate(key + head * length, table, pairs)
            cache.store(
                key: key + head * length, value: value + head * length, layer: index, head: head,
                position: batch.positions[row], kernels: kernels)
        }
    }

    private func normalizeHeads(_ heads: UnsafeMutablePointer<Float>, count: Int, _ norm: FloatVector) {
        let shape = self.model.configuration
        for head in 0..<count {
            let vector = heads + head * shape.headLength
            self.model.kernels.table.pointee.rms_norm(vector, vector, norm.base, shape.headLength, shape.normEpsilon)
        }
    }

    /// Every worker takes every n-th tile of query rows, so that the longer ones at the end are shared evenly.
    private func attend(
        _ attention: Attention, _ index: Int, _ batch: ForwardBatch, _ kept: KeptRows, _ worker: WorkerPool.Worker
    ) {
        // Taken out of their objects once: counting references in the loop would cost as much as a product.
        let (shape, kernels, positions) = (self.model.configuration, self.model.kernels, batch.positions)
        let (length, group, heads) = (shape.headLength, shape.groupSize, shape.keyValueHeadCount)
        let (queries, width) = (self.scratch.mixed.base, attention.queryKeyValue.width)
        let (outputs, outputWidth) = (self.scratch.attended.row(0), self.scratch.attended.columns)
        let window = attention.window ?? .max
        var call = ctk_attention()
        call.head_size = length
        call.scale = shape.attentionScale
        call.softcap = shape.attentionSoftcap ?? 0
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
                        let limit = positions[row] + 1
                        call.setRow(
                            slot, query: queries + row * width + offset,
                            output: outputs + (target + step) * outputWidth + offset,
                            seeing: max(0, limit - window)..<limit)
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
        _ slot: Int, query: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, seeing positions: Range<Int>
    ) {
        Self.set(&self.queries, slot, query)
        Self.set(&self.outputs, slot, output)
        Self.set(&self.limits, slot, positions.upperBound)
        Self.set(&self.starts, slot, positions.lowerBound)
    }

    private static func set<Tuple, Element>(_ tuple: inout Tuple, _ slot: Int, _ element: Element) {
        withUnsafeMutableBytes(of: &tuple) {
            $0.storeBytes(of: element, toByteOffset: slot * MemoryLayout<Element>.stride, as: Element.self)
        }
    }
}
