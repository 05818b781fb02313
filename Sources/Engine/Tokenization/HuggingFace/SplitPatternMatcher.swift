// SPDX-License-Identifier: Apache-2.0

/// Runs a pattern's program over a part of a text.
struct SplitPatternMatcher {
    /// A place to go back to.
    private struct Choice {
        var instruction: Int
        var offset: Int
        /// The first byte down to which a run may give characters back; the same as `offset` for other choices.
        var least: Int
    }

    private let pattern: SplitPattern
    private let text: UnsafeBufferPointer<UInt8>
    private let range: Range<Int>
    private var choices: [Choice] = []
    private var stepsLeft: Int

    init(pattern: SplitPattern, text: UnsafeBufferPointer<UInt8>, range: Range<Int>) {
        self.pattern = pattern
        self.text = text
        self.range = range
        self.stepsLeft = 1_000_000 + 16 * range.count
    }

    /// Where the match that begins at a byte ends, or nil.
    ///
    /// A pattern that needs too many steps in one search, as only hostile ones do, does not match.
    mutating func match(at offset: Int) -> Int? {
        self.choices.removeAll(keepingCapacity: true)
        return self.run(0, offset)
    }

    /// Runs from an instruction until it accepts or nothing is left to try.
    private mutating func run(_ start: Int, _ first: Int) -> Int? {
        let base = self.choices.count
        var instruction = start
        var offset = first
        while true {
            self.stepsLeft -= 1
            guard self.stepsLeft > 0 else { return nil }
            if self.step(&instruction, &offset) {
                guard case .accept = self.pattern.instructions[instruction] else { continue }
                self.choices.removeLast(self.choices.count - base)
                return offset
            }
            guard self.choices.count > base else { return nil }
            (instruction, offset) = self.goBack()
        }
    }

    /// Returns to the last choice.
    private mutating func goBack() -> (Int, Int) {
        let top = self.choices.count - 1
        let choice = self.choices[top]
        guard choice.offset > choice.least else {
            self.choices.removeLast()
            return (choice.instruction, choice.offset)
        }
        // A run gives back one character.
        var offset = choice.offset - 1
        while offset > choice.least, self.text[offset] & 0xC0 == 0x80 { offset -= 1 }
        if offset <= choice.least { self.choices.removeLast() } else { self.choices[top].offset = offset }
        return (choice.instruction, offset)
    }

    /// Does one step; false when it fails.
    private mutating func step(_ instruction: inout Int, _ offset: inout Int) -> Bool {
        switch self.pattern.instructions[instruction] {
        case .set(let set):
            guard offset < self.range.upperBound else { return false }
            let (value, length) = ScalarBytes.scalar(self.text, offset)
            guard self.pattern.sets[set].contains(value) else { return false }
            offset += length
            instruction += 1
        case .run(let set, let least, let most):
            guard let (needed, end) = self.take(set, least: least, most: most, from: offset) else { return false }
            instruction += 1
            if end > needed { self.choices.append(Choice(instruction: instruction, offset: end, least: needed)) }
            offset = end
        case .split(let first, let second):
            self.choices.append(Choice(instruction: second, offset: offset, least: offset))
            instruction = first
        case .jump(let target): instruction = target
        case .look(let isNegative, let next):
            guard (self.run(instruction + 1, offset) == nil) == isNegative else { return false }
            instruction = next
        case .atomic(let next):
            guard let end = self.run(instruction + 1, offset) else { return false }
            offset = end
            instruction = next
        case .lineStart:
            guard offset == self.range.lowerBound || self.text[offset - 1] == 0x0A else { return false }
            instruction += 1
        case .lineEnd:
            guard offset == self.range.upperBound || self.text[offset] == 0x0A else { return false }
            instruction += 1
        case .accept: break
        }
        return true
    }

    /// Takes characters of a set: where the least number ends and where all end, or nil when there are too few.
    private func take(_ set: Int, least: Int, most: Int, from start: Int) -> (needed: Int, end: Int)? {
        let wanted = self.pattern.sets[set]
        var offset = start
        var count = 0
        var needed = least == 0 ? start : -1
        while count < most, offset < self.range.upperBound {
            let (value, length) = ScalarBytes.scalar(self.text, offset)
            guard wanted.contains(value) else { break }
            offset += length
            count += 1
            if count == least { needed = offset }
        }
        return needed >= 0 ? (needed, offset) : nil
    }
}
