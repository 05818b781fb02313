// SPDX-License-Identifier: Apache-2.0

/// Numbers the beginnings of the numbers that a rule allows, as they are met; confined to one thread at a time.
final class NumberMachine {
    /// What the numbers must be.
    let rule: NumberRule
    private var prefixes = [NumberPrefix()]
    private var numbers: [NumberPrefix: Int32] = [:]

    /// The empty beginning.
    static let start: Int32 = 0

    /// Makes a machine that has met nothing.
    init(_ rule: NumberRule) { self.rule = rule }

    /// Whether no number is allowed.
    var isEmpty: Bool {
        ![UInt8(ascii: "-"), UInt8(ascii: "0")].contains { NumberPrefix().appending($0, self.rule) != nil }
            && !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains { NumberPrefix().appending($0, self.rule) != nil }
    }

    /// The beginning after one more character; -1 if none.
    func next(_ state: Int32, _ byte: UInt8) -> Int32 {
        guard let prefix = self.prefixes[Int(state)].appending(byte, self.rule) else { return -1 }
        if let known = self.numbers[prefix] { return known }
        let number = Int32(self.prefixes.count)
        self.prefixes.append(prefix)
        self.numbers[prefix] = number
        return number
    }

    /// Whether a number may end here.
    func accepts(_ state: Int32) -> Bool { self.prefixes[Int(state)].isComplete(self.rule) }
}
