// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

/// Turns the program of a pattern into an automaton for the texts in which the pattern is found.
struct PatternDeterminizer {
    private let program: [ECMAPattern.Instruction]
    private let classes: ScalarClasses
    /// Which classes each reading instruction takes; empty for the others.
    private let taken: [[Bool]]
    private let isWordClass: [Bool]
    private let hasBoundaries: Bool

    /// Where the pattern's threads are between two scalars.
    private struct Place: Hashable {
        var threads: [Int]
        var isStart: Bool
        var isAfterWord: Bool
    }

    /// Prepares a program without look-aheads.
    init(_ program: [ECMAPattern.Instruction]) {
        self.program = program
        var sets = [[ClosedRange<UInt32>]]()
        var hasBoundaries = false
        for instruction in program {
            if case .scalar(let set) = instruction { sets.append(ScalarRanges(set).ranges) }
            if case .wordBoundary = instruction { hasBoundaries = true }
        }
        if hasBoundaries { sets.append(ScalarRanges(.wordCharacters).ranges) }
        self.hasBoundaries = hasBoundaries
        let classes = ScalarClasses(telling: sets)
        self.classes = classes
        let samples = classes.representatives.compactMap(Unicode.Scalar.init)
        self.taken = program.map { instruction in
            guard case .scalar(let set) = instruction else { return [] }
            return samples.map(set.contains)
        }
        self.isWordClass = samples.map(ScalarSet.wordCharacters.contains)
    }

    /// Follows all threads at once, class by class.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge`.
    func automaton() throws -> ScalarAutomaton {
        // State 0 is where the pattern was found: everything may follow.
        var transitions = [Int32](repeating: 0, count: self.classes.count)
        var accepting = [true]
        var numbers = [Place: Int32]()
        var places: [Place?] = [nil]
        func number(_ place: Place) throws -> Int32 {
            if let known = numbers[place] { return known }
            guard places.count < ScalarAutomaton.maximumStates else { throw ScalarAutomaton.tooLarge }
            numbers[place] = Int32(places.count)
            places.append(place)
            return Int32(places.count - 1)
        }
        let start = try number(Place(threads: [0], isStart: true, isAfterWord: false))
        var index = 1
        while index < places.count {
            guard let place = places[index] else { continue }
            accepting.append(self.closure(of: place, isEnd: true, isBeforeWord: false).isFound)
            let plain = self.closure(of: place, isEnd: false, isBeforeWord: false)
            let word = self.hasBoundaries ? self.closure(of: place, isEnd: false, isBeforeWord: true) : plain
            for column in 0..<self.classes.count {
                let reached = self.isWordClass[column] ? word : plain
                guard !reached.isFound else {
                    transitions.append(0)
                    continue
                }
                let threads = Set(reached.threads.filter { self.taken[$0][column] }.map { $0 + 1 } + [0]).sorted()
                let isAfterWord = self.hasBoundaries && self.isWordClass[column]
                transitions.append(try number(Place(threads: threads, isStart: false, isAfterWord: isAfterWord)))
            }
            index += 1
        }
        return ScalarAutomaton(classes: self.classes, transitions: transitions, accepting: accepting, start: start)
    }

    /// The reading instructions that are reached without reading, and whether the pattern's end is.
    private func closure(of place: Place, isEnd: Bool, isBeforeWord: Bool) -> (threads: [Int], isFound: Bool) {
        var stack = place.threads
        var isSeen = [Bool](repeating: false, count: self.program.count)
        var threads = [Int]()
        while let thread = stack.popLast() {
            guard !isSeen[thread] else { continue }
            isSeen[thread] = true
            switch self.program[thread] {
            case .match: return ([], true)
            case .scalar: threads.append(thread)
            case .jump(let target): stack.append(target)
            case .split(let first, let second): stack += [second, first]
            case .textStart: if place.isStart { stack.append(thread + 1) }
            case .textEnd: if isEnd { stack.append(thread + 1) }
            case .wordBoundary(let wanted):
                if (place.isAfterWord != isBeforeWord) == wanted { stack.append(thread + 1) }
            case .lookAhead: break
            }
        }
        return (threads, false)
    }
}
