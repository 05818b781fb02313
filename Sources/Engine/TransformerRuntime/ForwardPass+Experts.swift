// SPDX-License-Identifier: Apache-2.0

internal import CTensorKernels
internal import TensorKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension ForwardPass {
    /// The stages of a mixture of experts: rows are sorted by expert, so that an expert's rows make one product.
    func experts(_ mixture: MixtureOfExperts, of layer: TransformerLayer, rows: Int, _ worker: WorkerPool.Worker) {
        guard let experts = self.scratch.experts else { return }
        let (normed, mixed) = (self.scratch.normed, self.scratch.mixed.base)
        self.normalizeForNetwork(layer, rows: rows, worker)
        mixture.router.multiply(normed, tokens: rows, into: experts.scores.base, worker: worker)
        mixture.shared?.network.gateUp.stack.multiply(normed, tokens: rows, into: mixed, worker: worker)
        worker.barrier()
        for row in worker.share(of: rows) {
            self.choose(row, experts, scoresWidth: mixture.router.width)
            if let network = mixture.shared?.network {
                self.activate(network, mixed + row * network.gateUp.width, into: experts.sharedGated, row: row)
            }
        }
        worker.barrier()
        if worker.index == 0 { experts.sortRows(rows) }
        worker.barrier()
        self.gatherRows(experts, rows: rows, worker)
        worker.barrier()
        experts.multiply(mixture.gateUps, experts.gathered, worker)
        worker.barrier()
        let gateUp = mixture.gateUps[0]
        for place in worker.share(of: rows * experts.perToken) {
            let gate = experts.mixed.base + place * gateUp.width
            self.activate(
                gate: gate, up: gate + gateUp.offsets[1], length: experts.gated.columns, into: experts.gated, row: place
            )
        }
        worker.barrier()
        experts.multiply(mixture.downs, experts.gated, worker)
        mixture.shared?.network.down.stack.multiply(experts.sharedGated, tokens: rows, into: mixed, worker: worker)
        worker.barrier()
        for row in worker.share(of: rows) { self.addExperts(mixture, experts, row: row) }
    }

    /// Takes the experts with the largest scores, and how much each counts: the softmax of all scores.
    private func choose(_ row: Int, _ experts: ExpertScratch, scoresWidth: Int) {
        let shape = self.model.configuration.experts
        let (count, perToken) = (shape?.count ?? 0, experts.perToken)
        let scores = experts.scores.base + row * scoresWidth
        let (chosen, weights) = (experts.chosen.base + row * perToken, experts.weights.base + row * perToken)
        self.model.kernels.table.pointee.softmax(scores, count, 1)
        var sum: Float = 0
        for slot in 0..<perToken {
            var best = 0
            for expert in 1..<max(1, count) where scores[expert] > scores[best] { best = expert }
            (chosen[slot], weights[slot]) = (Int32(truncatingIfNeeded: best), scores[best])
            sum += scores[best]
            scores[best] = -1
        }
        guard shape?.normalizesWeights == true, sum > 0 else { return }
        for slot in 0..<perToken { weights[slot] /= sum }
    }

    /// Copies the inputs of each expert to where its rows are.
    private func gatherRows(_ experts: ExpertScratch, rows: Int, _ worker: WorkerPool.Worker) {
        let (normed, gathered) = (self.scratch.normed, experts.gathered)
        for place in worker.share(of: rows * experts.perToken) {
            gathered.row(place).update(from: normed.row(Int(experts.rowOfPlace.base[place])), count: normed.columns)
            gathered.quantize(place, refinedAbove: Refinement.gateUp.threshold, kernels: self.model.kernels)
        }
    }

    /// Adds what a row's experts and the shared one made of it to the residual stream, always in the same order.
    private func addExperts(_ mixture: MixtureOfExperts, _ experts: ExpertScratch, row: Int) {
        let (hidden, width) = (self.scratch.hiddenRow(row), self.model.configuration.embeddingLength)
        for slot in row * experts.perToken..<(row + 1) * experts.perToken {
            let result = experts.mixed.base + Int(experts.placeOfSlot.base[slot]) * mixture.downs[0].width
            let weight = experts.weights.base[slot]
            for column in 0..<width { hidden[column] += weight * result[column] }
        }
        guard let shared = mixture.shared else { return }
        let (normed, gate) = (self.scratch.normed.row(row), shared.gate.base)
        var score: Float = 0
        for column in 0..<width { score += normed[column] * gate[column] }
        let weight = 1 / (1 + expf(-score))
        let result = self.scratch.mixed.base + row * shared.network.down.width
        for column in 0..<width { hidden[column] += weight * result[column] }
    }
}
