// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelGateway

extension Gateway {
    /// The model that a request names, and the name.
    ///
    /// - Throws: ``APIError`` where it names none; ``LLMError`` where there is no such model.
    func model(in fields: RequestFields) throws -> (name: String, model: any ModelAdapter) {
        let name = try fields.required("model", try fields.string("model"))
        return (name, try self.model(named: name))
    }
}
