// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension GenerationOptions {
    /// How an adapter is to choose tokens.
    var samplingOptions: SamplingOptions {
        var sampling = SamplingOptions()
        if let temperature { sampling.temperature = Float(temperature) }
        switch self.samplingMode?.kind {
        case nil: break
        case .greedy?: sampling = .greedy
        case .randomTopK(let count, let seed)?:
            sampling.topK = count
            sampling.topP = 1
            sampling.seed = seed
        case .randomProbabilityThreshold(let mass, let seed)?:
            sampling.topP = Float(mass)
            sampling.seed = seed
        }
        return sampling
    }

    /// Whether an adapter's model may, must or must not call tools.
    var toolChoice: ToolChoice {
        switch self.toolCallingMode?.kind {
        case nil, .allowed?: .auto
        case .required?: .required
        case .disallowed?: .none
        }
    }
}
