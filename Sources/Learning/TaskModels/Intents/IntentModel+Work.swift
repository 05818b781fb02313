// SPDX-License-Identifier: Apache-2.0

extension IntentModel {
    /// How many multiplications with additions the model's products take for an input: what it costs, whatever the machine.
    ///
    /// With n pieces, width w and hidden width f, a layer takes 4nw² + 2nwf + 2n²w; the last one, of which only the first row is needed, takes
    /// 2nw² + 2w² + 2wf + 2nw. Tables are looked up, and not counted; a row of logits for each n-gram is.
    package func multiplyAdds(_ input: IntentBatch.Input) -> Int {
        let (count, width, hidden) = (input.pieceCount, self.settings.width, self.settings.feedForward)
        let layer = count * (4 * width * width + 2 * width * hidden) + 2 * count * count * width
        let last = 2 * count * width * width + 2 * width * width + 2 * width * hidden + 2 * count * width
        return (self.settings.layers - 1) * layer + last + (width + input.ngrams.count) * self.labels.count
    }
}
