// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

extension ScalarAutomaton {
    /// The most states of an automaton; a larger one is refused rather than waited for.
    static let maximumStates = 8_000

    /// Accepts every text.
    static let everything = Self(
        classes: ScalarClasses(telling: []), transitions: [0], accepting: [true], start: 0)

    /// Accepts exactly the given texts.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge`.
    static func literals(_ texts: some Collection<String>) throws -> Self {
        let scalars = Set(texts.flatMap { $0.unicodeScalars.map(\.value) })
        let classes = ScalarClasses(telling: scalars.sorted().map { [$0...$0] })
        var transitions = [Int32](repeating: Self.dead, count: classes.count)
        var accepting = [false]
        for text in texts {
            var state = 0
            for scalar in text.unicodeScalars {
                let place = state * classes.count + Int(classes[scalar.value])
                if transitions[place] == Self.dead {
                    transitions[place] = Int32(accepting.count)
                    accepting.append(false)
                    guard accepting.count * classes.count <= 4_000_000 else { throw Self.tooLarge }
                    transitions += repeatElement(Self.dead, count: classes.count)
                }
                state = Int(transitions[place])
            }
            accepting[state] = true
        }
        return Self(classes: classes, transitions: transitions, accepting: accepting, start: 0)
    }

    /// Accepts what both accept.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge`.
    func intersection(_ other: Self) throws -> Self { try self.combined(with: other) { $0 && $1 } }

    /// Accepts what either accepts.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge`.
    func union(_ other: Self) throws -> Self { try self.combined(with: other) { $0 || $1 } }

    /// Accepts what this accepts and the other does not.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge`.
    func subtracting(_ other: Self) throws -> Self { try self.combined(with: other) { $0 && !$1 } }

    /// Accepts what this does not.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge`.
    func complement() throws -> Self { try Self.everything.subtracting(self) }

    private struct Pair: Hashable {
        var left: Int32
        var right: Int32
    }

    /// Runs both at once; `accepts` must refuse what neither accepts.
    private func combined(with other: Self, _ accepts: (Bool, Bool) -> Bool) throws -> Self {
        let classes = ScalarClasses(self.classes, other.classes)
        let columns = classes.representatives.map { (Int(self.classes[$0]), Int(other.classes[$0])) }
        let (needsLeft, needsRight) = (!accepts(false, true), !accepts(true, false))
        var numbers = [Pair: Int32]()
        var pairs = [Pair]()
        var transitions = [Int32]()
        func number(_ pair: Pair) throws -> Int32 {
            if pair.left < 0 && (needsLeft || pair.right < 0) || pair.right < 0 && needsRight { return Self.dead }
            if let known = numbers[pair] { return known }
            guard pairs.count < Self.maximumStates else { throw Self.tooLarge }
            numbers[pair] = Int32(pairs.count)
            pairs.append(pair)
            return Int32(pairs.count - 1)
        }
        let start = try number(Pair(left: self.start, right: other.start))
        var index = 0
        while index < pairs.count {
            let pair = pairs[index]
            for (left, right) in columns {
                transitions.append(
                    try number(
                        Pair(
                            left: pair.left < 0 ? -1 : self.transitions[Int(pair.left) * self.classes.count + left],
                            right: pair.right < 0
                                ? -1 : other.transitions[Int(pair.right) * other.classes.count + right])))
            }
            index += 1
        }
        let accepting = pairs.map { pair in
            accepts(
                pair.left >= 0 && self.accepting[Int(pair.left)], pair.right >= 0 && other.accepting[Int(pair.right)])
        }
        return Self(classes: classes, transitions: transitions, accepting: accepting, start: start)
    }

    static var tooLarge: ConstraintError {
        ConstraintError(
            .tooLarge, "A string's rules together need more than \(Self.maximumStates) states; make them simpler.")
    }
}
