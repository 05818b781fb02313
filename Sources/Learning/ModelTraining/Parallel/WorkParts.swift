// SPDX-License-Identifier: Apache-2.0

/// Work that is cut into parts of about the same cost.
package enum WorkParts {
    /// Cuts examples, one after the other, where the costs before and after are nearest to what they should be.
    ///
    /// - Parameters:
    ///   - costs: What each example costs, such as the number of its pieces.
    ///   - count: How many parts.
    /// - Returns: The parts, which follow each other; some are empty where there are more parts than examples.
    package static func cut(_ costs: some Collection<Int>, into count: Int) -> [Range<Int>] {
        var before = [0]
        for cost in costs { before.append(before[before.count - 1] + cost) }
        let (total, examples) = (before[before.count - 1], before.count - 1)
        var (parts, start) = ([Range<Int>](), 0)
        for part in 1...count {
            // In whole numbers, times `count`.
            let wanted = total * part
            var end = start
            while end < examples, abs(before[end + 1] * count - wanted) <= abs(before[end] * count - wanted) {
                end += 1
            }
            if part == count { end = examples }
            parts.append(start..<end)
            start = end
        }
        return parts
    }
}
