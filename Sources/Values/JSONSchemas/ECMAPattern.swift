// SPDX-License-Identifier: Apache-2.0

/// A regular expression of ECMA-262 (Unicode mode), matched in time linear in the text.
///
/// All ways through the pattern are followed at once (Thompson 1968), so no pattern can make matching explode; what
/// that cannot express (back-references, look-behind) is refused when the pattern is compiled. Each look-ahead reads the
/// rest of the text again wherever it is tried, which is why matching also has a budget of steps.
package struct ECMAPattern: Sendable {
    /// One instruction of the compiled pattern.
    package enum Instruction: Sendable {
        case scalar(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case textStart, textEnd
        case wordBoundary(Bool)
        case lookAhead(Int, isNegated: Bool)
        case match
    }

    /// The pattern as it was written.
    let source: String
    private let program: [Instruction]
    private static let maximumSteps = 50_000_000

    /// Compiles a pattern.
    ///
    /// - Throws: ``PatternError`` that says what is wrong or not supported.
    init(_ source: String) throws {
        var parser = PatternParser(source)
        let tree = try parser.parse()
        var compiler = PatternCompiler()
        self.source = source
        self.program = try compiler.compile(tree)
    }

    /// Tells whether the pattern matches anywhere in a text; nil if that took too many steps.
    func matches(_ text: String) -> Bool? {
        var matcher = PatternMatcher(
            program: self.program, text: Array(text.unicodeScalars), stepsLeft: Self.maximumSteps)
        let found = matcher.run(from: 0, at: 0, isSearch: true)
        return matcher.stepsLeft > 0 ? found : nil
    }
}

/// What is wrong with a pattern.
package struct PatternError: Error {
    /// What is wrong, as a sentence about "it".
    package let problem: String
    /// Whether the pattern may be right, but not here.
    package let isUnsupported: Bool

    /// Says what is wrong.
    package init(problem: String, isUnsupported: Bool) {
        self.problem = problem
        self.isUnsupported = isUnsupported
    }
}

/// Follows every way through a program at once.
private struct PatternMatcher {
    let program: [ECMAPattern.Instruction]
    let text: [Unicode.Scalar]
    var stepsLeft: Int

    /// Runs the program that starts at `start`, from `position`; a search may begin at any later place, too.
    mutating func run(from start: Int, at position: Int, isSearch: Bool) -> Bool {
        var current = [Int]()
        var marks = [Int](repeating: -1, count: self.program.count)
        var place = position
        while self.stepsLeft > 0 {
            if isSearch || place == position, self.follow(start, at: place, into: &current, marks: &marks) {
                return true
            }
            guard place < self.text.count, isSearch || !current.isEmpty else { return false }
            let scalar = self.text[place]
            var next = [Int]()
            for counter in current {
                self.stepsLeft -= 1
                guard case .scalar(let set) = self.program[counter], set.contains(scalar) else { continue }
                if self.follow(counter + 1, at: place + 1, into: &next, marks: &marks) { return true }
            }
            current = next
            place += 1
        }
        return false
    }

    /// Adds every instruction reachable without reading; true if the match instruction is among them.
    private mutating func follow(_ start: Int, at place: Int, into list: inout [Int], marks: inout [Int]) -> Bool {
        var stack = [start]
        while let counter = stack.popLast() {
            guard marks[counter] != place else { continue }
            marks[counter] = place
            self.stepsLeft -= 1
            switch self.program[counter] {
            case .match: return true
            case .scalar: list.append(counter)
            case .jump(let target): stack.append(target)
            case .split(let first, let second): stack += [second, first]
            case .textStart: if place == 0 { stack.append(counter + 1) }
            case .textEnd: if place == self.text.count { stack.append(counter + 1) }
            case .wordBoundary(let wanted):
                if (self.isWord(place - 1) != self.isWord(place)) == wanted { stack.append(counter + 1) }
            case .lookAhead(let end, let isNegated):
                self.stepsLeft -= self.program.count  // Each look has marks of its own.
                if self.run(from: counter + 1, at: place, isSearch: false) != isNegated { stack.append(end) }
            }
        }
        return false
    }

    private func isWord(_ place: Int) -> Bool {
        self.text.indices.contains(place) && ScalarSet.wordCharacters.contains(self.text[place])
    }
}
