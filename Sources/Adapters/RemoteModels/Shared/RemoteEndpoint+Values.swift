// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension RemoteEndpoint {
    /// Sends a question and reads the whole answer as a value.
    ///
    /// - Parameters:
    ///   - path: What follows the base URL.
    ///   - body: JSON to be posted; nil only asks for what is there.
    /// - Throws: ``LLMError``; `CancellationError`.
    func value(_ path: String, body: JSONValue? = nil) async throws -> JSONValue {
        try await self.json(path, body: body.map { Array($0.serialized().utf8) }) { try $0.value() }
    }

    /// Reads a piece of an answer as a value.
    ///
    /// - Throws: ``LLMError`` with code `.backendFailed` where it is no JSON.
    func value(_ piece: UnsafeRawBufferPointer) throws -> JSONValue { try self.parse(piece) { try $0.value() } }
}
