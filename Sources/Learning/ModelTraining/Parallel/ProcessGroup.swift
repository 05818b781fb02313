// SPDX-License-Identifier: Apache-2.0

package import DifferentiableTensors

/// Processes that train one model together, each on its part of the data.
///
/// All of them make the same calls in the same order, each on one thread at a time; only gatherings are counted apart, so that a process
/// may start one before or after something else.
package protocol ProcessGroup: Sendable {
    /// The number of this process, from 0; 0 leads: it writes files and speaks.
    var rank: Int { get }
    /// How many processes there are.
    var size: Int { get }

    /// Starts to sum the numbers of all processes in their place, where they stay until the transfer is done.
    ///
    /// - Throws: ``TrainingError`` with code `.lostGroup`, as all of these.
    func startSum(_ numbers: UnsafeMutableBufferPointer<Float>) throws -> any Transfer

    /// Starts to give each process its part of what is sent, and to take this one's part of each.
    ///
    /// - Parameters:
    ///   - sent: A part of the same size for each process, in their order.
    ///   - received: As many bytes.
    func startExchange(_ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer) throws -> any Transfer

    /// Starts to give all processes what is sent, and to take what each sends.
    ///
    /// - Parameters:
    ///   - sent: As many bytes as every other process sends.
    ///   - received: As many bytes as all processes send, in their order.
    func startGathering(
        _ sent: UnsafeRawBufferPointer, _ received: UnsafeMutableRawBufferPointer
    ) throws -> any Transfer

    /// Gives all processes the bytes of the first.
    func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws

    /// Leaves the others, who wait for each other to do so; nothing is sent afterwards.
    func leave()
}

/// What is on its way between processes.
package protocol Transfer {
    /// Lets it go on.
    ///
    /// - Returns: Whether it is done.
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    mutating func poll() throws -> Bool

    /// Waits until it is done.
    ///
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    mutating func wait() throws
}

extension ProcessGroup {
    /// Whether this process writes files and speaks.
    package var isLeader: Bool { self.rank == 0 }

    /// Sums the numbers of all processes in their place.
    ///
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    package func sum(_ numbers: inout [Float]) throws {
        if self.size == 1 { return }
        try numbers.withUnsafeMutableBufferPointer { numbers in
            var transfer = try self.startSum(numbers)
            try transfer.wait()
        }
    }

    /// The leader's text.
    ///
    /// - Parameter text: What this process would say; only the leader's counts.
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    package func shared(_ text: String) throws -> String {
        if self.size == 1 { return text }
        var count = UInt64(text.utf8.count)
        try withUnsafeMutableBytes(of: &count) { try self.broadcast($0) }
        var bytes = self.isLeader ? Array(text.utf8) : Array(repeating: 0, count: Int(count))
        try bytes.withUnsafeMutableBytes { try self.broadcast($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Gives all processes the leader's numbers, which have one shape everywhere.
    ///
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    package func share(_ tensor: inout Tensor) throws {
        if self.size == 1 { return }
        var result = Result<Void, any Error>.success(())
        tensor.withMutableValues { numbers in
            result = Result { try self.broadcast(UnsafeMutableRawBufferPointer(numbers)) }
        }
        try result.get()
    }

    /// Gives all processes the leader's weights.
    ///
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    package func share(_ model: inout some ParameterGroup) throws {
        if self.size == 1 { return }
        var result = Result<Void, any Error>.success(())
        model.visit(.zero, "") { _, weight, _ in
            if case .success = result { result = Result { try self.share(&weight) } }
        }
        try result.get()
    }

    /// The number that each process gives.
    ///
    /// - Throws: ``TrainingError`` with code `.lostGroup`.
    package func gathered(_ number: Int) throws -> [Int] {
        var all = Array(repeating: number, count: self.size)
        if self.size == 1 { return all }
        try withUnsafeBytes(of: number) { sent in
            try all.withUnsafeMutableBytes { received in
                var transfer = try self.startGathering(sent, received)
                try transfer.wait()
            }
        }
        return all
    }
}
