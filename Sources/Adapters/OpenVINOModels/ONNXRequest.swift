// SPDX-License-Identifier: Apache-2.0

internal import COpenVINO
internal import KServeProtocol
internal import LLMCore
internal import Synchronization

/// What runs a model, once at a time, with the memory that its inputs are put into.
final class ONNXRequest: @unchecked Sendable {  // Everything that changes is touched by who holds `isBusy` alone.
    /// Runs that are expected to take less are done where they are asked for; others on OpenVINO's threads.
    private static let shortRun = Duration.milliseconds(1)

    private let library: OpenVINOLibrary
    private let pointer: OpaquePointer
    private let completion = Completion()
    /// OpenVINO keeps the pointer, not what it points to.
    private let callback = UnsafeMutablePointer<cov_callback>.allocate(capacity: 1)
    private let isBusy = Atomic(false)
    /// The memory of each input, once one was seen.
    private var inputs: [OpaquePointer] = []
    /// How long a run took for each inference of its batch.
    private var timeEach: Duration?

    init(_ compiled: OpaquePointer, _ library: OpenVINOLibrary) throws {
        var pointer: OpaquePointer?
        guard library.functions.pointee.request_create(compiled, &pointer) == 0, let pointer else {
            throw library.error(.cannotCompile, "OpenVINO cannot prepare runs of the model")
        }
        self.library = library
        self.pointer = pointer
        self.callback.initialize(
            to: cov_callback(
                call: { context in
                    guard let context else { return }
                    Unmanaged<Completion>.fromOpaque(context).takeUnretainedValue().finish()
                }, context: Unmanaged.passUnretained(self.completion).toOpaque()))
        _ = library.functions.pointee.request_set_callback(pointer, self.callback)
    }

    deinit {
        for input in self.inputs { self.library.functions.pointee.tensor_free(input) }
        self.library.functions.pointee.request_free(self.pointer)
        self.callback.deallocate()
    }

    /// Runs it where that is expected to be best: on this thread, or on OpenVINO's.
    func run(_ model: ONNXModel, _ parts: [[KServeTensor]], sizes: [Int]?) async throws -> [[KServeTensor]] {
        try self.begin()
        defer { self.isBusy.store(false, ordering: .releasing) }
        try self.prepare(model.inputs, parts, total: sizes?.reduce(0, +))
        let start = ContinuousClock.now
        let isShort = self.timeEach.map { $0 * Self.count(sizes) < Self.shortRun } ?? false
        let status =
            if isShort { self.library.functions.pointee.request_run(self.pointer) } else {
                await self.runElsewhere()
            }
        return try self.conclude(model, status, sizes, since: start)
    }

    /// Runs it on this thread, however long that takes.
    func runHere(_ model: ONNXModel, _ parts: [[KServeTensor]], sizes: [Int]?) throws -> [[KServeTensor]] {
        try self.begin()
        defer { self.isBusy.store(false, ordering: .releasing) }
        try self.prepare(model.inputs, parts, total: sizes?.reduce(0, +))
        let start = ContinuousClock.now
        let status = self.library.functions.pointee.request_run(self.pointer)
        return try self.conclude(model, status, sizes, since: start)
    }

    /// How many inferences there are in requests of these sizes.
    private static func count(_ sizes: [Int]?) -> Int { max(1, sizes?.reduce(0, +) ?? 1) }

