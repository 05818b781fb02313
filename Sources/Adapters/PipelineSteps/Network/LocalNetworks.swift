// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Tells the addresses of this machine and the networks around it from those of the world.
enum LocalNetworks {
    /// An IPv4 address as four bytes or an IPv6 address as sixteen.
    typealias Address = [UInt8]

    /// Networks by their first bits, of which nothing is to be asked unless that is allowed.
    private static let networks: [(bytes: Address, bits: Int)] = [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
        ([192, 168], 16), ([198, 18], 15), ([224], 3),
    ]
    private static let networks6: [(bytes: Address, bits: Int)] = [
        ([0xFC], 7), ([0xFE, 0x80], 10), ([0xFE, 0xC0], 10), ([0xFF], 8), ([0x01, 0], 64),
    ]
    /// IPv6 networks that stand for IPv4 addresses, and where in the address those are.
    private static let embeddings: [(bytes: Address, place: Int)] = [
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 12), ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 12),
        ([0, 0x64, 0xFF, 0x9B], 12), ([0x20, 0x02], 2),
    ]

    /// Whether an address is local, reserved, or stands for one that is.
    static func contain(_ address: Address) -> Bool {
        guard address.count == 16 else { return address.count != 4 || Self.isIn(Self.networks, address) }
        for (bytes, place) in Self.embeddings where address.starts(with: bytes) {
            return Self.contain(Array(address[place..<place + 4]))
        }
        return Self.isIn(Self.networks6, address)
    }

    /// Every address of a server, as the system finds them.
    ///
    /// - Throws: ``PipelineError`` with code `.notAllowed` where it has none.
    static func addresses(of host: String) throws -> [Address] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else {
            throw PipelineError(.notAllowed, "The server '\(host)' is not known.")
        }
        defer { freeaddrinfo(list) }
        var addresses: [Address] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                switch entry.ai_family {
                case AF_INET: addresses.append(Array(bytes[4..<8]))
                case AF_INET6: addresses.append(Array(bytes[8..<24]))
                default: break
                }
            }
            next = entry.ai_next
        }
        return addresses
    }

    private static func isIn(_ networks: [(bytes: Address, bits: Int)], _ address: Address) -> Bool {
        networks.contains { network in
            (0..<network.bits).allSatisfy { bit in
                let mask = UInt8(0x80) >> (bit % 8)
                let wanted = network.bytes.count > bit / 8 ? network.bytes[bit / 8] : 0
                return address[bit / 8] & mask == wanted & mask
            }
        }
    }
}
