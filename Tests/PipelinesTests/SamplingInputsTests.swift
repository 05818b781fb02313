// SPDX-License-Identifier: Apache-2.0

import LLMCore
import OpenAutoGLMTesting
import Pipelines
import Testing

@Suite("How a generate step samples")
struct SamplingInputsTests {
    private typealias Options = SamplingOptions

    @Test(
        "What is written reaches the model, and what is not stays as it is",
        arguments: [
            ("{prompt: x}", Options()),
            (
                "{prompt: x, temperature: 0.5, top_k: 9, top_p: 1, min_p: 0.25, typical_p: 0.75, seed: 4}",
                Options(temperature: 0.5, topK: 9, topP: 1, minP: 0.25, typicalP: 0.75, seed: 4)
            ),
            (
                "{prompt: x, repetition_penalty: 1.5, presence_penalty: -1, frequency_penalty: 0.5, penalty_window: 0}",
                Options(
                    repetitionPenalty: 1.5, presencePenalty: -1, frequencyPenalty: 0.5, penaltyWindow: 0)
            ),
            ("{prompt: x, dry_multiplier: 2}", Options(dry: .init(multiplier: 2))),
            (
                "{prompt: x, dry_multiplier: 2, dry_base: 3, dry_allowed_length: 4, dry_window: 5, dry_breakers: [a, b]}",
                Options(dry: .init(multiplier: 2, base: 3, allowedLength: 4, window: 5, breakers: ["a", "b"]))
            ),
            ("{prompt: x, dry_multiplier: 2, dry_breakers: []}", Options(dry: .init(multiplier: 2, breakers: []))),
            (
                "{prompt: x, xtc_probability: 0.25, xtc_threshold: 0.5}",
                Options(xtc: .init(probability: 0.25, threshold: 0.5))
            ),
            ("{prompt: x, mirostat_tau: 4}", Options(topP: 1, mirostat: .init(tau: 4))),
            ("{prompt: x, mirostat_tau: 4, mirostat_eta: 0.5}", Options(topP: 1, mirostat: .init(tau: 4, eta: 0.5))),
            (
                "{prompt: x, profile: generation, mirostat_tau: 4}",
                Options(temperature: 0.6, topP: 1, mirostat: .init(tau: 4), repetitionPenalty: 1.15)
            ),
            ("{prompt: x, logit_bias: {7: -100, 15043: 2.5}}", Options(logitBias: [7: -100, 15043: 2.5])),
        ] as [(String, SamplingOptions)])
    func options(inputs: String, expected: SamplingOptions) async throws {
        let model = ScriptedModel(replies: ["y"])
        let yaml = "pipeline: p\nsteps:\n  - {id: a, uses: generate, with: \(inputs)}\noutput: \"${a.text}\""
        _ = try await PipelineRunner(model: model).run(try Pipeline(yaml: yaml), inputs: [:])
        #expect(model.requests.first?.sampling == expected)
    }
}
