// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import Hummingbird
internal import LLMCore

extension BasicRequestContext {
    /// A part of the path.
    func name(_ parameter: String) -> String { self.parameters.get(parameter)?.removingPercentEscapes ?? "" }

    /// A part of the path that is a number.
    ///
    /// - Throws: ``APIError`` where it is none.
    func number(_ parameter: String) throws -> Int {
        guard let number = Int(self.name(parameter)), number > 0 else {
            throw APIError(.badRequest, "'\(self.name(parameter).prefix(40))' is no number from 1.", param: parameter)
        }
        return number
    }
}

extension Request {
    /// Who asks for a change: a name for the key that the request shows, or else its `by`.
    ///
    /// - Throws: ``APIError`` where nobody is named.
    func person(_ fields: RequestFields) throws -> String {
        let person = self.caller(user: try fields.string("by") ?? "")
        guard !person.isEmpty else {
            throw APIError.invalid(
                "by", "Say who does it: show a key, or name somebody in 'by'.", code: "missing_required_parameter")
        }
        return person
    }

    /// A value of the query.
    func query(_ name: String) -> String? { self.uri.queryParameters.get(name) }
}
