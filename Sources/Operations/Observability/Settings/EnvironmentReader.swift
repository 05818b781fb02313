// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Reads OpenTelemetry's variables of the environment.
struct EnvironmentReader {
    let environment: [String: String]

    init(_ environment: [String: String]) { self.environment = environment }

    /// A variable's value; nil where it is not set or empty.
    func text(_ name: String) -> String? {
        guard let value = self.environment[name]?.trimmedSpaces, !value.isEmpty else { return nil }
        return value
    }

    /// Whether a variable says true.
    func flag(_ name: String) -> Bool { self.text(name)?.lowercased() == "true" }

    /// A number.
    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let text = self.text(name) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw TelemetryError(
                .invalidSetting,
                "The environment variable \(name) is '\(text)'; it must be a number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }

    /// A time in milliseconds.
    func milliseconds(_ name: String) throws -> Duration? {
        try self.number(name, in: 1...1e9).map { .milliseconds($0) }
    }

    /// Names and values, as `name=value,name=value` with what needs it escaped by percent signs.
    func pairs(_ name: String) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for pair in (self.text(name) ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let key = String(parts[0]).trimmedSpaces.unescaped, !key.isEmpty,
                let value = String(parts[1]).trimmedSpaces.unescaped
            else {
                // The value itself is not quoted: it may be a secret.
                throw TelemetryError(
                    .invalidSetting, "The environment variable \(name) must be a list such as name=value,name=value.")
            }
            pairs[key] = value
        }
        return pairs
    }

    /// Refuses a value that is not among the known ones.
    func refuse<Value>(_ name: String, _ known: [String]) throws -> Value {
        let value = self.text(name) ?? ""
        throw TelemetryError(
            .invalidSetting,
            "The environment variable \(name) is '\(value)'. \(NearestName.hint(for: value, in: known))")
    }
}

extension String {
    /// The text without white space around it.
    fileprivate var trimmedSpaces: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// The text without its percent escapes; nil where one is malformed.
    fileprivate var unescaped: String? {
        var bytes: [UInt8] = []
        var rest = self.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
