// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import HTTPTypes
internal import Hummingbird
internal import KServeProtocol
internal import LLMCore
internal import NIOCore
internal import ServingCore

/// Answers `POST /v2/models/…/infer`.
struct InferRoute: Sendable {
    let repository: ModelRepository
    let limits: LiveLimits

    func respond(to request: Request, _ target: Target) async throws -> Response {
        let body = try await request.collectedBody(self.limits.current)
        let (inference, form) = try self.read(request.headers, body, target)
        let response = try await self.repository.infer(inference)
        return try form.reply(response, for: Self.coding(request.headers)).response
    }

    /// The form of a body that a client would rather have; nil for none.
    static func coding(_ headers: HTTPFields) -> ContentCoding? {
        headers[.acceptEncoding].flatMap { ContentCoding.preferred(in: $0) }
    }

    func read(
        _ headers: HTTPFields, _ body: ByteBuffer, _ target: Target
    ) throws -> (InferenceRequest, InferOutputForm) {
        let length = try headers[.inferenceHeaderContentLength].map(Self.length)
        return try body.readableBytesView.withContiguousStorage { bytes in
            if length == 0 {
                return try InferBody.raw(bytes, for: try target.model(in: self.repository).configuration, target)
            }
            guard length ?? bytes.count <= bytes.count else {
                throw ServingError(
                    .invalidArgument, "The JSON should be \(length ?? 0) bytes long, and the body has \(bytes.count).")
            }
            return try InferBody.read(bytes, jsonLength: length ?? bytes.count, limits: self.limits.current, target)
        }
    }

    private static func length(_ text: String) throws -> Int {
        guard let length = Int(text), length >= 0 else {
            throw ServingError(.invalidArgument, "Inference-Header-Content-Length is '\(text.prefix(40))', no length.")
        }
        return length
    }
}

extension HTTPField.Name {
    /// Says how many bytes of a body are JSON, where tensors follow it.
    static let inferenceHeaderContentLength = Self("Inference-Header-Content-Length") ?? .contentLength
}

extension ByteBufferView {
    /// The bytes in one piece.
    fileprivate func withContiguousStorage<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
        let value = try self.withContiguousStorageIfAvailable { try body(UnsafeRawBufferPointer($0)) }
        return try value ?? Array(self).withUnsafeBytes(body)
    }
}
