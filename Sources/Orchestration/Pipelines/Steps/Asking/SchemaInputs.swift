// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

extension StaticInputs {
    /// What is wrong with a JSON Schema that is known before running.
    func problem(withSchema name: String) -> Problem? {
        guard let schema = self.literals[name] else { return nil }
        do {
            _ = try JSONSchema(schema)
            return nil
        } catch { return Problem(name, "\(error)") }
    }
}

extension JSONSchema {
    /// Why a value does not fit, in one sentence; nil if it does.
    func reason(against value: JSONValue) -> String? {
        let violations = self.validate(value)
        return violations.isEmpty ? nil : violations.prefix(5).map(\.description).joined(separator: "; ")
    }
}
