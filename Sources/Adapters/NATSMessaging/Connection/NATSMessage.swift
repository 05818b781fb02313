// SPDX-License-Identifier: Apache-2.0

internal import CNATS
internal import EventMessaging
internal import LLMCore

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// A message as NATS carries it.
struct NATSMessage: Sendable {
    var subject: String
    var replyTo: String?
    var headers: [(name: String, value: String)] = []
    var data: [UInt8] = []

    /// The status line of a message that the server itself sends, such as 404; nil for others.
    var status: Int? { self["Status"].flatMap { Int($0) } }

    /// The value of a header.
    subscript(name: String) -> String? { self.headers.first { $0.name == name }?.value }
}

extension NATSMessage {
    /// The most headers of a foreign message that are read.
    private static let maximumHeaders = 128

    /// Copies what the library has received.
    init(_ message: OpaquePointer, _ library: NATSLibrary) {
        let table = library.table
        self.subject = table.message_subject(message).map { String(cString: $0) } ?? ""
        self.replyTo = table.message_reply(message).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        let size = Int(table.message_size(message))
        if size > 0, let bytes = table.message_data(message) {
            let buffer = UnsafeBufferPointer(start: bytes, count: size)
            self.data = buffer.withMemoryRebound(to: UInt8.self) { Array($0) }
        }
        var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        var count: Int32 = 0
        guard table.header_names(message, &names, &count) == CNATS_OK.status, let names else { return }
        defer { free(names) }
        for index in 0..<min(Int(count), Self.maximumHeaders) {
            var value: UnsafePointer<CChar>?
            guard let name = names[index], table.header(message, name, &value) == CNATS_OK.status, let value else {
                continue
            }
            self.headers.append((String(cString: name), String(cString: value)))
        }
    }

    /// Lends the message to the library.
    ///
    /// - Parameter work: Gives a status of the library.
    /// - Returns: That status.
    func withPointer(_ library: NATSLibrary, _ work: (OpaquePointer) -> Int32) -> Int32 {
        let table = library.table
        var message: OpaquePointer?
        let created = self.data.withUnsafeBytes { bytes in
            table.create_message(
                &message, self.subject, self.replyTo, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(clamping: bytes.count))
        }
        guard created == CNATS_OK.status, let message else { return created }
        defer { table.destroy_message(message) }
        for (name, value) in self.headers {
            let status = table.set_header(message, name, value)
            guard status == CNATS_OK.status else { return status }
        }
        return work(message)
    }
}

extension cnats_constant {
    /// As functions of the library give it.
    var status: Int32 { Int32(bitPattern: self.rawValue) }
}
