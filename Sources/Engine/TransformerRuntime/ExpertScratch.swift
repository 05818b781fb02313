// SPDX-License-Identifier: Apache-2.0

internal import TensorKernels

/// The memory between the stages of a mixture of experts, reserved once.
///
/// A slot is a row's n-th expert; a place is where a slot's input and results are, the places of an expert side by side.
final class ExpertScratch {
    /// Experts that a row goes through.
    let perToken: Int
    /// What the router says, a row of it for each row.
    let scores: Buffer<Float>
    /// Each slot's expert, and how much it counts.
    let chosen: Buffer<Int32>
    let weights: Buffer<Float>
    /// Each slot's place, and each place's row.
    let placeOfSlot: Buffer<Int32>
    let rowOfPlace: Buffer<Int32>
    /// Inputs of the experts' products.
    let gathered: Activations
    let gated: Activations
    /// Inputs of the second product of the network that every row goes through.
    let sharedGated: Activations
    /// Results of the experts' products.
    let mixed: Buffer<Float>
    /// Each expert's first place, and one behind the last.
    private let starts: Buffer<Int>
    private let count: Int

    /// Reserves memory for batches of `capacity` rows.
    init(_ experts: ModelConfiguration.Experts, mixtures: [MixtureOfExperts], width: Int, capacity: Int) {
        let slots = capacity * experts.perToken
        let widest = mixtures.reduce(0) { max($0, $1.gateUps[0].width, $1.downs[0].width) }
        self.perToken = experts.perToken
        self.count = experts.count
        self.scores = Buffer(count: capacity * (mixtures.first?.router.width ?? 0))
        self.chosen = Buffer(count: slots)
        self.weights = Buffer(count: slots)
        self.placeOfSlot = Buffer(count: slots)
        self.rowOfPlace = Buffer(count: slots)
        self.gathered = Activations(tokens: slots, columns: width)
        self.gated = Activations(tokens: slots, columns: experts.length)
        self.sharedGated = Activations(
            tokens: experts.sharedLength == nil ? 0 : capacity, columns: experts.sharedLength ?? 32)
        self.mixed = Buffer(count: slots * widest)
        self.starts = Buffer(count: experts.count + 1)
    }

    /// Gives each slot of the first `rows` rows a place, sorted by expert.
    func sortRows(_ rows: Int) {
        let (slots, starts) = (rows * self.perToken, self.starts.base)
        starts.update(repeating: 0, count: self.count + 1)
        for slot in 0..<slots { starts[Int(self.chosen.base[slot]) + 1] += 1 }
        for expert in 0..<self.count { starts[expert + 1] += starts[expert] }
        // Counted up while places are given away; afterwards each holds the next expert's start.
        for slot in 0..<slots {
            let expert = Int(self.chosen.base[slot])
            let place = starts[expert]
            starts[expert] += 1
            self.placeOfSlot.base[slot] = Int32(truncatingIfNeeded: place)
            self.rowOfPlace.base[place] = Int32(truncatingIfNeeded: slot / self.perToken)
        }
        for expert in stride(from: self.count, to: 0, by: -1) { starts[expert] = starts[expert - 1] }
        starts[0] = 0
    }

    /// Multiplies this worker's share of each expert's matrix with the rows of that expert.
    func multiply(_ stacks: [MatrixStack], _ inputs: Activations, _ worker: WorkerPool.Worker) {
        for (expert, stack) in stacks.enumerated() {
            let (first, end) = (self.starts.base[expert], self.starts.base[expert + 1])
            guard first < end else { continue }
            stack.multiply(
                inputs, from: first, tokens: end - first, into: self.mixed.base + first * stack.width, worker: worker)
        }
    }
}
