// SPDX-License-Identifier: Apache-2.0

/// Which members an object has so far.
struct ObjectProgress: Hashable {
    /// The declared names that were written.
    var seen: NameSet
    /// How many other names were written, no more than matter.
    var others: Int
}

/// What may follow in an object.
final class ObjectOutlook {
    /// The declared names that must still be written.
    let missing: NameSet
    /// Whether the object may end.
    let mayEnd: Bool
    /// How many of the declared names before each may still be written; one entry more than names.
    private let before: [Int32]
    /// Which of the groups of other names may still be written.
    let others: [Bool]

    /// Looks from some progress.
    ///
    /// - Parameters:
    ///   - shape: The object's shape.
    ///   - progress: Which members are there.
    ///   - budget: How many more levels may be opened inside.
    init(_ shape: ObjectShape, _ progress: ObjectProgress, budget: Int) {
        var wanted = shape.required
        wanted.formUnion(progress.seen)
        let missing = shape.closure(wanted).subtracting(progress.seen)
        let count = progress.seen.count + progress.others
        let room = shape.most.map { $0 - count - missing.count } ?? .max
        self.missing = missing
        self.mayEnd = missing.isEmpty && count >= shape.least
        self.others = shape.others.map { room >= 1 && $0.goal.depth <= budget }
        var before: [Int32] = [0]
        for name in shape.names.indices {
            let isAllowed =
                !progress.seen.contains(name) && shape.goals[name].depth <= budget
                && (missing.contains(name)
                    || room >= 1
                        && Self.canJoin(name, wanted, shape, room: room, missing: missing.count, budget: budget))
            before.append(before[name] + (isAllowed ? 1 : 0))
        }
        self.before = before
    }

    /// Whether any of some declared names may still be written.
    func allows(anyOf names: Range<Int>) -> Bool { self.before[names.upperBound] > self.before[names.lowerBound] }

    /// Whether a declared name may still be written.
    func allows(_ name: Int) -> Bool { self.before[name + 1] > self.before[name] }

    /// Whether any name may still be written.
    var allowsAny: Bool { self.before[self.before.count - 1] > 0 || self.others.contains(true) }

    /// Whether all that an optional name demands can follow it.
    private static func canJoin(
        _ name: Int, _ wanted: NameSet, _ shape: ObjectShape, room: Int, missing: Int, budget: Int
    ) -> Bool {
        guard !shape.dependents.isEmpty else { return true }
        var joined = wanted
        joined.insert(name)
        let all = shape.closure(joined)
        let added = all.subtracting(shape.closure(wanted))
        guard added.count <= room else { return false }
        return !shape.names.indices.contains { added.contains($0) && shape.goals[$0].depth > budget }
    }
}
