// SPDX-License-Identifier: Apache-2.0

import KServeModels
import KServeProtocol
import LLMCore
import NIOHTTP1
import OrderedCollections
import SwiftProtobuf
import Synchronization

extension FakeTriton {
    private static let headerLength = "Inference-Header-Content-Length"

    /// The scripted models over HTTP.
    func reply(to request: ScriptedServer.Request) -> ScriptedServer.Reply {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count > 2, parts[1] == "models" else {
            return request.path == "/v2"
                ? .json(["name": "fake", "version": "2.0", "extensions": ["binary_tensor_data"]]) : .json([:])
        }
        guard let metadata = self.metadata(parts[2]) else {
            return .json(["error": "Request for unknown model: '\(parts[2])' is not found"], status: 404)
        }
        switch parts.dropFirst(parts.dropFirst(3).first == "versions" ? 5 : 3).first {
        case nil: return Self.json(metadata)
        case "ready": return .json([:])
        case "config": return Self.json(self.configuration(parts[2]))
        case "stats": return Self.json(self.statistics(parts[2]))
        case "infer": return self.infer(parts[2], request)
        case "generate_stream": return self.generate(request)
        default: return .json(["error": "there is no such path"], status: 404)
        }
    }

    private static func json(_ message: some SwiftProtobuf.Message) -> ScriptedServer.Reply {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        return .json((try? JSONValue(parsing: message.jsonString(options: options))) ?? .null)
    }

    private func infer(_ model: String, _ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        do {
            let length = request.headers.first(name: Self.headerLength).flatMap(Int.init)
            let (header, rest) = Self.renamed(request.body, length, "inputs", "outputs")
            let inputs = try KServeResponse(
                inferBody: Array(header.serialized().utf8) + rest,
                headerLength: length == nil ? nil : header.serialized().utf8.count
            ).outputs
            let answer = KServeRequest(KServeModelName(model), inputs: try self.infer(model, inputs))
            return try Self.reply(answer, id: header["id"] ?? "", form: length == nil ? .json : .binary)
        } catch { return .json(["error": "\(error)"], status: 400) }
    }

    /// A request and an answer differ in names only, so what writes one serves for the other.
    private static func reply(
        _ answer: KServeRequest, id: JSONValue, form: KServeTensorForm
    ) throws -> ScriptedServer.Reply {
        let (body, length) = try answer.inferBody(form)
        var (header, rest) = Self.renamed(body, length, "inputs", "outputs")
        if case .object(var members) = header {
            members["parameters"] = nil
            (members["model_name"], members["model_version"], members["id"]) = (.string(answer.model.name), "1", id)
            header = .object(members)
        }
        let text = Array(header.serialized().utf8)
        return ScriptedServer.Reply(
            headers: length == nil ? [:] : [Self.headerLength: "\(text.count)"], pieces: [text + rest])
    }

    /// The JSON at the beginning of a body with a member renamed, and what follows it.
    private static func renamed(
        _ body: [UInt8], _ length: Int?, _ old: String, _ new: String
    ) -> (JSONValue, ArraySlice<UInt8>) {
        let length = length ?? body.count
        guard case .object(var members)? = try? JSONValue(parsing: body.prefix(length)) else { return (.null, []) }
        members[new] = members.removeValue(forKey: old)
        return (.object(members), body.dropFirst(length))
    }

    private func generate(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        let inputs = request.json.objectValue ?? [:]
        self.asked.withLock { $0.append(Dictionary(uniqueKeysWithValues: inputs.map { ($0, $1) })) }
        let answer = FakeText(Dictionary(uniqueKeysWithValues: inputs.map { ($0, $1) }))
        var events = answer.responses.map { piece in
            JSONValue.object([
                "model_name": "text", "model_version": "1", "text_output": .string(piece.text),
                "finish_reason": .string(piece.reason), "num_input_tokens": .integer(answer.promptTokens),
                "num_output_tokens": .integer(piece.tokens),
            ]).serialized()
        }
        if answer.end == .error { events.append(#"{"error":"the model broke"}"#) }
        let end: ScriptedServer.Reply.End =
            switch answer.end {
            case .complete, .error, .cut: .complete
            case .drop: .cutOff
            case .silence: .silence
            }
        return .events(events, end: end)
    }
}
