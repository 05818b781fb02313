// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// How tokens are chosen.
struct SamplingFlags: ParsableArguments {
    @Option(parsing: .unconditional, help: "Divides the logits; 0 always takes the most likely token.")
    var temperature: Float = SamplingOptions().temperature

    @Option(
        parsing: .unconditional,
        help: "Keep the smallest set of tokens with this probability mass, above 0 and at most 1.")
    var topP: Float = SamplingOptions().topP

    @Option(parsing: .unconditional, help: "Keep this many of the most likely tokens (default: all).")
    var topK: Int?

    @Option(
        parsing: .unconditional, help: "Drop tokens less likely than this fraction of the most likely one, from 0 to 1."
    )
    var minP: Float = SamplingOptions().minP

    @Option(parsing: .unconditional, help: "Above 1, tokens that were seen already become less likely.")
    var repetitionPenalty: Float = SamplingOptions().repetitionPenalty

    @Option(parsing: .unconditional, help: "The same seed, prompt and options give the same text (default: drawn).")
    var seed: UInt64?

    /// The options as the model takes them.
    var options: SamplingOptions {
        SamplingOptions(
            temperature: self.temperature, topK: self.topK, topP: self.topP, minP: self.minP,
            repetitionPenalty: self.repetitionPenalty, seed: self.seed)
    }

    func validate() throws {
        do { try self.options.validate() } catch let error as any CodedError { throw ValidationError(error.message) }
    }
}
