// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import KServeProtocol
internal import LLMCore
internal import ServingCore

/// Reads the body of a request for `infer`: JSON, and behind it the tensors that are in binary form.
enum InferBody {
    /// Reads JSON and what follows it.
    ///
    /// - Parameter jsonLength: How many bytes are JSON, at most as many as there are.
    /// - Throws: ``ServingError``, ``JSONError`` and ``KServeTensorError`` for what the protocol does not allow.
    static func read(
        _ bytes: UnsafeRawBufferPointer, jsonLength: Int, limits: ServerLimits, _ target: Target
    ) throws -> (InferenceRequest, InferOutputForm) {
        var request = InferenceRequest(model: target.model, version: target.version, inputs: [])
        var form = InferOutputForm()
        var inputs: [InferInput] = []
        try JSONReader.read(UnsafeRawBufferPointer(rebasing: bytes[..<jsonLength]), maximumDepth: limits.jsonDepth) {
            reader in
            try reader.object { reader, key in
                switch key {
                case "id": request.id = try reader.string() ?? ""
                case "parameters":
                    var parameters: [(key: String, value: JSONValue)] = []
                    try reader.object { reader, key in parameters.append((key, try reader.value())) }
                    form.isBinary = try InferOutputForm.takeBinary(from: &parameters)
                    try request.take(parameters: parameters)
                case "inputs": try reader.array { inputs.append(try InferInput(&$0)) }
                case "outputs": try reader.array { request.outputs.append(try form.read(&$0)) }
                default: try reader.skip()
                }
            }
        }
        var rest = bytes[jsonLength...]
        request.inputs.reserveCapacity(inputs.count)
        for input in inputs { request.inputs.append(try input.tensor(binary: &rest)) }
        guard rest.isEmpty else {
            throw ServingError(.invalidArgument, "\(rest.count) bytes follow the tensors of the request.")
        }
        return (request, form)
    }

    /// Takes a whole body as the contents of a model's only input.
    ///
    /// - Throws: ``ServingError`` where the model has several, or the bytes are no tensor of its shape.
    static func raw(
        _ bytes: UnsafeRawBufferPointer, for configuration: ModelConfiguration, _ target: Target
    ) throws -> (InferenceRequest, InferOutputForm) {
        guard let input = configuration.inputs.first, configuration.inputs.count == 1 else {
            throw ServingError(
                .invalidArgument, "A body without JSON needs a model with one input; '\(configuration.name)' has more.")
        }
        var shape = (configuration.isBatched ? [1] : []) + input.dimensions
        var contents = Array(bytes)
        let open = shape.indices.filter { shape[$0] == -1 }
        guard open.count <= 1 else {
            throw ServingError(.invalidArgument, "The shape of '\(input.name)' does not follow from the body's length.")
        }
        if let size = input.datatype.size {
            let (row, overflows) = shape.filter { $0 != -1 }.reduce((size, false)) { partial, length in
                let (product, overflows) = partial.0.multipliedReportingOverflow(by: length)
                return (product, partial.1 || overflows)
            }
            if let index = open.first, !overflows, row > 0 { shape[index] = contents.count / row }
        } else {
            if let index = open.first { shape[index] = 1 }
            contents = try LengthPrefixedStrings.encoded(contents)
        }
        let tensor = try KServeTensor(input.name, datatype: input.datatype, shape: shape, bytes: contents)
        return (
            InferenceRequest(model: target.model, version: target.version, inputs: [tensor]),
            InferOutputForm(isBinary: true)
        )
    }
}
