// SPDX-License-Identifier: Apache-2.0

internal import KServeProtocol
internal import LLMCore

extension KServeRequest {
    /// Writes the request for `infer`.
    ///
    /// - Returns: The body, and how many of its bytes are JSON where tensors follow it.
    /// - Throws: ``LLMError`` with code `.unsupported` for what JSON cannot hold.
    package func inferBody(_ form: KServeTensorForm) throws -> (body: [UInt8], headerLength: Int?) {
        var writer = JSONWriter(capacity: 512)
        try writer.object { writer in
            if !self.id.isEmpty { writer.member("id", self.id) }
            var parameters = self.parameters
            if form == .binary { parameters["binary_data_output"] = true }
            writer.members(parameters: parameters)
            writer.key("inputs")
            try writer.array { writer in for input in self.inputs { try writer.input(input, form) } }
            guard !self.outputs.isEmpty else { return }
            writer.key("outputs")
            writer.array { writer in
                for name in self.outputs { writer.object { $0.member("name", name) } }
            }
        }
        guard form == .binary else { return (writer.bytes, nil) }
        return (self.inputs.reduce(into: writer.bytes) { $0 += $1.bytes }, writer.bytes.count)
    }

    /// Writes the request for `generate_stream`, which has its inputs by name.
    ///
    /// - Throws: ``LLMError`` with code `.unsupported` for what cannot be written so.
    func generateBody() throws -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        try writer.object { writer in
            if !self.id.isEmpty { writer.member("id", self.id) }
            writer.members(parameters: self.parameters)
            for input in self.inputs {
                guard input.shape.count(where: { $0 != 1 }) <= 1 else {
                    throw LLMError(
                        .unsupported,
                        "The tensor '\(input.name)' of shape \(input.shape) cannot be streamed over HTTP, which knows lists; use gRPC."
                    )
                }
                writer.key(input.name)
                if input.count == 1 {
                    try writer.elements(of: input)
                } else {
                    try writer.array { try $0.elements(of: input) }
                }
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func members(parameters: [String: JSONValue]) {
        guard !parameters.isEmpty else { return }
        self.key("parameters")
        self.object { writer in
            for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { writer.member(name, value) }
        }
    }

    fileprivate mutating func input(_ tensor: KServeTensor, _ form: KServeTensorForm) throws {
        try self.object { writer in
            writer.member("name", tensor.name)
            writer.key("shape")
            writer.array { writer in for dimension in tensor.shape { writer.integer(dimension) } }
            writer.member("datatype", tensor.datatype.rawValue)
            switch form {
            case .binary: writer.member("parameters", ["binary_data_size": .integer(tensor.bytes.count)])
            case .json:
                writer.key("data")
                try writer.array { try $0.elements(of: tensor) }
            }
        }
    }
}
