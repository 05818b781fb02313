// SPDX-License-Identifier: Apache-2.0

package import LLMCore
package import Yams

/// Plain scalars by the core schema of YAML 1.2: `yes`, `no` and dates are texts.
package enum YAMLCoreSchema {
    /// The JSON value of a scalar; what is quoted is a text.
    package static func value(of scalar: Node.Scalar) -> JSONValue {
        let text = scalar.string
        guard scalar.style == .plain || scalar.style == .any, scalar.tag.description != Tag.Name.str.rawValue else {
            return .string(text)
        }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: break
        }
        let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
        if let number = Int(digits) { return .integer(number) }
        let isNumber = digits.contains(where: \.isNumber) && digits.allSatisfy { "0123456789.eE+-".contains($0) }
        if isNumber, let number = Double(digits), number.isFinite { return .number(number) }
        return .string(text)
    }
}
