// SPDX-License-Identifier: Apache-2.0

/// Unicode in the letters that host names allow (RFC 3492).
enum Punycode {
    private static let (base, least, most, skew, damp) = (36, 1, 26, 38, 700)

    /// The scalars that an ASCII text stands for; nil if it is malformed.
    static func decode(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
        guard bytes.count <= 63 else { return nil }
        let hyphen = bytes.lastIndex(of: UInt8(ascii: "-"))
        var output = bytes[..<(hyphen ?? 0)].map { Unicode.Scalar($0) }
        var rest = bytes[(hyphen.map { $0 + 1 } ?? 0)...]
        var (code, position, bias) = (128, 0, 72)
        while !rest.isEmpty {
            let start = position
            var (weight, step) = (1, self.base)
            while true {
                guard let digit = rest.popFirst().flatMap(self.digit) else { return nil }
                position += digit * weight
                let limit = self.threshold(step, bias)
                if digit < limit { break }
                weight *= self.base - limit
                step += self.base
                guard weight < 1 << 40, position < 1 << 40 else { return nil }
            }
            let count = output.count + 1
            bias = self.adapt(position - start, count, isFirst: start == 0)
            code += position / count
            position %= count
            guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else { return nil }
            output.insert(scalar, at: position)
            position += 1
        }
        return output
    }

    /// The ASCII text that stands for some scalars, without its prefix; nil if they are too many for a label.
    static func encode(_ scalars: [Unicode.Scalar]) -> [UInt8]? {
        guard scalars.count <= 63 else { return nil }
        var output = scalars.filter(\.isASCII).map { UInt8($0.value) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var (code, delta, bias, handled) = (128, 0, 72, basic)
        while handled < scalars.count {
            guard let next = scalars.map({ Int($0.value) }).filter({ $0 >= code }).min() else { return nil }
            delta += (next - code) * (handled + 1)
            code = next
            for scalar in scalars {
                if Int(scalar.value) < code { delta += 1 }
                guard Int(scalar.value) == code else { continue }
                self.append(delta, bias, to: &output)
                bias = self.adapt(delta, handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return output
    }

    private static func append(_ delta: Int, _ bias: Int, to output: inout [UInt8]) {
        var (rest, step) = (delta, self.base)
        while true {
            let limit = self.threshold(step, bias)
            guard rest >= limit else { break }
            output.append(self.letter(limit + (rest - limit) % (self.base - limit)))
            rest = (rest - limit) / (self.base - limit)
            step += self.base
        }
        output.append(self.letter(rest))
    }

    private static func threshold(_ step: Int, _ bias: Int) -> Int { min(max(step - bias, self.least), self.most) }

    private static func adapt(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / self.damp : delta / 2
        delta += delta / count
        var step = 0
        while delta > (self.base - self.least) * self.most / 2 {
            delta /= self.base - self.least
            step += self.base
        }
        return step + (self.base - self.least + 1) * delta / (delta + self.skew)
    }

    private static func digit(_ byte: UInt8) -> Int? {
        if byte.isDigit { return Int(byte - UInt8(ascii: "0")) + 26 }
        return byte.isLetter ? Int((byte | 0x20) - UInt8(ascii: "a")) : nil
    }

    private static func letter(_ digit: Int) -> UInt8 {
        digit < 26 ? UInt8(ascii: "a") + UInt8(digit) : UInt8(ascii: "0") + UInt8(digit - 26)
    }
}
