// SPDX-License-Identifier: Apache-2.0

package import TaskModels

/// Graphs with their texts, as a model reads them.
package struct GraphExamples: Sendable {
    /// What the model reads.
    package private(set) var inputs: [GraphPieces] = []
    /// What it shall write, for each input.
    package private(set) var targets: [[GraphTarget]] = []

    /// Reads graphs and texts.
    package init(_ texts: [GraphText], for model: GraphLanguageModel) {
        for text in texts {
            let input = model.pieces(text.input)
            self.inputs.append(input)
            self.targets.append(text.texts.map { model.target($0, for: input, entities: text.entities) })
        }
    }

    /// Inputs with texts as a batch.
    ///
    /// - Parameter size: How large what is before them in the same step is.
    func batch(_ pairs: some Sequence<(input: Int, text: Int)>, after size: GraphBatch.Size = .zero) -> GraphBatch {
        pairs.reduce(into: GraphBatch(after: size)) {
            $0.append(self.inputs[$1.input], self.targets[$1.input][$1.text])
        }
    }

    /// How large an input with one of its texts is in a batch.
    func size(of pair: (input: Int, text: Int)) -> GraphBatch.Size {
        GraphBatch.Size(self.inputs[pair.input], self.targets[pair.input][pair.text])
    }

    /// All inputs with all their texts.
    var pairs: [(input: Int, text: Int)] {
        self.targets.enumerated().flatMap { input, targets in targets.indices.map { (input, $0) } }
    }
}
