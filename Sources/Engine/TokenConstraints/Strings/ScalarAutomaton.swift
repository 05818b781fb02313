// SPDX-License-Identifier: Apache-2.0

/// A deterministic automaton over Unicode scalars without dead ends: an acceptance can be reached from every state.
struct ScalarAutomaton: Sendable {
    /// Which scalars the automaton tells apart.
    let classes: ScalarClasses
    /// The state after each class: `transitions[state * classes.count + class]`, ``dead`` where there is none.
    let transitions: [Int32]
    /// Whether a text may end in each state.
    let accepting: [Bool]
    /// States from which everything is accepted.
    let universal: [Bool]
    /// Where texts begin; ``dead`` if none is accepted.
    let start: Int32

    /// No state.
    static let dead: Int32 = -1

    /// How many states there are.
    var stateCount: Int { self.accepting.count }

    /// Whether no text at all is accepted.
    var isEmpty: Bool { self.start == Self.dead }

    /// Takes an automaton that may have useless states, and leaves them out.
    ///
    /// - Parameters:
    ///   - transitions: As in the property, possibly into states that lead nowhere.
    ///   - accepting: Whether a text may end in each state.
    ///   - start: Where texts begin.
    init(classes: ScalarClasses, transitions: [Int32], accepting: [Bool], start: Int32) {
        let table = StateTable(width: classes.count, transitions: transitions, accepting: accepting).trimmed(
            start: start)
        self.classes = classes
        self.transitions = table.transitions
        self.accepting = table.accepting
        self.universal = table.universal
        self.start = table.start
    }

    /// The state after a scalar; ``dead`` if none.
    func next(_ state: Int32, _ scalar: UInt32) -> Int32 {
        let number = self.classes[scalar]
        return number < 0 ? Self.dead : self.transitions[Int(state) * self.classes.count + Int(number)]
    }

    /// The states that may follow by a scalar within a range; states may come more than once.
    func successors(_ state: Int32, _ range: ClosedRange<UInt32>) -> some Sequence<Int32> {
        let row = Int(state) * self.classes.count
        return self.classes.meeting(range).lazy.map { self.transitions[row + Int($0)] }.filter { $0 != Self.dead }
    }

    /// The state after a text; ``dead`` if no accepted text begins with it.
    func state(after text: String) -> Int32 {
        var state = self.start
        for scalar in text.unicodeScalars {
            guard state != Self.dead else { return state }
            state = self.next(state, scalar.value)
        }
        return state
    }

    /// Whether a text is accepted.
    func accepts(_ text: String) -> Bool {
        let state = self.state(after: text)
        return state != Self.dead && self.accepting[Int(state)]
    }
}

/// The table of an automaton while it is cleaned.
private struct StateTable {
    let width: Int
    let transitions: [Int32]
    let accepting: [Bool]

    /// What is left: states that are reached and from which an acceptance is reached, all universal ones as one.
    func trimmed(start: Int32) -> (transitions: [Int32], accepting: [Bool], universal: [Bool], start: Int32) {
        let live = self.live()
        let universal = self.universal()
        guard start >= 0, live[Int(start)] else { return ([], [], [], -1) }
        var numbers = [Int32](repeating: -1, count: self.accepting.count)
        var kept = [Int]()
        var everything: Int32 = -1
        func number(_ state: Int32) -> Int32 {
            guard state >= 0, live[Int(state)] else { return -1 }
            if universal[Int(state)], everything >= 0 { return everything }
            if numbers[Int(state)] < 0 {
                numbers[Int(state)] = Int32(kept.count)
                if universal[Int(state)] { everything = Int32(kept.count) }
                kept.append(Int(state))
            }
            return numbers[Int(state)]
        }
        let first = number(start)
        var transitions = [Int32]()
        var index = 0
        while index < kept.count {
            for column in 0..<self.width {
                transitions.append(number(self.transitions[kept[index] * self.width + column]))
            }
            index += 1
        }
        return (transitions, kept.map { self.accepting[$0] }, kept.map { universal[$0] }, first)
    }

    /// The states from which an accepting one is reached.
    private func live() -> [Bool] {
        let count = self.accepting.count
        var heads = [Int32](repeating: -1, count: count)
        var links = [(source: Int32, next: Int32)]()
        for state in 0..<count {
            for column in 0..<self.width {
                let target = Int(self.transitions[state * self.width + column])
                guard target >= 0, links.count < Int(Int32.max) else { continue }
                links.append((Int32(state), heads[target]))
                heads[target] = Int32(links.count - 1)
            }
        }
        var live = self.accepting
        var waiting = (0..<count).filter { live[$0] }
        while let state = waiting.popLast() {
            var link = heads[state]
            while link >= 0 {
                let source = Int(links[Int(link)].source)
                if !live[source] {
                    live[source] = true
                    waiting.append(source)
                }
                link = links[Int(link)].next
            }
        }
        return live
    }

    /// The states from which nothing is refused: what is left when every state that leads outside is dropped, again and again.
    private func universal() -> [Bool] {
        var universal = self.accepting
        var isChanged = true
        while isChanged {
            isChanged = false
            for state in universal.indices where universal[state] {
                let row = self.transitions[state * self.width..<(state + 1) * self.width]
                if row.contains(where: { $0 < 0 || !universal[Int($0)] }) {
                    universal[state] = false
                    isChanged = true
                }
            }
        }
        return universal
    }
}
