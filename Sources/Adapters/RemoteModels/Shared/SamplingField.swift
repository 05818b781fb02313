// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import OrderedCollections

/// A part of ``SamplingOptions`` that a protocol may have a field for.
package enum SamplingField: String, CaseIterable {
    case temperature, topK, topP, minP, typicalP, repetitionPenalty, presencePenalty, frequencyPenalty
    case penaltyWindow, logitBias, seed, xtc, mirostat, dry

    /// The value; none where it does nothing.
    fileprivate func value(in options: SamplingOptions) -> JSONValue? {
        switch self {
        case .temperature: Self.number(options.temperature, off: 1)
        case .topK: options.topK.map { .integer($0) }
        case .topP: Self.number(options.topP, off: 1)
        case .minP: Self.number(options.minP, off: 0)
        case .typicalP: Self.number(options.typicalP, off: 1)
        case .repetitionPenalty: Self.number(options.repetitionPenalty, off: 1)
        case .presencePenalty: Self.number(options.presencePenalty, off: 0)
        case .frequencyPenalty: Self.number(options.frequencyPenalty, off: 0)
        case .penaltyWindow: options.penaltyWindow.map { .integer($0) }
        case .logitBias: Self.json(options.logitBias)
        // Protocols have signed numbers; that two seeds may mean the same does no harm.
        case .seed: options.seed.map { .integer(Int(truncatingIfNeeded: $0 & 0x7FFF_FFFF)) }
        // No protocol here has a field for these.
        case .xtc: options.xtc.map { _ in .bool(true) }
        case .mirostat: options.mirostat.map { _ in .bool(true) }
        case .dry: options.dry.map { _ in .bool(true) }
        }
    }

    // `nil` alone would be the JSON value `null` here.
    private static func number(_ value: Float, off: Float) -> JSONValue? {
        guard value != off else { return .none }
        return .number(Double(value.description) ?? Double(value))
    }

    private static func json(_ bias: [Int: Float]) -> JSONValue? {
        guard !bias.isEmpty else { return .none }
        return .object(
            OrderedDictionary(
                uniqueKeysWithValues: bias.sorted { $0.key < $1.key }.map { ("\($0.key)", .number(Double($0.value))) }))
    }
}

extension SamplingOptions {
    /// What is left to the server: nothing of it is sent.
    static var serverDefaults: Self { Self(temperature: 1, topP: 1) }
}

/// The names that a protocol has for parts of ``SamplingOptions``; what has none is not supported.
package typealias SamplingFields = [SamplingField: String]

extension JSONWriter {
    /// Writes the members for how tokens are chosen, those that do something.
    ///
    /// - Parameters:
    ///   - options: How tokens are chosen; 1 as temperature and as top-p is left to the server.
    ///   - fields: The protocol's names.
    ///   - model: Who is asked, for the message.
    /// - Throws: ``LLMError`` with code `.unsupported` for what the protocol has no name for.
    package mutating func members(_ options: SamplingOptions, as fields: SamplingFields, model: String) throws {
        for field in SamplingField.allCases {
            guard let value = field.value(in: options) else { continue }
            guard let name = fields[field] else {
                throw LLMError(
                    .unsupported,
                    "The backend of '\(model)' has nothing for the sampling option \(field.rawValue); leave it out.")
            }
            self.member(name, value)
        }
    }
}
