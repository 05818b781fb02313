// SPDX-License-Identifier: Apache-2.0

/// What crosses the socket between the program and a plugin's own process.
///
/// A length, then a number that pairs calls and replies, then a call's step and input, or a reply's status and output. Numbers are
/// little-endian.
enum PluginFrame {
    /// The most bytes of a frame; what says that it is longer is not read.
    static let maximumBytes = PluginLibrary.maximumReplyBytes + 4096

    /// A call, ready to be sent: length (4 bytes), number (8), the step's length (2), step, input.
    static func call(_ number: UInt64, _ step: String, _ input: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        let name = Array(step.utf8.prefix(Int(UInt16.max)))
        frame.reserveCapacity(14 + name.count + input.count)
        frame.append(UInt32(10 + name.count + input.count))
        frame.append(number)
        frame.append(UInt16(name.count))
        frame += name
        frame += input
        return frame
    }

    /// A reply, ready to be sent: length (4 bytes), number (8), status (4), output.
    static func reply(_ number: UInt64, _ reply: PluginReply) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(16 + reply.bytes.count)
        frame.append(UInt32(12 + reply.bytes.count))
        frame.append(number)
        frame.append(UInt32(bitPattern: reply.status))
        frame += reply.bytes
        return frame
    }

    /// Reads a call without its length; nil if it is none.
    static func call(in body: ArraySlice<UInt8>) -> (number: UInt64, step: String, input: [UInt8])? {
        var body = body
        guard let number: UInt64 = body.number(), let count: UInt16 = body.number(), body.count >= Int(count),
            let step = String(validating: body.prefix(Int(count)), as: UTF8.self)
        else { return nil }
        return (number, step, Array(body.dropFirst(Int(count))))
    }

    /// Reads a reply without its length; nil if it is none.
    static func reply(in body: ArraySlice<UInt8>) -> (number: UInt64, reply: PluginReply)? {
        var body = body
        guard let number: UInt64 = body.number(), let status: UInt32 = body.number() else { return nil }
        return (number, PluginReply(status: Int32(bitPattern: status), bytes: Array(body)))
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { self.append(contentsOf: $0) }
    }
}

extension ArraySlice<UInt8> {
    /// Takes a number from the front; nil if it is too short.
    fileprivate mutating func number<Number: FixedWidthInteger>() -> Number? {
        let size = MemoryLayout<Number>.size
        guard self.count >= size else { return nil }
        defer { self = self.dropFirst(size) }
        return self.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(as: Number.self)) }
    }

    /// The frame at the front and what its length says, if all of that has arrived.
    func frame() -> (body: ArraySlice<UInt8>?, needed: Int)? {
        var rest = self
        guard let length: UInt32 = rest.number() else { return nil }
        let needed = Int(length)
        return (rest.count >= needed ? rest.prefix(needed) : nil, needed)
    }
}
