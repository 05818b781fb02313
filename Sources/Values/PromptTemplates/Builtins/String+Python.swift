// SPDX-License-Identifier: Apache-2.0

/// Python's string operations, on code points.
extension String {
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }

    /// Lower case; a capital sigma at a word's end becomes a final one.
    var pythonLowercased: String {
        guard self.unicodeScalars.contains("Σ") else { return self.lowercased() }
        let scalars = Array(self.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            if scalar == "Σ" {
                let before = index > 0 && scalars[index - 1].properties.isCased
                let after = index + 1 < scalars.count && scalars[index + 1].properties.isCased
                result += before && !after ? "ς" : "σ"
            } else {
                result += scalar.properties.lowercaseMapping
            }
        }
        return result
    }

    /// The string with the decimal digits of every script written as `0` to `9`, as Python reads numbers.
    var withASCIIDigits: String {
        guard !self.utf8.allSatisfy({ $0 < 0x80 }) else { return self }
        return self.unicodeScalars.map { scalar in
            guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
                return String(scalar)
            }
            return String(Int(value))
        }.joined()
    }

    var pythonCapitalized: String {
        guard let first = self.unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping + String(self.unicodeScalars.dropFirst()).pythonLowercased
    }

    /// `str.title`: a capital after everything that has no case.
    var pythonTitled: String {
        var result = ""
        var inWord = false
        for scalar in self.unicodeScalars {
            result += inWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
            inWord = scalar.properties.isCased
        }
        return result
    }

    func stripped(_ characters: Set<Unicode.Scalar>?, left: Bool = true, right: Bool = true) -> String {
        func strips(_ scalar: Unicode.Scalar) -> Bool { characters?.contains(scalar) ?? scalar.isPythonSpace }
        var view = self.unicodeScalars[...]
        if left { view = view.drop(while: strips) }
        if right { while let last = view.last, strips(last) { view.removeLast() } }
        return String(view)
    }

    /// The padding goes left first where it is odd and the width is odd, as CPython does.
    func centered(width: Int, fill: Unicode.Scalar = " ") -> String {
        let margin = max(0, width) - self.unicodeScalars.count
        guard margin > 0 else { return self }
        let left = margin / 2 + (margin & width & 1)
        return String(repeating: String(fill), count: left) + self
            + String(repeating: String(fill), count: margin - left)
    }

    /// `str.splitlines()`.
    var pythonLines: [String] { self.lines(keepingEnds: false) }

    func lines(keepingEnds: Bool) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var iterator = self.unicodeScalars.makeIterator()
        var pending = iterator.next()
        var isOpen = false
        while let scalar = pending {
            pending = iterator.next()
            isOpen = true
            guard scalar.isPythonLineBreak else {
                line.append(scalar)
                continue
            }
            if keepingEnds { line.append(scalar) }
            if scalar == "\r", pending == "\n" {
                if keepingEnds { line.append("\n") }
                pending = iterator.next()
            }
            lines.append(String(line))
            line = String.UnicodeScalarView()
            isOpen = false
        }
        if isOpen { lines.append(String(line)) }
        return lines
    }

    /// Where another string begins in this one, as offsets into the UTF-8 bytes, without overlaps.
    func byteOffsets(of part: String, limit: Int = .max) -> [Int] {
        let (text, part) = (Array(self.utf8), Array(part.utf8))
        guard !part.isEmpty, part.count <= text.count, limit > 0 else { return [] }
        let borders = Self.borders(of: part)
        var offsets: [Int] = []
        var matched = 0
        for (index, byte) in text.enumerated() {
            while matched > 0, part[matched] != byte { matched = borders[matched - 1] }
            if part[matched] == byte { matched += 1 }
            guard matched == part.count else { continue }
            offsets.append(index + 1 - matched)
            if offsets.count == limit { break }
            matched = 0
        }
        return offsets
    }

    /// For each beginning of a text, how much of its end begins it again (Knuth, Morris and Pratt 1977).
    ///
    /// With these no text makes a search take more than linear time.
    private static func borders(of part: [UInt8]) -> [Int] {
        var borders = [Int](repeating: 0, count: part.count)
        var length = 0
        for index in part.indices.dropFirst() {
            while length > 0, part[length] != part[index] { length = borders[length - 1] }
            if part[length] == part[index] { length += 1 }
            borders[index] = length
        }
        return borders
    }

    func containsCodePoints(of part: String) -> Bool { part.isEmpty || !self.byteOffsets(of: part, limit: 1).isEmpty }

    /// `str.replace`; a negative count replaces all.
    func replacing(_ old: String, with new: String, count: Int, _ renderer: Renderer) throws -> String {
        let limit = count < 0 ? Int.max : count
        try renderer.charge(bytes: self.utf8.count)
        if old.isEmpty {
            let scalars = Array(self.unicodeScalars)
            try renderer.charge(bytes: new.utf8.count, times: min(limit, scalars.count + 1))
            var result = ""
            for index in 0...scalars.count {
                if index < limit { result += new }
                if index < scalars.count { result.unicodeScalars.append(scalars[index]) }
            }
            return result
        }
        let offsets = self.byteOffsets(of: old, limit: limit)
        if offsets.isEmpty { return self }
        try renderer.charge(bytes: new.utf8.count, times: offsets.count)
        let bytes = Array(self.utf8)
        var result: [UInt8] = []
        var position = 0
        for offset in offsets {
            result += bytes[position..<offset]
            result += new.utf8
            position = offset + old.utf8.count
        }
        result += bytes[position...]
        return String(decoding: result, as: UTF8.self)
    }

    /// `str.split` at a separator; a negative limit splits everywhere.
    func split(at separator: String, limit: Int, fromRight: Bool = false) -> [String] {
        var offsets = self.byteOffsets(of: separator)
        if fromRight {
            // Matches are sought from the right; they differ only where the separator can overlap itself.
            let reversed = String(self.unicodeScalars.reversed())
            let length = self.utf8.count
            offsets = reversed.byteOffsets(of: String(separator.unicodeScalars.reversed()))
                .map { length - $0 - separator.utf8.count }.reversed()
        }
        if limit >= 0 { offsets = Array(fromRight ? offsets.suffix(limit) : offsets.prefix(limit)) }
        let bytes = Array(self.utf8)
        var parts: [String] = []
        var position = 0
        for offset in offsets {
            parts.append(String(decoding: bytes[position..<offset], as: UTF8.self))
            position = offset + separator.utf8.count
        }
        parts.append(String(decoding: bytes[position...], as: UTF8.self))
        return parts
    }

    /// `str.split()` at white space; a negative limit splits everywhere.
    func splitAtSpace(limit: Int = -1, fromRight: Bool = false) -> [String] {
        var scalars = Array(self.unicodeScalars)
        if fromRight { scalars.reverse() }
        var parts: [String] = []
        var index = 0
        while true {
            while index < scalars.count, scalars[index].isPythonSpace { index += 1 }
            if index == scalars.count { break }
            var end = index
            if limit >= 0, parts.count == limit {
                end = scalars.count
            } else {
                while end < scalars.count, !scalars[end].isPythonSpace { end += 1 }
            }
            let part = scalars[index..<end]
            parts.append(fromRight ? String(part.reversed()) : String(part))
            if limit >= 0, parts.count > limit { break }
            index = end
        }
        return fromRight ? parts.reversed() : parts
    }
}
