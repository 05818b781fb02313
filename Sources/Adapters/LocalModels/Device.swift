// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Where a model computes.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String, CaseIterable {
        case cpu, cuda, gpu, mps
    }

    private let kind: Kind

    /// This machine's processors.
    public static let cpu = Self(kind: .cpu)
    /// An NVIDIA GPU; only remote backends have one.
    public static let cuda = Self(kind: .cuda)
    /// Any GPU; only remote backends have one.
    public static let gpu = Self(kind: .gpu)
    /// An Apple GPU; only remote backends have one.
    public static let mps = Self(kind: .mps)

    private init(kind: Kind) { self.kind = kind }

    /// A device by its name, such as `cpu`.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` that names the nearest known device.
    public init(named name: String) throws {
        guard let kind = Kind(rawValue: name.lowercased()) else {
            let hint = NearestName.hint(for: name, in: Kind.allCases.map(\.rawValue))
            throw LLMError(.invalidRequest, "There is no device '\(name)'. \(hint)")
        }
        self.kind = kind
    }

    /// The device's name.
    public var description: String { self.kind.rawValue }

    /// Refuses devices on which the local engine does not compute.
    func checkLocal() throws {
        guard self != .cpu else { return }
        throw LLMError(
            .unsupported,
            """
            The local engine computes on the processor (device 'cpu'), not on '\(self)'. GPUs are reached through the \
            backends vLLM, TGI and Triton.
            """)
    }
}
