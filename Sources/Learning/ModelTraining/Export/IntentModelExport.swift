// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
internal import LLMCore
internal import ModelFiles
internal import SwiftProtobuf
package import TaskModels

/// An intent model as ONNX: `pieces`, `places`, `distances`, `speakers` and `mask` (1 for what is there, 0 for padding) of batch × length,
/// to `logits` and `probabilities` of batch × intents.
///
/// A model with n-grams has the input `ngrams`, too, of batch × buckets: those of the utterance, each once, and the number of buckets where
/// there are no more; one whose temperature rises with what is new has `novelty`, floats of batch.
package struct IntentModelExport {
    private var graph: ONNXGraph
    private let model: IntentModel
    private let weights: [String: Tensor]

    /// Prepares to write a model.
    ///
    /// - Parameter precision: How dense layers are computed.
    package init(_ model: IntentModel, _ precision: ONNXPrecision) {
        self.graph = ONNXGraph(precision)
        self.model = model
        self.weights = Dictionary(uniqueKeysWithValues: model.encoder.weights.map { ($0, $1) })
    }

    /// Writes the file, which takes the place of one that is there.
    ///
    /// - Throws: ``ModelFileError`` with code `.notWritable`.
    package mutating func write(to path: String) throws {
        let axes = ["batch", "length"]
        let tables = ["pieces", "places", "distances", "speakers"]
        let embedded = tables.map { self.graph.node("Gather", [self.constant($0), self.graph.input($0, axes)]) }
        let mask = self.additive(self.graph.input("mask", axes))
        var rows = embedded.dropFirst().reduce(embedded[0]) { self.graph.node("Add", [$0, $1]) }
        rows = self.norm(rows, "embedding_norm")
        for index in 0..<self.model.settings.layers - 1 { rows = self.block(rows, mask, "blocks.\(index)") }
        let first = self.norm(self.summary(rows, mask), "norm")
        // The first row of each input is all that is left.
        let context = self.graph.node("Squeeze", [self.dense(first, "classes"), self.graph.constant([1])])
        let logits = self.model.ngrams > 0 ? self.graph.node("Add", [context, self.ngrams()]) : context
        self.graph.output(logits, "logits", columns: self.model.labels.count)
        let scaled = self.graph.node("Div", [logits, self.temperature()])
        self.graph.output(
            self.graph.node("Softmax", [scaled], ["axis": [-1]]), "probabilities", columns: self.model.labels.count)
        let labels = JSONValue.array(self.model.labels.map { .string($0) })
        let bytes: [UInt8] = try self.graph.model(
            metadata: [
                ("labels", labels.serialized()), ("turns", "\(self.model.turns)"), ("ngrams", "\(self.model.ngrams)"),
            ]
        ).serializedBytes()
        var file = try ReplacingFile(path: path)
        try bytes.withUnsafeBytes { try file.append($0) }
        try file.finish()
    }

    /// What logits are divided by: one number, or one for each input.
    private mutating func temperature() -> String {
        let (known, slope) = (self.model.temperature.known, self.model.temperature.slope)
        guard slope > 0 else { return self.graph.constant(known) }
        let power = self.graph.node(
            "Mul", [self.graph.input("novelty", ["batch"], .float), self.graph.constant(slope)])
        let factors = self.graph.node("Unsqueeze", [self.graph.node("Exp", [power]), self.graph.constant([1])])
        return self.graph.node("Mul", [factors, self.graph.constant(known)])
    }

    private func weight(_ name: String) -> Tensor { self.weights[name] ?? Tensor([0], []) }

    private mutating func constant(_ name: String) -> String { self.graph.constant(self.weight(name)) }

    /// What is added to scores: nothing, or so little that padding is not looked at.
    private mutating func additive(_ mask: String) -> String {
        let floats = self.graph.node("Cast", [mask], ["to": [Autoglm_Onnx_TensorProto.DataType.float.rawValue]])
        let scores = self.graph.node(
            "Mul", [self.graph.node("Sub", [floats, self.graph.constant(1)]), self.graph.constant(1e9)])
        return self.graph.node("Unsqueeze", [scores, self.graph.constant([1, 2])])
    }

    /// What the n-grams say: their rows, each times its share of all weights.
    ///
    /// Behind the last bucket is a row of zeros for padding.
    private mutating func ngrams() -> String {
        func padded(_ tensor: Tensor) -> Tensor {
            var shape = tensor.shape
            shape[0] += 1
            return Tensor(shape, tensor.values + [Float](repeating: 0, count: tensor.count / max(1, tensor.shape[0])))
        }
        let buckets = self.graph.input("ngrams", ["batch", "buckets"])
        let (table, rarity) = (padded(self.weight(NGramTable.name)), padded(self.weight(NGramTable.rarityName)))
        let weights = self.graph.node("Gather", [self.graph.constant(rarity), buckets])
        let sums = self.graph.node(
            "MatMul",
            [
                self.graph.node("Unsqueeze", [weights, self.graph.constant([1])]),
                self.graph.node("Gather", [self.graph.constant(table), buckets]),
            ])
        let squares = self.graph.node(
            "ReduceSum", [self.graph.node("Mul", [weights, weights]), self.graph.constant([1])], ["keepdims": [1]])
        let length = self.graph.node(
            "Sqrt", [self.graph.node("Max", [squares, self.graph.constant(NGramTable.leastSquares)])])
        let scaled = self.graph.node("Div", [sums, self.graph.node("Unsqueeze", [length, self.graph.constant([1])])])
        return self.graph.node(
            "Squeeze",
            [self.graph.node("Mul", [scaled, self.graph.constant(NGramTable.length)]), self.graph.constant([1])])
    }

    private mutating func norm(_ rows: String, _ name: String) -> String {
        self.graph.node(
            "LayerNormalization", [rows, self.constant("\(name).weight"), self.constant("\(name).bias")],
            ["axis": [-1]],
            floats: ["epsilon": 1e-5])
    }

    private mutating func dense(_ rows: String, _ name: String) -> String {
        self.graph.dense(rows, name, self.weight("\(name).weight"), self.weight("\(name).bias"))
    }

    private mutating func feedForward(_ rows: String, _ name: String) -> String {
        let hidden = self.graph.gelu(self.dense(self.norm(rows, "\(name).norm"), "\(name).up"))
        return self.graph.node("Add", [rows, self.dense(hidden, "\(name).down")])
    }

    private mutating func block(_ rows: String, _ mask: String, _ name: String) -> String {
        let (width, normalized) = (self.model.settings.width, self.norm(rows, "\(name).attention_norm"))
        let parts = self.graph.node(
            "Split", [self.dense(normalized, "\(name).attention"), self.graph.constant([width, width, width])],
            ["axis": [-1]], outputs: 3)
        let attended = self.attention(parts[0], parts[1], parts[2], mask)
        let joined = self.graph.node("Add", [rows, self.dense(attended, "\(name).joined")])
        return self.feedForward(joined, "\(name).feed_forward")
    }

    private mutating func summary(_ rows: String, _ mask: String) -> String {
        let (width, normalized) = (self.model.settings.width, self.norm(rows, "summary.attention_norm"))
        let first = { (graph: inout ONNXGraph, rows: String) in
            graph.node("Gather", [rows, graph.constant([0])], ["axis": [1]])
        }
        let query = self.dense(first(&self.graph, normalized), "summary.query")
        let parts = self.graph.node(
            "Split", [self.dense(normalized, "summary.attention"), self.graph.constant([width, width])], ["axis": [-1]],
            outputs: 2)
        let attended = self.attention(query, parts[0], parts[1], mask)
        let joined = self.graph.node("Add", [first(&self.graph, rows), self.dense(attended, "summary.joined")])
        return self.feedForward(joined, "summary.feed_forward")
    }

    /// Attention of several heads, of queries to all rows that are no padding.
    private mutating func attention(_ query: String, _ key: String, _ value: String, _ mask: String) -> String {
        let (heads, size) = (self.model.settings.heads, self.model.settings.width / self.model.settings.heads)
        let shape = self.graph.constant([0, 0, heads, size])
        func turned(_ rows: String, _ order: [Int]) -> String {
            self.graph.node("Transpose", [self.graph.node("Reshape", [rows, shape])], lists: ["perm": order])
        }
        let scores = self.graph.node("MatMul", [turned(query, [0, 2, 1, 3]), turned(key, [0, 2, 3, 1])])
        let scaled = self.graph.node("Mul", [scores, self.graph.constant(1 / Float(size).squareRoot())])
        let shares = self.graph.node("Softmax", [self.graph.node("Add", [scaled, mask])], ["axis": [-1]])
        let mixed = self.graph.node("MatMul", [shares, turned(value, [0, 2, 1, 3])])
        let rows = self.graph.node("Transpose", [mixed], lists: ["perm": [0, 2, 1, 3]])
        return self.graph.node("Reshape", [rows, self.graph.constant([0, 0, heads * size])])
    }
}
