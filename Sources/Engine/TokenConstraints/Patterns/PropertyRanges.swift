// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import Synchronization

/// The scalars of Unicode properties, found by asking each scalar once.
enum PropertyRanges {
    private static let known = Mutex<[String: [ClosedRange<UInt32>]]>([:])

    /// The scalars that a member stands for which is no range.
    static func ranges(of member: ScalarSet.Member) -> [ClosedRange<UInt32>] {
        let name = "\(member)"
        if let ranges = self.known.withLock({ $0[name] }) { return ranges }
        let ranges = self.find(member)
        self.known.withLock { $0[name] = ranges }
        return ranges
    }

    private static func find(_ member: ScalarSet.Member) -> [ClosedRange<UInt32>] {
        var ranges: [ClosedRange<UInt32>] = []
        var start: UInt32?
        for value in UInt32(0)...0x11_0000 {
            // Surrogates are taken for the scalar before them, so that they part no range.
            if (0xD800...0xDFFF).contains(value) { continue }
            let isIn = Unicode.Scalar(value).map { ScalarSet.holds(member, $0) } ?? false
            if isIn, start == nil { start = value }
            if !isIn, let first = start {
                ranges.append(first...(value - 1))
                start = nil
            }
        }
        return ranges
    }
}
