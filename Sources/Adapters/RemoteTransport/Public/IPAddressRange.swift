// SPDX-License-Identifier: Apache-2.0

/// Addresses that begin with the same bits.
struct IPAddressRange: Sendable, Hashable {
    private let prefix: [UInt8]
    private let bits: Int

    /// A range by its first address and how many of its bits count; one that is malformed is empty.
    init(_ text: String, _ bits: Int) {
        self.prefix = IPAddress(text)?.bytes ?? []
        self.bits = bits
    }

    /// Reads `10.0.0.0/8`, or an address alone.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])), parts.count <= 2 else { return nil }
        let all = address.bytes.count * 8
        guard let bits = parts.count == 2 ? Int(parts[1]) : all, 0...all ~= bits else { return nil }
        self.prefix = address.bytes
        self.bits = bits
    }

    /// This machine's addresses.
    static let loopback = [IPAddressRange("127.0.0.0", 8), IPAddressRange("::1", 128)]

    /// Whether an address is of the range.
    func contains(_ address: IPAddress) -> Bool {
        let bytes = address.bytes
        guard bytes.count == self.prefix.count else { return false }
        let whole = self.bits / 8
        guard bytes.prefix(whole) == self.prefix.prefix(whole) else { return false }
        let rest = self.bits % 8
        return rest == 0 || (bytes[whole] ^ self.prefix[whole]) >> (8 - rest) == 0
    }
}
