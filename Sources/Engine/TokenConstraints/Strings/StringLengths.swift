// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// How many scalars lead from each state of an automaton to an acceptance.
struct StringLengths: Sendable {
    /// The fewest scalars from each state.
    let shortest: [Int]
    /// The most scalars from each state; `Int.max` where there is no bound.
    let longest: [Int]
    /// `exact[n]` tells from which states exactly n scalars lead to an acceptance; empty where bounds do not need it.
    private var exact: [[Bool]] = []
    private static let maximumSteps = 4_000_000

    /// Measures an automaton.
    init(_ automaton: ScalarAutomaton) {
        let targets = Self.targets(automaton)
        self.shortest = Self.shortest(automaton, targets)
        self.longest = Self.longest(targets)
    }

    /// Adds exact counts if two-sided bounds need them.
    ///
    /// - Throws: ``ConstraintError`` with code `.tooLarge`.
    func counting(_ automaton: ScalarAutomaton, within least: Int, _ most: Int?) throws -> Self {
        guard least > 0, let most, most >= least, !automaton.universal.allSatisfy({ $0 }) else { return self }
        guard most * automaton.transitions.count <= Self.maximumSteps else { throw ScalarAutomaton.tooLarge }
        let targets = Self.targets(automaton)
        var counted = self
        counted.exact = [automaton.accepting]
        for _ in 0..<most {
            let last = counted.exact[counted.exact.count - 1]
            counted.exact.append(targets.map { row in row.contains { last[Int($0)] } })
        }
        return counted
    }

    /// Whether from a state an acceptance is reached with at least and at most so many scalars.
    func canEnd(_ state: Int, after least: Int, _ most: Int?) -> Bool {
        guard let most else { return self.longest[state] >= least }
        guard most >= least, self.shortest[state] <= most, self.longest[state] >= least else { return false }
        guard least > 0, !self.exact.isEmpty else { return true }
        return (least...most).contains { self.exact[$0][state] }
    }

    private static func targets(_ automaton: ScalarAutomaton) -> [[Int32]] {
        let width = automaton.classes.count
        return (0..<automaton.stateCount).map { state in
            Array(Set(automaton.transitions[state * width..<(state + 1) * width]).subtracting([ScalarAutomaton.dead]))
        }
    }

    private static func shortest(_ automaton: ScalarAutomaton, _ targets: [[Int32]]) -> [Int] {
        var sources = [[Int32]](repeating: [], count: targets.count)
        for (state, row) in targets.enumerated() { for target in row { sources[Int(target)].append(Int32(state)) } }
        var shortest = automaton.accepting.map { $0 ? 0 : Int.max }
        var front = targets.indices.filter { shortest[$0] == 0 }
        var distance = 0
        while !front.isEmpty {
            distance += 1
            var next = [Int]()
            for state in front {
                for source in sources[state] where shortest[Int(source)] == .max {
                    shortest[Int(source)] = distance
                    next.append(Int(source))
                }
            }
            front = next
        }
        return shortest
    }

    /// The longest ways, by taking away states whose every way is known; what is left lies on or before a loop.
    private static func longest(_ targets: [[Int32]]) -> [Int] {
        var sources = [[Int32]](repeating: [], count: targets.count)
        var open = targets.map(\.count)
        for (state, row) in targets.enumerated() { for target in row { sources[Int(target)].append(Int32(state)) } }
        var longest = [Int](repeating: .max, count: targets.count)
        var ready = targets.indices.filter { open[$0] == 0 }
        while let state = ready.popLast() {
            longest[state] = (targets[state].map { longest[Int($0)] + 1 }.max()) ?? 0
            for source in sources[state] {
                open[Int(source)] -= 1
                if open[Int(source)] == 0 { ready.append(Int(source)) }
            }
        }
        return longest
    }
}
