// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Publishes bytes as any program may, by NATS' text protocol.
enum RawClient {
    struct Problem: Error {}

    static func send(_ messages: [(subject: String, text: String)], port: Int) throws {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard file >= 0 else { throw Problem() }
        defer { close(file) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Problem() }
        var text = "CONNECT {\"verbose\": false}\r\n"
        for message in messages {
            text += "PUB \(message.subject) \(message.text.utf8.count)\r\n\(message.text)\r\n"
        }
        text += "PING\r\n"
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Problem() }
            bytes = bytes.dropFirst(count)
        }
        // The server answers when it has taken everything.
        var answer = ""
        while !answer.contains("PONG") {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { throw Problem() }
            answer += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}
