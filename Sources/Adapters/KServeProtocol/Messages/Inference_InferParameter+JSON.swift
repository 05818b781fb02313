// SPDX-License-Identifier: Apache-2.0

package import LLMCore

extension Inference_InferParameter {
    /// Writes a value.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` where it is no truth value, number or string.
    package init(_ value: JSONValue) throws {
        self.init()
        switch value {
        case .bool(let value): self.boolParam = value
        case .integer(let value): self.int64Param = Int64(value)
        case .number(let value): self.doubleParam = value
        case .string(let value): self.stringParam = value
        case .null, .array, .object:
            throw LLMError(
                .invalidRequest, "A parameter is a truth value, a number or a string, not \(value.typeName).")
        }
    }

    /// The value.
    package var json: JSONValue {
        switch self.parameterChoice {
        case .boolParam(let value): .bool(value)
        case .int64Param(let value): .integer(Int(value))
        case .uint64Param(let value): Int(exactly: value).map { .integer($0) } ?? .number(Double(value))
        case .doubleParam(let value): .number(value)
        case .stringParam(let value): .string(value)
        case nil: .null
        }
    }
}
