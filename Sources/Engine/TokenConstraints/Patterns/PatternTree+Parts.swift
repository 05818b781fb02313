// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas

extension PatternTree {
    /// The parts directly inside.
    private var children: [PatternTree] {
        switch self {
        case .empty, .scalar, .textStart, .textEnd, .wordBoundary: []
        case .sequence(let parts), .choice(let parts): parts
        case .repetition(let body, _, _), .lookAhead(let body, _): [body]
        }
    }

    /// Whether whatever is before or after a match plays a part.
    var hasAssertions: Bool {
        switch self {
        case .textStart, .textEnd, .wordBoundary, .lookAhead: true
        default: self.children.contains { $0.hasAssertions }
        }
    }

    /// Whether the empty text may match.
    var mayBeEmpty: Bool {
        switch self {
        case .scalar: false
        case .empty, .textStart, .textEnd, .wordBoundary, .lookAhead: true
        case .sequence(let parts): parts.allSatisfy { $0.mayBeEmpty }
        case .choice(let parts): parts.contains { $0.mayBeEmpty }
        case .repetition(let body, let least, _): least == 0 || body.mayBeEmpty
        }
    }

    /// Adds every set of scalars.
    func collectSets(into sets: inout Set<ScalarRanges>) {
        if case .scalar(let set) = self { sets.insert(ScalarRanges(set)) }
        for child in self.children { child.collectSets(into: &sets) }
    }
}
