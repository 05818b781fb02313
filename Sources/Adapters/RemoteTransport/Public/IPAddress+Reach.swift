// SPDX-License-Identifier: Apache-2.0

extension IPAddress {
    /// Whether the address is one of the public internet: not of this machine, a local network, or a special purpose.
    ///
    /// After IANA's registries of special-purpose addresses (RFC 6890 and its updates). An address of version 6 that
    /// carries one of version 4 (mapped, translated, 6to4, Teredo) is never public, whatever it carries.
    public var isPublic: Bool {
        let special = self.bytes.count == 4 ? Self.specialRanges : Self.specialRanges6
        if special.contains(where: { $0.contains(self) }) { return false }
        // Of version 6, only global unicast addresses have been given out.
        return self.bytes.count == 4 || Self.globalUnicast.contains(self)
    }

    private typealias Range = IPAddressRange

    private static let specialRanges = [
        Range("0.0.0.0", 8), Range("10.0.0.0", 8), Range("100.64.0.0", 10), Range("127.0.0.0", 8),
        Range("169.254.0.0", 16), Range("172.16.0.0", 12), Range("192.0.0.0", 24), Range("192.0.2.0", 24),
        Range("192.88.99.0", 24), Range("192.168.0.0", 16), Range("198.18.0.0", 15), Range("198.51.100.0", 24),
        Range("203.0.113.0", 24), Range("224.0.0.0", 4), Range("240.0.0.0", 4),
    ]

    private static let specialRanges6 = [
        Range("2001::", 23), Range("2001:db8::", 32), Range("2002::", 16), Range("3fff::", 20),
    ]

    private static let globalUnicast = Range("2000::", 3)
}
