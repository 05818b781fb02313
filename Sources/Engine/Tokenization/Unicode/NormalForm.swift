// SPDX-License-Identifier: Apache-2.0

/// The normal forms of Unicode (Standard Annex 15).
enum NormalForm: String, Sendable, CaseIterable {
    case composed = "NFC"
    case decomposed = "NFD"
    case compatiblyComposed = "NFKC"
    case compatiblyDecomposed = "NFKD"

    /// Whether characters that merely look different become one.
    private var isCompatible: Bool { self == .compatiblyComposed || self == .compatiblyDecomposed }

    /// Whether characters are put together again.
    private var composes: Bool { self == .composed || self == .compatiblyComposed }

    /// Whether a text has this form for certain; false when it must be looked at.
    private func isCertain(_ scalars: [UInt32]) -> Bool {
        if self == .composed {
            let tables = UnicodeTables.shared
            return !scalars.contains { $0 >= 0x300 && tables.mayChange($0) }
        }
        return scalars.allSatisfy { $0 < (self == .decomposed ? 0xC0 : 0xA0) }
    }

    /// A text in this form.
    func apply(_ scalars: [UInt32]) -> [UInt32] {
        if self.isCertain(scalars) { return scalars }
        var result = [UInt32]()
        result.reserveCapacity(scalars.count * 2)
        for scalar in scalars { self.decompose(scalar, into: &result) }
        Self.order(&result)
        return self.composes ? Self.compose(result) : result
    }

    /// Appends what a character is made of.
    private func decompose(_ scalar: UInt32, into result: inout [UInt32]) {
        if (0xAC00...0xD7A3).contains(scalar) {
            let index = scalar - 0xAC00
            result.append(0x1100 + index / 588)
            result.append(0x1161 + index % 588 / 28)
            if index % 28 > 0 { result.append(0x11A7 + index % 28) }
            return
        }
        guard scalar >= 0xA0 else { return result.append(scalar) }
        let tables = UnicodeTables.shared
        for part in tables.canonicalParts[scalar] ?? [scalar] {
            if self.isCompatible, let wide = tables.compatibleParts[part] {
                result.append(contentsOf: wide)
            } else {
                result.append(part)
            }
        }
    }

    /// The combining class of a character.
    private static func combiningClass(_ scalar: UInt32) -> UInt8 {
        scalar < 0x300 ? 0 : Unicode.Scalar(scalar)?.properties.canonicalCombiningClass.rawValue ?? 0
    }

    /// Sorts marks that follow each other by their classes, those of one class left in their order.
    private static func order(_ scalars: inout [UInt32]) {
        var start = 0
        while start < scalars.count {
            guard Self.combiningClass(scalars[start]) != 0 else {
                start += 1
                continue
            }
            var run = [(mark: UInt32, kind: UInt8)]()
            var end = start
            while end < scalars.count {
                let kind = Self.combiningClass(scalars[end])
                guard kind != 0 else { break }
                run.append((scalars[end], kind))
                end += 1
            }
            if run.count > 1 {
                // The standard library's sort keeps the order of equals, though it does not promise to.
                let sorted = run.enumerated().sorted { ($0.element.kind, $0.offset) < ($1.element.kind, $1.offset) }
                for (place, entry) in sorted.enumerated() { scalars[start + place] = entry.element.mark }
            }
            start = end
        }
    }

    /// Puts characters together.
    private static func compose(_ scalars: [UInt32]) -> [UInt32] {
        var result = [UInt32]()
        result.reserveCapacity(scalars.count)
        var starter = -1
        var lastClass: UInt8 = 0
        for scalar in scalars {
            let kind = Self.combiningClass(scalar)
            let isAdjacent = starter == result.count - 1
            if starter >= 0, isAdjacent || (lastClass != 0 && lastClass < kind),
                let whole = Self.composition(result[starter], scalar)
            {
                result[starter] = whole
                continue
            }
            if kind == 0 { starter = result.count }
            lastClass = kind
            result.append(scalar)
        }
        return result
    }

    /// What two characters are together, or nil.
    private static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (0x1100..<0x1113).contains(first), (0x1161..<0x1176).contains(second) {
            return 0xAC00 + ((first - 0x1100) * 21 + (second - 0x1161)) * 28
        }
        if (0xAC00...0xD7A3).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8..<0x11C3).contains(second) {
            return first + (second - 0x11A7)
        }
        return UnicodeTables.shared.compositions[UnicodeTables.pair(first, second)]
    }
}
