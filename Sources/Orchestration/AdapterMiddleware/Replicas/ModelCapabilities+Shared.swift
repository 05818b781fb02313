// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ModelCapabilities {
    /// What all of some models can do.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` when there is no model.
    init(sharedBy models: [any ModelAdapter], of name: String) throws {
        guard let first = models.first else {
            throw LLMError(.invalidRequest, "The model '\(name)' is to be made of others, but none is given.")
        }
        self = models.dropFirst().reduce(first.capabilities) { $0.intersection($1.capabilities) }
    }
}
