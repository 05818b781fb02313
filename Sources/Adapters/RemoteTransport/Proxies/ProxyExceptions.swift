// SPDX-License-Identifier: Apache-2.0

/// Hosts that are asked directly, as `NO_PROXY` names them.
struct ProxyExceptions: Sendable, Hashable {
    private enum Entry: Hashable {
        case all
        /// Addresses that begin with the same bits.
        case range(IPAddressRange)
        /// A name, with all names below it unless it begins with a dot; then only those.
        case name(String, isItself: Bool, port: Int?)
    }

    private let entries: [Entry]

    /// Reads a list with commas: names, which hold for what is below them, addresses, ranges such as `10.0.0.0/8`, or `*`.
    init(_ text: String) {
        self.entries = text.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map { Self.entry($0.lowercased()) }
    }

    private static func entry(_ text: String) -> Entry {
        if text == "*" { return .all }
        if let range = IPAddressRange(text) { return .range(range) }
        let parts = text.split(separator: ":", maxSplits: 1)
        let port = parts.count == 2 ? Int(parts[1]) : nil
        let name = String(parts.first ?? "").trimming(prefix: "*")
        return .name(name.trimming(prefix: "."), isItself: !name.hasPrefix("."), port: port)
    }

    /// Whether a host is asked directly; this machine always is.
    func contain(host: String, port: Int) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        let address = IPAddress(host)
        if let address, IPAddressRange.loopback.contains(where: { $0.contains(address) }) { return true }
        return self.entries.contains { entry in
            switch entry {
            case .all: true
            case .range(let range): address.map(range.contains) ?? false
            case .name(let name, let isItself, let onlyPort):
                (onlyPort ?? port) == port && ((isItself && host == name) || host.hasSuffix(".\(name)"))
            }
        }
    }
}

extension String {
    fileprivate func trimming(prefix: String) -> String {
        self.hasPrefix(prefix) ? String(self.dropFirst(prefix.count)) : self
    }
}
