// SPDX-License-Identifier: Apache-2.0
internal import CTransfer
internal import Dispatch
internal import LLMCore
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#endif

/// Performs requests with the system's libcurl, each on a thread of its own while it lasts.
struct CurlTransport: HubTransport {
    /// Longest time to connect, in seconds.
    var connectSeconds = 30
    /// Longest time without a byte, in seconds.
    var stallSeconds = 60

    func perform(
        _ request: HubRequest, onHead: @escaping @Sendable (HubHead) throws -> Void,
        onBody: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> HubHead {
        let transfer = Transfer(onHead: onHead, onBody: onBody)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue(label: "open-autoglm.transfer").async {
                    continuation.resume(with: Result { try transfer.run(request, self) })
                }
            }
        } onCancel: {
            transfer.isCancelled.store(true, ordering: .relaxed)
        }
    }
}

/// One transfer while it lasts.
private final class Transfer: @unchecked Sendable {  // Its thread alone touches it, but for the atomic flag.
    let isCancelled = Atomic<Bool>(false)
    private let onHead: @Sendable (HubHead) throws -> Void
    private let onBody: @Sendable (UnsafeRawBufferPointer) throws -> Void
    private var head = HubHead()
    private var failure: (any Error)?

    init(
        onHead: @escaping @Sendable (HubHead) throws -> Void,
        onBody: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) {
        self.onHead = onHead
        self.onBody = onBody
    }

    /// Performs the request and waits for its end.
    func run(_ request: HubRequest, _ limits: CurlTransport) throws -> HubHead {
        var reason = [CChar](repeating: 0, count: 512)
        let status = self.perform(request, limits, &reason)
        if let failure { throw failure }
        try self.checkCancelled()
        guard status == CTR_OK.rawValue else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw HubError(.unreachable, "\(request.url.scheme)://\(request.url.authority): \(text).")
        }
        return self.head
    }

    private func perform(_ request: HubRequest, _ limits: CurlTransport, _ reason: inout [CChar]) -> UInt32 {
        let lines = request.headers.sorted { $0.key < $1.key }.map { strdup("\($0.key): \($0.value)") }
        defer { for line in lines { free(line) } }
        let pointers = lines.map { UnsafePointer($0) }
        return pointers.withUnsafeBufferPointer { headers in
            request.url.description.withCString { url in
                var call = ctr_request()
                call.url = url
                call.head_only = request.headOnly ? 1 : 0
                call.without_proxy = request.url.isLocal ? 1 : 0
                call.headers = headers.baseAddress
                call.header_count = headers.count
                call.connect_seconds = limits.connectSeconds
                call.stall_seconds = limits.stallSeconds
                call.context = Unmanaged.passUnretained(self).toOpaque()
                call.on_header = { Transfer.take($0, $1, $2) { try $0.header($1) } }
                call.on_body = { Transfer.take($0, $1, $2) { try $0.onBody($1) } }
                call.should_stop = { Transfer.take($0, nil, 0) { transfer, _ in try transfer.checkCancelled() } }
                return UInt32(bitPattern: ctr_perform(&call, &reason, reason.count))
            }
        }
    }

    /// Runs a callback of the transfer behind a pointer.
    private static func take(
        _ context: UnsafeMutableRawPointer?, _ bytes: UnsafePointer<CChar>?, _ count: Int,
        _ body: (Transfer, UnsafeRawBufferPointer) throws -> Void
    ) -> Int32 {
        guard let context else { return 1 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.take(UnsafeRawBufferPointer(start: bytes, count: count), body)
    }

    /// Runs a callback; an error ends the transfer and is thrown afterwards.
    private func take(
        _ bytes: UnsafeRawBufferPointer, _ body: (Transfer, UnsafeRawBufferPointer) throws -> Void
    ) -> Int32 {
        do {
            try body(self, bytes)
            return 0
        } catch {
            self.failure = error
            return 1
        }
    }

    /// Ends the transfer when the task that waits for it was cancelled.
    private func checkCancelled() throws {
        if self.isCancelled.load(ordering: .relaxed) { throw CancellationError() }
    }

    /// Takes a line of the head; the empty one ends it.
    private func header(_ bytes: UnsafeRawBufferPointer) throws {
        let line = String(decoding: bytes, as: UTF8.self).trimmedLine
        if line.isEmpty, self.head.status >= 200 { return try self.onHead(self.head) }
        self.head.take(line: line)
    }
}

extension String {
    /// The line without its end.
    fileprivate var trimmedLine: String { String(self.prefix { $0 != "\r\n" && $0 != "\n" && $0 != "\r" }) }
}
