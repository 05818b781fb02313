// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A small HTTP server on a free port of this machine, one connection for each request.
final class LoopbackServer: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        var method = ""
        var path = ""
        var headers: [String: String] = [:]
    }

    /// What is sent back.
    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        /// After so many bytes of the body the connection is closed.
        var cut: Int?
        /// Whether the size of the body is left out.
        var hidesSize = false
    }

    let port: UInt16
    private let socket: Int32
    private let seen = Mutex([Request]())

    /// Serves until the value goes.
    init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        #if canImport(Glibc)
        let kind = Int32(SOCK_STREAM.rawValue)
        #else
        let kind = SOCK_STREAM
        #endif
        let listener = Self.listener(kind)
        guard listener.socket >= 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        (self.socket, self.port) = listener
        DispatchQueue(label: "loopback").async { [weak self, socket] in
            // Who accepts closes: a number closed elsewhere may be another server's by the next `accept`.
            defer { close(socket) }
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { return }
                if let request = Self.read(connection) {
                    self?.seen.withLock { $0.append(request) }
                    Self.send(answer(request), to: connection, headOnly: request.method == "HEAD")
                }
                close(connection)
            }
        }
    }

    deinit { shutdown(self.socket, Int32(SHUT_RDWR)) }

    var address: String { "http://127.0.0.1:\(self.port)" }

    /// The requests so far.
    var requests: [Request] { self.seen.withLock { $0 } }

    private static func listener(_ kind: Int32) -> (socket: Int32, port: UInt16) {
        let server = Glibc.socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(server, address, size) == 0 && listen(server, 16) == 0 && getsockname(server, address, &size) == 0
            }
        }
        return (isBound ? server : -1, UInt16(bigEndian: address.sin_port))
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes = [UInt8]()
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard Glibc.read(connection, &byte, 1) == 1, bytes.count < 65_536 else { return nil }
            bytes.append(byte)
        }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        var request = Request(method: String(words[0]), path: String(words[1]))
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 {
                request.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return request
    }

    private static func send(_ answer: Answer, to connection: Int32, headOnly: Bool) {
        var head = "HTTP/1.1 \(answer.status) X\r\nConnection: close\r\n"
        if !answer.hidesSize { head += "Content-Length: \(answer.body.count)\r\n" }
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        let body = headOnly ? [] : answer.body.prefix(answer.cut ?? .max)
        var rest = (Array((head + "\r\n").utf8) + body)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
