// SPDX-License-Identifier: Apache-2.0
import Foundation
import ModelHub
import Synchronization

/// A hub with one repository, and what goes wrong with it.
final class SmallHub: Sendable {
    /// What goes wrong.
    enum Fault: Sendable, Equatable {
        /// Bytes break off after so many, this many times.
        case cut(at: Int, times: Int)
        /// The status of this many answers with bytes.
        case status(Int, times: Int)
        /// Bytes are others than announced.
        case changes
        /// Parts are not sent, but the whole.
        case ignoresRange
        /// Parts are refused.
        case refusesRange
        /// A wrong part is sent.
        case wrongRange
        /// Everything needs this token.
        case wantsToken(String)
        /// There is no `/tree`.
        case lacksTree
        /// Sizes of bodies are not told, so that only the hub's own numbers say what is missing.
        case hidesSizes
        /// Bytes lie on another server.
        case redirects(String)
        /// More bytes come than announced.
        case adds
    }

    static let name = "owner/model"
    private let files: [String: [UInt8]]
    private let fault: Fault?
    private let served = Mutex(0)
    private let box = Mutex<LoopbackServer?>(nil)

    init(_ files: [String: [UInt8]], fault: Fault? = nil) throws {
        self.files = files
        self.fault = fault
        let server = try LoopbackServer { [weak self] request in self?.answer(request) ?? .init(status: 500) }
        self.box.withLock { $0 = server }
    }

    /// The environment of a program that uses this hub.
    func environment(_ more: [String: String] = [:]) -> [String: String] {
        ["HF_ENDPOINT": self.server?.address ?? "", "HOME": "/nonexistent"].merging(more) { $1 }
    }

    var server: LoopbackServer? { self.box.withLock { $0 } }

    static func hash(_ bytes: [UInt8]) -> String {
        var hash = RunningHash()
        hash.append(bytes)
        return hash.text
    }

    private func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
        if case .wantsToken(let token) = self.fault, request.headers["authorization"] != "Bearer \(token)" {
            return .init(status: 401)
        }
        let path = request.path.prefix { $0 != "?" }
        if path == "/api/models/\(Self.name)/tree/main" {
            return self.fault == .lacksTree ? .init(status: 404) : .init(body: Array(self.list(key: "path").utf8))
        }
        if path == "/api/models/\(Self.name)/revision/main" {
            return .init(body: Array(#"{"siblings":\#(self.list(key: "rfilename"))}"#.utf8))
        }
        let prefix = "/\(Self.name)/resolve/main/"
        guard path.hasPrefix(prefix), let bytes = self.files[String(path.dropFirst(prefix.count))] else {
            return .init(status: 404)
        }
        var head = ["ETag": "\"\(Self.hash(bytes).prefix(40))\"", "X-Repo-Commit": "c0ffee"]
        if path.hasSuffix(".safetensors") || path.hasSuffix(".gguf") {
            head["X-Linked-ETag"] = "\"\(Self.hash(bytes))\""
            head["X-Linked-Size"] = "\(bytes.count)"
        }
        if case .redirects(let other) = self.fault {
            head["Location"] = other + path
            return .init(status: 302, headers: head)
        }
        if request.method == "HEAD" { return .init(headers: head, body: bytes) }
        return self.send(bytes, head, request)
    }

    /// Sends bytes as the fault wants it.
    private func send(
        _ bytes: [UInt8], _ head: [String: String], _ request: LoopbackServer.Request
    ) -> LoopbackServer.Answer {
        let count = self.served.withLock { count in
            count += 1
            return count
        }
        var answer = LoopbackServer.Answer(headers: head, body: bytes, hidesSize: self.fault == .hidesSizes)
        if let range = request.headers["range"], let start = Int(range.dropFirst(6).dropLast()) {
            switch self.fault {
            case .ignoresRange: break
            case .refusesRange: return .init(status: 416)
            default:
                let shown = self.fault == .wrongRange ? start + 1 : start
                answer.status = 206
                answer.headers["Content-Range"] = "bytes \(shown)-\(bytes.count - 1)/\(bytes.count)"
                answer.body = Array(bytes[min(start, bytes.count)...])
            }
        }
        switch self.fault {
        case .cut(let place, let times) where count <= times: answer.cut = place
        case .status(let status, let times) where count <= times: return .init(status: status)
        case .changes: answer.body = answer.body.map { $0 ^ 1 }
        case .adds: answer.body += [1, 2, 3]
        default: break
        }
        return answer
    }

    /// The list of files.
    private func list(key: String) -> String {
        let entries = self.files.keys.sorted().map { name -> String in
            let size = self.files[name]?.count ?? 0
            return #"{"type":"file","\#(key)":"\#(name)","size":\#(size)}"#
        }
        return "[" + (entries + [#"{"type":"directory","\#(key)":"folder"}"#]).joined(separator: ",") + "]"
    }
}
