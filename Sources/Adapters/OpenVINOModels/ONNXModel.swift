// SPDX-License-Identifier: Apache-2.0

internal import COpenVINO
internal import Dispatch
package import KServeProtocol
internal import LLMCore

/// An ONNX model, compiled for this machine's processor; freed with this object.
package final class ONNXModel: @unchecked Sendable {  // Its pointers never change; threads may share them.
    /// A declared tensor, and the model's name for where it goes in or comes out.
    struct Port: @unchecked Sendable {  // The pointer is only read, and freed with the model.
        let tensor: ONNXTensor
        let datatype: KServeDatatype
        let pointer: OpaquePointer
        /// The lengths that each dimension may have, that of a batch included; nil where even their number is open.
        let lengths: [ClosedRange<Int>]?
    }

    let library: OpenVINOLibrary
    let inputs: [Port]
    let outputs: [Port]
    private let compiled: OpaquePointer
    private let requests: [ONNXRequest]

    /// Reads and compiles a model, on a thread of its own: that may take seconds.
    ///
    /// - Parameters:
    ///   - path: The model's file.
    ///   - settings: How it is compiled.
    ///   - library: OpenVINO; nil for the one that this system has.
    ///   - tensor: The name of what is computed inside the model and is to be its only output, in single precision; nil
    ///     for the outputs that it declares.
    /// - Throws: ``OpenVINOError`` that says what is wrong with the file, or what OpenVINO cannot do.
    package static func load(
        path: String, settings: ONNXSettings = ONNXSettings(), library: OpenVINOLibrary? = nil,
        upTo tensor: String? = nil
    ) async throws -> ONNXModel {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try ONNXModel(
                            path: path, file: ONNXFile(path: path), settings,
                            library: library ?? OpenVINOLibrary.shared, upTo: tensor)
                    })
            }
        }
    }

    private init(
        path: String, file: ONNXFile, _ settings: ONNXSettings, library: OpenVINOLibrary, upTo tensor: String?
    ) throws {
        let functions = library.functions
        let model = try Self.read(path, library, upTo: tensor)
        let declared = tensor.map { [ONNXTensor(name: $0, datatype: .fp32, dimensions: nil)] } ?? file.outputs
        defer { functions.pointee.model_free(model) }
        let compiled = try Self.compile(model, path, settings, library)
        var ports: [Port] = []
        var requests: [ONNXRequest] = []
        do {
            for input in file.inputs {
                ports.append(try Self.port(input, functions.pointee.input_by_name, of: compiled, library))
            }
            for output in declared {
                ports.append(try Self.port(output, functions.pointee.output_by_name, of: compiled, library))
            }
            for _ in 0..<settings.instances { requests.append(try ONNXRequest(compiled, library)) }
        } catch {
            for port in ports { functions.pointee.port_free(port.pointer) }
            functions.pointee.compiled_free(compiled)
            throw error
        }
        self.library = library
        self.compiled = compiled
        self.inputs = Array(ports.prefix(file.inputs.count))
        self.outputs = Array(ports.dropFirst(file.inputs.count))
        self.requests = requests
    }

    // Requests hold on to what they run by themselves, so that the order of freeing does not matter.
    deinit {
        for port in self.inputs + self.outputs { self.library.functions.pointee.port_free(port.pointer) }
        self.library.functions.pointee.compiled_free(self.compiled)
    }

    // MARK: - Making

    private static func read(_ path: String, _ library: OpenVINOLibrary, upTo tensor: String?) throws -> OpaquePointer {
        var model: OpaquePointer?
        let status =
            if let tensor {
                try ONNXFile.part(of: path, upTo: tensor).withUnsafeBytes { bytes in
                    let start = bytes.bindMemory(to: CChar.self)
                    return start.baseAddress.map {
                        library.functions.pointee.read_model_bytes(library.core, $0, start.count, nil, &model)
                    } ?? -1
                }
            } else {
                library.functions.pointee.read_model(library.core, path, nil, &model)
            }
        guard status == 0, let model else {
            throw library.error(.invalidFile, "The model '\(path)' cannot be read")
        }
        return model
    }

    private static func compile(
        _ model: OpaquePointer, _ path: String, _ settings: ONNXSettings, _ library: OpenVINOLibrary
    ) throws -> OpaquePointer {
        var compiled: OpaquePointer?
        let status = "\(settings.threads)".withCString { threads in
            "\(settings.streams ?? settings.instances)".withCString { streams in
                settings.hint.rawValue.withCString { hint in
                    settings.execution.rawValue.withCString { execution in
                        cov_compile(
                            library.functions, library.core, model,
                            cov_settings(threads: threads, streams: streams, performance: hint, execution: execution),
                            &compiled)
                    }
                }
            }
        }
        guard status == 0, let compiled else {
            throw library.error(.cannotCompile, "OpenVINO cannot compile the model '\(path)'")
        }
        return compiled
    }

    private static func port(
        _ tensor: ONNXTensor,
        _ find: @convention(c) (OpaquePointer, UnsafePointer<CChar>, UnsafeMutablePointer<OpaquePointer?>) -> Int32,
        of compiled: OpaquePointer, _ library: OpenVINOLibrary
    ) throws -> Port {
        let functions = library.functions
        var pointer: OpaquePointer?
        guard find(compiled, tensor.name, &pointer) == 0, let pointer else {
            throw library.error(.invalidFile, "The model has no tensor '\(tensor.name)' that OpenVINO finds")
        }
        var type: UInt32 = 0
        var shape = cov_partial_shape()
        guard functions.pointee.port_type(pointer, &type) == 0, let datatype = OpenVINOElement.datatypes[type],
            functions.pointee.port_shape(pointer, &shape) == 0
        else {
            functions.pointee.port_free(pointer)
            throw OpenVINOError(
                .unsupported,
                "The tensor '\(tensor.name)' has elements that cannot be served: strings, or numbers of another form.")
        }
        defer { functions.pointee.partial_shape_free(&shape) }
        let isOpen = shape.rank.least != shape.rank.most
        let lengths = isOpen ? nil : (0..<Int(shape.rank.least)).map { Self.lengths(shape.dimensions?[$0]) }
        return Port(tensor: tensor, datatype: datatype, pointer: pointer, lengths: lengths)
    }

    private static func lengths(_ dimension: cov_dimension?) -> ClosedRange<Int> {
        guard let dimension, dimension.least >= 0 else { return 0...Int.max }
        return Int(dimension.least)...max(Int(dimension.least), dimension.most < 0 ? Int.max : Int(dimension.most))
    }

    // MARK: - Running

    /// Runs the model once.
    ///
    /// - Parameters:
    ///   - parts: The inputs of one or more requests, each with all that the model takes. Those of several requests are
    ///     put together along their first dimension.
    ///   - sizes: How long the first dimension is in each request; nil for a single request whose tensors stay whole.
    ///   - instance: Which instance runs it, from 0; only one run at a time may have it.
    /// - Returns: The outputs of each request.
    /// - Throws: ``OpenVINOError`` with code `.runFailed`.
    package func run(_ parts: [[KServeTensor]], sizes: [Int]?, instance: Int) async throws -> [[KServeTensor]] {
        try await self.request(instance).run(self, parts, sizes: sizes)
    }

    /// Runs the model once on this thread, which waits for it: see ``run(_:sizes:instance:)``.
    package func runHere(_ parts: [[KServeTensor]], sizes: [Int]?, instance: Int) throws -> [[KServeTensor]] {
        try self.request(instance).runHere(self, parts, sizes: sizes)
    }

    private func request(_ instance: Int) throws -> ONNXRequest {
        guard self.requests.indices.contains(instance) else {
            throw OpenVINOError(.runFailed, "The model has no instance \(instance).")
        }
        return self.requests[instance]
    }
}
