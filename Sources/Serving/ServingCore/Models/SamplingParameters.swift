// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How a client of the protocol says how a text is to be written, in the terms of vLLM's `SamplingParams`.
struct SamplingParameters {
    private static let known = [
        "max_tokens", "temperature", "top_p", "top_k", "min_p", "seed", "stop", "presence_penalty", "frequency_penalty",
        "repetition_penalty",
    ]

    private var values: [String: JSONValue]

    /// Takes those of a request's parameters that are options; the others are not looked at.
    init(_ parameters: [String: JSONValue]) { self.values = parameters.filter { Self.known.contains($0.key) } }

    /// Takes more options, all of which must be known.
    mutating func add(_ members: [(String, JSONValue)]) {
        for (name, value) in members where value != .null { self.values[name] = value }
    }

    /// Sets the options of a generation.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` for an option that is not known or has the wrong type.
    func apply(to generation: inout GenerationRequest) throws {
        for (name, value) in self.values {
            switch name {
            case "max_tokens": generation.maxTokens = try Self.integer(name, value)
            case "temperature": generation.sampling.temperature = try Self.number(name, value)
            case "top_p": generation.sampling.topP = try Self.number(name, value)
            case "min_p": generation.sampling.minP = try Self.number(name, value)
            case "top_k":
                // vLLM writes -1 for no limit.
                let count = try Self.integer(name, value)
                generation.sampling.topK = count > 0 ? count : nil
            case "seed": generation.sampling.seed = UInt64(bitPattern: Int64(try Self.integer(name, value)))
            case "presence_penalty": generation.sampling.presencePenalty = try Self.number(name, value)
            case "frequency_penalty": generation.sampling.frequencyPenalty = try Self.number(name, value)
            case "repetition_penalty": generation.sampling.repetitionPenalty = try Self.number(name, value)
            case "stop":
                let texts = value.arrayValue?.map(\.stringValue) ?? [value.stringValue]
                guard !texts.contains(nil) else { throw Self.wrong(name, "a text or a list of texts") }
                generation.stop = texts.compactMap { $0 }
            default:
                throw ServingError(
                    .invalidArgument,
                    "There is no sampling parameter '\(name)'. \(NearestName.hint(for: name, in: Self.known))")
            }
        }
    }

    private static func integer(_ name: String, _ value: JSONValue) throws -> Int {
        // Parameters of a request may arrive as texts.
        guard let number = value.integerValue ?? value.stringValue.flatMap(Int.init) else {
            throw Self.wrong(name, "a whole number")
        }
        return number
    }

    private static func number(_ name: String, _ value: JSONValue) throws -> Float {
        guard let number = value.numberValue ?? value.stringValue.flatMap(Double.init), number.isFinite else {
            throw Self.wrong(name, "a number")
        }
        return Float(number)
    }

    private static func wrong(_ name: String, _ wanted: String) -> ServingError {
        ServingError(.invalidArgument, "The sampling parameter '\(name)' must be \(wanted).")
    }
}
