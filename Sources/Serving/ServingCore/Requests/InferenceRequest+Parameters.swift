// SPDX-License-Identifier: Apache-2.0

package import LLMCore

extension InferenceRequest {
    /// Takes what a client says besides: what the server knows goes into the request's fields.
    ///
    /// - Throws: ``ServingError`` with code `.invalidArgument` for a parameter of the wrong type.
    package mutating func take(parameters: [(key: String, value: JSONValue)]) throws {
        var (id, isStart, isEnd): (SequencePosition.ID?, Bool, Bool) = (nil, false, false)
        for (name, value) in parameters {
            switch name {
            case "sequence_id": id = try Self.sequence(value)
            case "sequence_start": isStart = try Self.truth(name, value)
            case "sequence_end": isEnd = try Self.truth(name, value)
            case "priority": self.priority = Int(clamping: try Self.amount(name, value))
            case "timeout":
                // Microseconds; more than 500,000 years wait as long as that.
                let (product, overflows) = try Self.amount(name, value).multipliedReportingOverflow(by: 1000)
                self.queueTime = overflows ? .max : product
            default: self.parameters[name] = value
            }
        }
        if let id { self.sequence = SequencePosition(id: id, isStart: isStart, isEnd: isEnd) }
    }

    private static func sequence(_ value: JSONValue) throws -> SequencePosition.ID? {
        switch value {
        case .string(let text): return text.isEmpty ? nil : .text(text)
        default:
            let number = try Self.amount("sequence_id", value)
            return number == 0 ? nil : .number(number)
        }
    }

    private static func truth(_ name: String, _ value: JSONValue) throws -> Bool {
        guard let truth = value.boolValue else { throw Self.wrong(name, "true or false", value) }
        return truth
    }

    private static func amount(_ name: String, _ value: JSONValue) throws -> UInt64 {
        switch value {
        case .integer(let number): if let amount = UInt64(exactly: number) { return amount }
        // Numbers beyond 63 bits arrive as floating point.
        case .number(let number): if let amount = UInt64(exactly: number) { return amount }
        default: break
        }
        throw Self.wrong(name, "a whole number from 0", value)
    }

    private static func wrong(_ name: String, _ wanted: String, _ value: JSONValue) -> ServingError {
        ServingError(.invalidArgument, "The parameter '\(name)' must be \(wanted), but is a \(value.typeName).")
    }
}
