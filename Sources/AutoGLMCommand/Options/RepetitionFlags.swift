// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore

/// What becomes less likely because it was there already.
struct RepetitionFlags: ParsableArguments {
    private static let dry = SamplingOptions.DRY()

    @Option(
        parsing: .unconditional, help: "Above 1, tokens of the prompt and the answer so far become less likely.")
    var repetitionPenalty: Float?

    @Option(parsing: .unconditional, help: "Taken off the logits of tokens that the answer has already, from -2 to 2.")
    var presencePenalty: Float = SamplingOptions().presencePenalty

    @Option(
        parsing: .unconditional,
        help: "Taken off a token's logit for each time that the answer has it already, from -2 to 2.")
    var frequencyPenalty: Float = SamplingOptions().frequencyPenalty

    @Option(
        parsing: .unconditional,
        help: "How many of the last tokens these penalties look at, 0 for none (default: all).")
    var penaltyWindow: Int?

    @Option(
        parsing: .unconditional,
        help: "DRY: make tokens unlikely that would lengthen a repeated sequence, this much (default: off; usual: 0.8)."
    )
    var dryMultiplier: Float?

    @Option(
        parsing: .unconditional, help: "DRY: the penalty's growth with each repeated token (default: \(Self.dry.base))."
    )
    var dryBase: Float?

    @Option(
        parsing: .unconditional,
        help: "DRY: penalise what follows repeated sequences from this length on (default: \(Self.dry.allowedLength)).")
    var dryAllowedLength: Int?

    @Option(
        parsing: .unconditional, help: "DRY: how many of the last tokens are searched, 0 for none (default: all).")
    var dryWindow: Int?

    @Option(
        parsing: .unconditionalSingleValue,
        help: """
            DRY: a text across which nothing counts as repeated; may be given several times (default: line break, \
            ':', '"' and '*').
            """)
    var dryBreaker: [String] = []

    @Flag(help: "DRY: no such texts.")
    var dryNoBreakers = false

    /// The details of DRY, and whether they are given.
    var dryDetails: [(name: String, isGiven: Bool)] {
        [
            ("--dry-base", self.dryBase != nil), ("--dry-allowed-length", self.dryAllowedLength != nil),
            ("--dry-window", self.dryWindow != nil), ("--dry-breaker", !self.dryBreaker.isEmpty),
            ("--dry-no-breakers", self.dryNoBreakers),
        ]
    }

    func validate() throws {
        guard !self.dryNoBreakers || self.dryBreaker.isEmpty else {
            throw ValidationError("Give --dry-breaker or --dry-no-breakers, not both.")
        }
    }

    func apply(to options: inout SamplingOptions) {
        if let repetitionPenalty { options.repetitionPenalty = repetitionPenalty }
        options.presencePenalty = self.presencePenalty
        options.frequencyPenalty = self.frequencyPenalty
        options.penaltyWindow = self.penaltyWindow
        options.dry = self.dryMultiplier.map { multiplier in
            SamplingOptions.DRY(
                multiplier: multiplier, base: self.dryBase ?? Self.dry.base,
                allowedLength: self.dryAllowedLength ?? Self.dry.allowedLength, window: self.dryWindow,
                breakers: self.dryNoBreakers || !self.dryBreaker.isEmpty ? self.dryBreaker : Self.dry.breakers)
        }
    }
}
