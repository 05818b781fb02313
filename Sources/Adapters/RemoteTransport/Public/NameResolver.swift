// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import NIOPosix

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Finds the addresses of a host.
public protocol NameResolver: Sendable {
    /// All addresses of a host, in the order of preference.
    ///
    /// - Throws: ``TransportError`` with code `.connectionFailed` where the name is not known.
    func addresses(of host: String) async throws -> [IPAddress]
}

/// The system's resolver: `/etc/hosts`, DNS, and what else is configured.
public struct SystemResolver: NameResolver {
    /// Uses the system's configuration.
    public init() {}

    /// Asks the system, on a thread that may block.
    public func addresses(of host: String) async throws -> [IPAddress] {
        try await NIOThreadPool.singleton.runIfActive { try Self.lookUp(host) }
    }

    private static func lookUp(_ host: String) throws -> [IPAddress] {
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, nil, &found)
        defer { if let found { freeaddrinfo(found) } }
        var addresses = [IPAddress]()
        var next = status == 0 ? found : nil
        while let entry = next {
            if let address = Self.address(entry.pointee), !addresses.contains(address) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else {
            throw TransportError(.connectionFailed, "There is no address for the host '\(host)'.")
        }
        return addresses
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        // An address of a link carries its interface's name after a percent sign, and is no address then.
        return status == 0
            ? IPAddress(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)) : nil
    }
}
