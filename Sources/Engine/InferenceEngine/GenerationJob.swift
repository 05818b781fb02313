// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import Tokenization

/// What the engine is asked to generate.
package struct GenerationJob: Sendable {
    /// The prompt.
    package var prompt: [TokenID]
    /// How tokens are chosen.
    package var sampling: SamplingOptions
    /// The most tokens to generate; nil goes on until the model ends its turn or the context is full.
    package var maxTokens: Int?
    /// Texts before which to end.
    package var stop: [String]
    /// How many alternatives to report with each token's log-probability; nil reports none.
    package var topLogProbabilities: Int?
    /// What the answer must look like; nil leaves it free.
    package var constraint: OutputConstraint?
    /// What happens where the context ends.
    package var overflow = ContextOverflow.stop
    /// The name of the adapter that the model is computed with; nil for the model as it is.
    package var adapter: String?
    /// Those with a higher priority start first, and keep their pages where others must step back.
    package var priority = 0
    /// Who asks; of requests with the same priority, those of whoever was served least start first.
    package var client = ""
    /// When the answer is of no use any more; what is not complete by then ends with an error.
    package var deadline: ContinuousClock.Instant?

    /// Describes a generation.
    package init(
        prompt: [TokenID], sampling: SamplingOptions = .greedy, maxTokens: Int? = nil, stop: [String] = [],
        topLogProbabilities: Int? = nil
    ) {
        self.prompt = prompt
        self.sampling = sampling
        self.maxTokens = maxTokens
        self.stop = stop
        self.topLogProbabilities = topLogProbabilities
    }
}
