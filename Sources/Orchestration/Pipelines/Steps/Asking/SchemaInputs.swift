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

extension StepInputs {
    /// What holds an answer to the input `schema`, for steps that do not look at the answer and ask again.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue` where the model cannot be held to it.
    func schemaConstraint(for model: any ModelAdapter) throws(PipelineError) -> OutputConstraint? {
        guard let schema = self["schema"] else { return nil }
        guard model.capabilities.contains(.jsonConstraints) else {
            throw PipelineError(
                .invalidValue,
                "The model '\(model.name)' cannot be held to a JSON Schema; use the step 'extract', which asks again.")
        }
        return .jsonSchema(schema)
    }
}

extension JSONSchema {
    /// Why a value does not fit, in one sentence; nil if it does.
    func reason(against value: JSONValue) -> String? {
        let violations = self.validate(value)
        return violations.isEmpty ? nil : violations.prefix(5).map(\.description).joined(separator: "; ")
    }
}