    private func begin() throws {
        guard self.isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            throw OpenVINOError(.runFailed, "An instance of the model was asked for two runs at a time.")
        }
    }

    private func conclude(
        _ model: ONNXModel, _ status: Int32, _ sizes: [Int]?, since start: ContinuousClock.Instant
    ) throws -> [[KServeTensor]] {
        guard status == 0 else { throw self.library.error(.runFailed, "The model failed") }
        let time = (ContinuousClock.now - start) / Self.count(sizes)
        // Where threads lose their processors in the middle of a run, many seem long: the briefer ones tell what the model needs.
        self.timeEach = self.timeEach.map { $0 > time ? time : $0 + (time - $0) / 16 } ?? time
        return try self.results(model.outputs, sizes)
    }

    /// Runs it on OpenVINO's threads; this one does something else meanwhile.
    private func runElsewhere() async -> Int32 {
        let functions = self.library.functions.pointee
        let status = await withCheckedContinuation { continuation in
            self.completion.begin(continuation)
            let status = functions.request_start(self.pointer)
            if status != 0 { self.completion.finish(status) }
        }
        return status == 0 ? functions.request_wait(self.pointer) : status
    }

    // MARK: - Inputs

    private func prepare(_ ports: [ONNXModel.Port], _ parts: [[KServeTensor]], total: Int?) throws {
        for (index, port) in ports.enumerated() {
            let tensors = try parts.map { try Self.tensor(port, in: $0) }
            guard var shape = tensors.first?.shape else { throw Self.unfit(port, []) }
            if let total, !shape.isEmpty { shape[0] = total }
            try Self.check(shape, port)
            let functions = self.library.functions.pointee
            // One more than there are, so that a single value has a pointer, too.
            var dimensions = shape.map(Int64.init) + [0]
            let status = dimensions.withUnsafeMutableBufferPointer { dimensions -> Int32 in
                let shape = cov_shape(rank: Int64(dimensions.count - 1), dimensions: dimensions.baseAddress)
                guard index >= self.inputs.count else { return functions.tensor_set_shape(self.inputs[index], shape) }
                guard let number = OpenVINOElement.number(of: port.datatype) else { return -1 }
                var tensor: OpaquePointer?
                guard functions.tensor_create(number, shape, &tensor) == 0, let tensor else { return -1 }
                self.inputs.append(tensor)
                return functions.request_set(self.pointer, port.pointer, tensor)
            }
            guard status == 0 else {
                throw self.library.error(.runFailed, "The input '\(port.tensor.name)' cannot have the shape \(shape)")
            }
            try self.fill(self.inputs[index], with: tensors)
        }
    }

    private static func tensor(_ port: ONNXModel.Port, in inputs: [KServeTensor]) throws -> KServeTensor {
        guard let tensor = inputs.first(where: { $0.name == port.tensor.name }), tensor.datatype == port.datatype else {
            throw OpenVINOError(
                .runFailed, "The model needs the input '\(port.tensor.name)' of \(port.datatype.rawValue).")
        }
        return tensor
    }

    private static func check(_ shape: [Int], _ port: ONNXModel.Port) throws {
        guard let lengths = port.lengths else { return }
        guard shape.count == lengths.count, zip(shape, lengths).allSatisfy({ $1.contains($0) }) else {
            throw Self.unfit(port, shape)
        }
    }

    private static func unfit(_ port: ONNXModel.Port, _ shape: [Int]) -> OpenVINOError {
        OpenVINOError(.runFailed, "The model cannot take '\(port.tensor.name)' in the shape \(shape).")
    }

    private func fill(_ memory: OpaquePointer, with tensors: [KServeTensor]) throws {
        var (data, size): (UnsafeMutableRawPointer?, Int) = (nil, 0)
        let functions = self.library.functions.pointee
        guard functions.tensor_size(memory, &size) == 0, size == tensors.reduce(0, { $0 + $1.bytes.count }) else {
            throw OpenVINOError(.runFailed, "The requests of a batch do not fit together.")
        }
        guard size > 0 else { return }
        guard functions.tensor_data(memory, &data) == 0, var target = data else {
            throw self.library.error(.runFailed, "There is no memory for the model's inputs")
        }
        for tensor in tensors {
            tensor.bytes.withUnsafeBytes { bytes in
                if let source = bytes.baseAddress { target.copyMemory(from: source, byteCount: bytes.count) }
            }
            target += tensor.bytes.count
        }
    }

    // MARK: - Outputs

    /// The outputs of each request, by the requests' shares of the first dimension.
    private func results(_ ports: [ONNXModel.Port], _ sizes: [Int]?) throws -> [[KServeTensor]] {
        var results = Array(repeating: [KServeTensor](), count: sizes?.count ?? 1)
        for port in ports {
            let (shape, bytes) = try self.output(port)
            guard let sizes else {
                results[0].append(
                    try KServeTensor(port.tensor.name, datatype: port.datatype, shape: shape, bytes: Array(bytes)))
                continue
            }
            let total = sizes.reduce(0, +)
            guard let first = shape.first, first == total else {
                throw OpenVINOError(
                    .runFailed, "The model gave '\(port.tensor.name)' in the shape \(shape) to \(total) inferences.")
            }
            let width = total == 0 ? 0 : bytes.count / total
            var offset = 0
            for (index, size) in sizes.enumerated() {
                let part = bytes[offset..<offset + size * width]
                offset += size * width
                results[index].append(
                    try KServeTensor(
                        port.tensor.name, datatype: port.datatype, shape: [size] + shape.dropFirst(), bytes: Array(part)
                    ))
            }
        }
        return results
    }

    /// An output's shape and bytes, which are there until the next run.
    private func output(_ port: ONNXModel.Port) throws -> (shape: [Int], bytes: UnsafeRawBufferPointer) {
        let functions = self.library.functions.pointee
        var tensor: OpaquePointer?
        guard functions.request_get(self.pointer, port.pointer, &tensor) == 0, let tensor else {
            throw self.library.error(.runFailed, "The model gave no '\(port.tensor.name)'")
        }
        // What is freed is the handle; the memory belongs to the request.
        defer { functions.tensor_free(tensor) }
        var (shape, size, data): (cov_shape, Int, UnsafeMutableRawPointer?) = (cov_shape(), 0, nil)
        // Of a single value OpenVINO gives no shape.
        let isKnown = functions.tensor_shape(tensor, &shape) == 0
        defer { if isKnown { _ = functions.shape_free(&shape) } }
        guard functions.tensor_size(tensor, &size) == 0, size == 0 || functions.tensor_data(tensor, &data) == 0 else {
            throw self.library.error(.runFailed, "The output '\(port.tensor.name)' cannot be read")
        }
        let lengths = (0..<(isKnown ? Int(shape.rank) : 0)).map { Int(shape.dimensions?[$0] ?? 0) }
        return (lengths, UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size))
    }
}

/// Who waits for a run on other threads.
private final class Completion: Sendable {
    private let waiter = Mutex<CheckedContinuation<Int32, Never>?>(nil)

    func begin(_ continuation: CheckedContinuation<Int32, Never>) {
        self.waiter.withLock { $0 = continuation }
    }

    func finish(_ status: Int32 = 0) {
        let waiter = self.waiter.withLock { waiter in
            defer { waiter = nil }
            return waiter
        }
        waiter?.resume(returning: status)
    }
}
