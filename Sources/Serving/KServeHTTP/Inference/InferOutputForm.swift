// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import HTTPTypes
internal import Hummingbird
internal import KServeProtocol
internal import LLMCore
internal import NIOCore
internal import ServingCore

/// In which form a client wants its outputs.
struct InferOutputForm {
    /// Whether outputs are wanted in binary form that say nothing themselves.
    var isBinary = false
    /// Whether single outputs are, by their names.
    private var single: [String: Bool] = [:]

    init(isBinary: Bool = false) { self.isBinary = isBinary }

    /// Takes what a request's parameters say out of them.
    static func takeBinary(from parameters: inout [(key: String, value: JSONValue)]) throws -> Bool {
        guard let index = parameters.firstIndex(where: { $0.key == "binary_data_output" }) else { return false }
        guard let truth = parameters.remove(at: index).value.boolValue else {
            throw ServingError(.invalidArgument, "'binary_data_output' must be true or false.")
        }
        return truth
    }

    /// Reads an output that a request wants.
    ///
    /// - Returns: Its name.
    /// - Throws: ``ServingError`` and ``JSONError``.
    mutating func read(_ reader: inout JSONReader) throws -> String {
        var (name, isBinary): (String?, Bool?) = (nil, nil)
        try reader.object { reader, key in
            switch key {
            case "name": name = try reader.string()
            case "parameters":
                try reader.object { reader, key in
                    let value = try reader.value()
                    switch key {
                    case "binary_data": isBinary = value.boolValue
                    case "classification":
                        if value != 0 { throw ServingError(.unsupported, "This server does not classify outputs.") }
                    case "shared_memory_region":
                        throw ServingError(
                            .unsupported, "Shared memory is not configured on this server; take the tensor itself.")
                    default: break
                    }
                }
            default: try reader.skip()
            }
        }
        guard let name, !name.isEmpty else { throw ServingError(.invalidArgument, "An output needs a 'name'.") }
        if let isBinary { self.single[name] = isBinary }
        return name
    }

    /// The bytes of an answer from which on it is worth sending fewer.
    private static let mostUncompressed = 1 << 10

    /// The reply with a model's answer.
    ///
    /// - Parameter coding: The form that the client would rather have; nil for none.
    /// - Throws: ``LLMError`` where JSON cannot hold an output.
    func reply(_ answer: InferenceResponse, for coding: ContentCoding?) throws -> WholeReply {
        var (body, headers) = try self.body(answer)
        if let coding, body.readableBytes >= Self.mostUncompressed {
            body = try coding.deflated(body)
            headers[.contentEncoding] = coding.rawValue
        }
        return WholeReply(headers: headers, body: body)
    }

    private func body(_ answer: InferenceResponse) throws -> (ByteBuffer, HTTPFields) {
        let binary = answer.outputs.filter { self.single[$0.name] ?? self.isBinary }
        let length = answer.outputs.reduce(160) {
            $0 + 96 + (self.single[$1.name] ?? self.isBinary ? 0 : $1.bytes.count * 3)
        }
        var writer = JSONWriter(capacity: length)
        try writer.object { writer in
            writer.head(of: answer)
            writer.key("outputs")
            try writer.array { writer in
                for output in answer.outputs {
                    try writer.output(output, isBinary: self.single[output.name] ?? self.isBinary)
                }
            }
        }
        var body = ByteBuffer(bytes: writer.bytes)
        guard !binary.isEmpty else { return (body, [.contentType: "application/json"]) }
        for output in binary { body.writeBytes(output.bytes) }
        return (
            body,
            [.contentType: "application/octet-stream", .inferenceHeaderContentLength: "\(writer.bytes.count)"]
        )
    }
}

extension JSONWriter {
    /// Writes the members of an answer that are no outputs.
    mutating func head(of answer: InferenceResponse) {
        if !answer.id.isEmpty { self.member("id", answer.id) }
        self.member("model_name", answer.model)
        self.member("model_version", answer.version)
        guard !answer.parameters.isEmpty else { return }
        self.key("parameters")
        self.object { writer in
            for (name, value) in answer.parameters.sorted(by: { $0.key < $1.key }) { writer.member(name, value) }
        }
    }

    fileprivate mutating func output(_ tensor: KServeTensor, isBinary: Bool) throws {
        try self.object { writer in
            writer.member("name", tensor.name)
            writer.member("datatype", tensor.datatype.rawValue)
            writer.key("shape")
            writer.array { writer in for length in tensor.shape { writer.integer(length) } }
            if isBinary {
                writer.key("parameters")
                writer.object { $0.member("binary_data_size", tensor.bytes.count) }
            } else {
                writer.key("data")
                try writer.array { try $0.elements(of: tensor) }
            }
        }
    }
}
