// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads an encoder's `config.json`; what is missing or out of range is an error that names the key.
struct EncoderSettings {
    let path: String
    let values: JSONValue

    /// A whole number under the first of some keys that is there.
    func integer(_ keys: String..., in range: ClosedRange<Int>, default fallback: Int? = nil) throws -> Int {
        guard let (key, value) = self.first(of: keys) else {
            guard let fallback else { throw self.missing(keys[0]) }
            return fallback
        }
        guard let number = value.integerValue, range.contains(number) else {
            throw TransformerError(
                .unsupported,
                """
                \(self.path)/config.json: '\(key)' is \(value.serialized()); it must be a whole number from \
                \(range.lowerBound) to \(range.upperBound).
                """)
        }
        return number
    }

    /// A number under the first of some keys that is there.
    func number(_ keys: String..., default fallback: Double? = nil) throws -> Float {
        guard let (key, value) = self.first(of: keys) else {
            guard let fallback else { throw self.missing(keys[0]) }
            return Float(fallback)
        }
        guard let number = value.numberValue, number.isFinite else {
            throw TransformerError(
                .unsupported, "\(self.path)/config.json: '\(key)' is \(value.serialized()); it must be a number.")
        }
        return Float(number)
    }

    /// Fails unless a key is absent, null, or has one of some values.
    func require(_ key: String, oneOf known: [JSONValue]) throws {
        guard let value = self.first(of: [key])?.value, !known.contains(value) else { return }
        let list = known.map { $0.serialized() }.joined(separator: ", ")
        throw TransformerError(
            .unsupported,
            "\(self.path)/config.json: '\(key)' is \(value.serialized()), which cannot run here; supported: \(list).")
    }

    private func first(of keys: [String]) -> (key: String, value: JSONValue)? {
        for key in keys {
            if let value = self.values[key], value != .null { return (key, value) }
        }
        return nil
    }

    private func missing(_ key: String) -> TransformerError {
        TransformerError(.unsupported, "\(self.path)/config.json: '\(key)' is missing.")
    }
}
