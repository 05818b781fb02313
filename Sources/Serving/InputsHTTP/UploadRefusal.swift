// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import LLMCore
internal import MultimodalInputs
internal import NIOCore

/// Why an upload, or a connection for uploads, is refused.
struct UploadRefusal: Error {
    let status: HTTPResponse.Status
    let message: String
    /// Headers that help to do it right.
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }

    init(_ error: MultimodalError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .queueFull, .queueClosed: .serviceUnavailable
            case .tooLarge: .contentTooLarge
            case .unknownFormat: .unsupportedMediaType
            case .late: .conflict
            default: .badRequest
            }
        self.init(status, error.message)
    }

    /// The reply.
    var response: Response { Response(self.status, ["error": .string(self.message)], headers: self.headers) }
}

extension Response {
    /// A reply in JSON.
    init(_ status: HTTPResponse.Status, _ json: JSONValue, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: json.serialized() + "\n")))
    }
}
