// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

/// Attention of one head over a whole text, in floats; every token sees every other one.
///
/// Each worker has its own. Keys and values are packed as matrices, so that both of attention's products are those of weights with inputs.
final class HeadAttention {
    /// Queries whose scores are kept at a time.
    private static let tile = 64

    private let model: EncoderModel
    /// Positions that the buffers have room for.
    private var capacity = 0
    private var queries = Buffer<Float>(count: 0)
    private var keys = Buffer<Float>(count: 0)
    private var values = Buffer<Float>(count: 0)
    private var scores = Buffer<Float>(count: 0)

    init(model: EncoderModel) { self.model = model }

    /// Computes one head of one text.
    ///
    /// - Parameters:
    ///   - head: Which head.
    ///   - text: The text's rows.
    ///   - projection: What made queries, keys and values.
    ///   - mixed: Their rows, without the bias; this head's part is used up.
    ///   - output: Where the head's results go.
    func attend(
        head: Int, of text: Range<Int>, _ projection: Projection, _ mixed: UnsafeMutablePointer<Float>,
        into output: Activations
    ) {
        let (length, width) = (self.model.configuration.headLength, self.model.configuration.width)
        let padded = (text.count + CTK_GROUP_ROWS - 1) / CTK_GROUP_ROWS * CTK_GROUP_ROWS
        self.reserve(padded, length: length)
        for (position, row) in text.enumerated() {
            let parts = mixed + row * projection.width + head * length
            self.addBias(projection, head: head, to: parts)
            self.pack(position, parts, width: width, padded: padded)
        }
        for position in text.count..<padded { self.clear(position, padded: padded) }
        for start in stride(from: 0, to: text.count, by: Self.tile) {
            self.attend(
                queries: start..<min(start + Self.tile, text.count), positions: text.count, padded: padded,
                into: output.row(text.lowerBound + start) + head * length)
        }
    }

    /// Scores, softmax and the sum of values for some queries.
    private func attend(
        queries: Range<Int>, positions: Int, padded: Int, into output: UnsafeMutablePointer<Float>
    ) {
        let (length, table) = (self.model.configuration.headLength, self.model.kernels.table)
        let multiply: ctk_matmul_fn = ctk_matmul(table, CTK_F32)
        var keys = ctk_matrix(groups: Self.bytes(self.keys), columns: length, group_bytes: length * Self.rowBytes)
        var inputs = ctk_activations()
        inputs.values = self.queries.base + queries.lowerBound * length
        inputs.columns = length
        multiply(
            &keys, 0, padded / CTK_GROUP_ROWS, &inputs, queries.count, self.scores.base, padded)
        for row in 0..<queries.count {
            let scores = self.scores.base + row * padded
            table.pointee.softmax(scores, positions, 1)
            (scores + positions).update(repeating: 0, count: padded - positions)
        }
        var values = ctk_matrix(groups: Self.bytes(self.values), columns: padded, group_bytes: padded * Self.rowBytes)
        inputs.values = self.scores.base
        inputs.columns = padded
        multiply(
            &values, 0, length / CTK_GROUP_ROWS, &inputs, queries.count, output, self.model.configuration.width)
    }

    private func addBias(_ projection: Projection, head: Int, to parts: UnsafeMutablePointer<Float>) {
        guard let bias = projection.bias else { return }
        let (length, width) = (self.model.configuration.headLength, self.model.configuration.width)
        for part in stride(from: 0, to: 3 * width, by: width) {
            self.model.kernels.table.pointee.add(parts + part, bias.base + part + head * length, length)
        }
    }

    /// Puts a token's query, key and value where the products find them.
    private func pack(_ position: Int, _ parts: UnsafeMutablePointer<Float>, width: Int, padded: Int) {
        let (length, table) = (self.model.configuration.headLength, self.model.kernels.table)
        let (query, key, value) = (parts, parts + width, parts + 2 * width)
        if let rope = self.model.rope {
            let angles = rope.base + position * length
            table.pointee.rope_halves(query, angles, length / 2)
            table.pointee.rope_halves(key, angles, length / 2)
        }
        let scale = 1 / Float(length).squareRoot()
        let target = self.queries.base + position * length
        let (group, lane) = (position / CTK_GROUP_ROWS, position % CTK_GROUP_ROWS)
        let lanes = self.keys.base + group * length * CTK_GROUP_ROWS + lane
        for index in 0..<length {
            target[index] = query[index] * scale
            lanes[index * CTK_GROUP_ROWS] = key[index]
        }
        for start in stride(from: 0, to: length, by: CTK_GROUP_ROWS) {
            (self.values.base + start * padded + position * CTK_GROUP_ROWS).update(
                from: value + start, count: CTK_GROUP_ROWS)
        }
    }

    /// Makes a position beyond the text's end count for nothing.
    private func clear(_ position: Int, padded: Int) {
        let length = self.model.configuration.headLength
        let (group, lane) = (position / CTK_GROUP_ROWS, position % CTK_GROUP_ROWS)
        let lanes = self.keys.base + group * length * CTK_GROUP_ROWS + lane
        for index in 0..<length { lanes[index * CTK_GROUP_ROWS] = 0 }
        for start in stride(from: 0, to: length, by: CTK_GROUP_ROWS) {
            (self.values.base + start * padded + position * CTK_GROUP_ROWS).update(repeating: 0, count: CTK_GROUP_ROWS)
        }
    }

    private func reserve(_ positions: Int, length: Int) {
        guard positions > self.capacity else { return }
        self.capacity = positions
        self.queries = Buffer(count: positions * length)
        self.keys = Buffer(count: positions * length)
        self.values = Buffer(count: positions * length)
        self.scores = Buffer(count: Self.tile * positions)
    }

    private static let rowBytes = CTK_GROUP_ROWS * MemoryLayout<Float>.stride

    private static func bytes(_ buffer: Buffer<Float>) -> UnsafePointer<UInt8> {
        UnsafePointer(UnsafeMutableRawPointer(buffer.base).assumingMemoryBound(to: UInt8.self))
    }
}
