// SPDX-License-Identifier: Apache-2.0

internal import CMPI
internal import LLMCore

/// Processes that `mpirun` has started, and that talk over MPI.
package struct MPIGroup: ProcessGroup {
    package let rank: Int, size: Int
    private let library: MPILibrary
    /// Where gatherings are counted, apart from all else.
    private let gatherings: MPICommunicator

    /// Joins the others; a process can do so once.
    ///
    /// - Parameter file: The library's name.
    /// - Throws: ``TrainingError`` with code `.noGroup` or `.lostGroup`.
    init(file: String = MPILibrary.usualFile) throws {
        let library = try MPILibrary(file: file)
        let functions = library.functions.pointee
        // Calls come from whatever thread the training's task is on, one at a time.
        let needed = Int32(CMPI_THREAD_SERIALIZED.rawValue)
        var (provided, rank, size) = (Int32(0), Int32(0), Int32(0))
        try library.check(functions.init_thread(nil, nil, needed, &provided), "begin")
        guard provided >= needed else {
            throw TrainingError(.noGroup, "The system's libmpi was built for programs of a single thread.")
        }
        try library.check(functions.set_error_handler(functions.world, functions.errors_return), "begin")
        try library.check(functions.comm_rank(functions.world, &rank), "begin")
        try library.check(functions.comm_size(functions.world, &size), "begin")
        var gatherings: cmpi_handle?
        // Errors are returned there as they are in what it is made of.
        try library.check(functions.comm_dup(functions.world, &gatherings), "begin")
        guard let gatherings else { throw TrainingError(.noGroup, "The system's libmpi cannot be used.") }
        self.gatherings = MPICommunicator(handle: gatherings)
        (self.rank, self.size, self.library) = (Int(rank), Int(size), library)
    }

    package func leave() { _ = self.library.functions.pointee.finalize() }

    package func startSum(_ numbers: UnsafeMutableBufferPointer<Float>) throws -> any Transfer {
        try self.start { functions, request in
            functions.start_sum(
                cmpi_in_place(), numbers.baseAddress, Int32(numbers.count), functions.float_type, functions.sum,
                functions.world, &request)
        }
    }

    package func startExchange(
        _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer
    ) throws -> any Transfer {
        let part = Int32(sent.count / self.size)
        return try self.start { functions, request in
            functions.start_exchange(
                sent.baseAddress, part, functions.byte_type, received.baseAddress, part, functions.byte_type,
                functions.world, &request)
        }
    }

    package func startGathering(
        _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer
    ) throws -> any Transfer {
        let part = Int32(sent.count)
        return try self.start { functions, request in
            functions.start_gathering(
                sent.baseAddress, part, functions.byte_type, received.baseAddress, part, functions.byte_type,
                self.gatherings.handle, &request)
        }
    }

    private func start(
        _ call: (_ functions: cmpi_library, _ request: inout cmpi_handle?) -> Int32
    ) throws -> any Transfer {
        var request: cmpi_handle?
        try self.library.check(call(self.library.functions.pointee, &request), "exchange gradients")
        return MPITransfer(library: self.library, request: request)
    }

    package func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
        let functions = self.library.functions.pointee
        // In pieces whose sizes fit the interface's 32 bits.
        for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
            let part = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + 1 << 30)])
            try self.library.check(
                functions.broadcast(part.baseAddress, Int32(part.count), functions.byte_type, 0, functions.world),
                "share their state")
        }
    }
}

/// Processes of MPI that count their calls by themselves.
private struct MPICommunicator: @unchecked Sendable {  // Never changed; MPI is called by one thread at a time.
    let handle: cmpi_handle
}

/// A request of MPI.
private struct MPITransfer: Transfer {
    let library: MPILibrary
    var request: cmpi_handle?

    mutating func poll() throws -> Bool {
        var isDone: Int32 = 0
        try self.library.check(self.library.functions.pointee.test(&self.request, &isDone, nil), "exchange gradients")
        return isDone != 0
    }

    mutating func wait() throws {
        try self.library.check(self.library.functions.pointee.wait(&self.request, nil), "exchange gradients")
    }
}
