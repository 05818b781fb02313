// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import KServeProtocol
internal import LLMCore
internal import NIOCore
internal import OrderedCollections
internal import ServingCore

/// Answers `POST /v2/models/…/generate` and `/generate_stream`, whose bodies have tensors by their names.
struct GenerateRoute: Sendable {
    let repository: ModelRepository
    let limits: LiveLimits

    /// Answers once.
    func respond(to request: Request, _ target: Target) async throws -> Response {
        let call = try self.repository.start(try await self.read(request, target))
        var answer: InferenceResponse?
        for try await next in call.responses {
            guard answer == nil else {
                throw ServingError(
                    .invalidArgument, "The model gave several answers; ask for them by 'generate_stream'.")
            }
            answer = next
        }
        guard let answer else { throw ServingError(.backendFailed, "The model gave no answer.") }
        let json = try Self.json(answer)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }

    /// Answers any number of times; what fails before the first answer is an error with a status of its own.
    func stream(to request: Request, _ target: Target) async throws -> Response {
        let call = try self.repository.start(try await self.read(request, target))
        let answers = call.responses
        var iterator = answers.makeAsyncIterator()
        let first = try await iterator.next()
        let start = try first.map(Self.event) ?? []
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(bytes: start))
                do {
                    for try await answer in answers {
                        try await writer.write(ByteBuffer(bytes: try Self.event(answer)))
                    }
                } catch let error as any CodedError {
                    var json = JSONWriter()
                    json.error(ServingError(error).message)
                    try await writer.write(ByteBuffer(bytes: Self.event(json.bytes)))
                }
                try await writer.finish(nil)
            })
    }

    private func read(_ request: Request, _ target: Target) async throws -> InferenceRequest {
        let members = try await request.members(self.limits.current)
        let configuration = try target.model(in: self.repository).configuration
        var inference = InferenceRequest(model: target.model, version: target.version, inputs: [])
        for (name, value) in members {
            if let input = configuration.inputs.first(where: { $0.name == name }) {
                inference.inputs.append(try Self.tensor(input, value, isBatched: configuration.isBatched))
            } else if name == "id" {
                inference.id = value.stringValue ?? value.serialized()
            } else if name == "parameters", let parameters = value.objectValue {
                try inference.take(parameters: parameters.map { ($0.key, $0.value) })
            } else {
                try inference.take(parameters: [(name, value)])
            }
        }
        return inference
    }

    /// A list is one dimension, a single value an array of one.
    private static func tensor(
        _ input: TensorSpecification, _ value: JSONValue, isBatched: Bool
    ) throws -> KServeTensor {
        let count = value.arrayValue?.count ?? 1
        var shape = input.dimensions.map { $0 == -1 ? 1 : $0 }
        if let open = input.dimensions.lastIndex(of: -1) { shape[open] = count }
        return try KServeTensor(
            input.name, datatype: input.datatype, shape: (isBatched ? [1] : []) + shape, json: value)
    }

    private static func json(_ answer: InferenceResponse) throws -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        try writer.object { writer in
            writer.head(of: answer)
            for output in answer.outputs {
                writer.key(output.name)
                if output.count == 1 {
                    try writer.elements(of: output)
                } else {
                    try writer.array { try $0.elements(of: output) }
                }
            }
        }
        return writer.bytes
    }

    private static func event(_ answer: InferenceResponse) throws -> [UInt8] { Self.event(try Self.json(answer)) }

    private static func event(_ json: [UInt8]) -> [UInt8] { Array("data: ".utf8) + json + Array("\n\n".utf8) }
}
