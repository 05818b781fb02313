// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Puts units into arms.
package struct Assigner: Sendable {
    /// The longest unit name in bytes.
    private static let longestUnit = 1_024

    private let experiment: Experiment
    private let store: (any StickyStore)?
    private let groups: [String: [JSONValue]]

    /// Makes an assigner.
    ///
    /// - Parameters:
    ///   - experiment: What to assign for.
    ///   - store: Remembers units; without one, units follow their hash alone.
    ///   - groups: What `$inGroup` in conditions refers to.
    package init(experiment: Experiment, store: (any StickyStore)? = nil, groups: [String: [JSONValue]] = [:]) {
        self.experiment = experiment
        self.store = store
        self.groups = groups
    }

    /// Puts a unit into an arm, or says why it takes no part.
    ///
    /// The hold-out comes first; then what is kept, which neither the namespace nor the condition nor new weights undo;
    /// then namespace, condition and hash.
    /// - Parameters:
    ///   - unit: A user, a session or a request: whatever must always see the same arm.
    ///   - attributes: What the condition asks about.
    ///   - weights: Other shares than the definition's, as a canary or an adaptive allocation gives them.
    /// - Throws: ``ExperimentError`` for a unit without a name or with one longer than 1,024 bytes; what the store throws.
    package func assign(
        _ unit: String, attributes: JSONValue = [:], weights: [Double]? = nil
    ) async throws -> Assignment {
        guard !unit.isEmpty, unit.utf8.count <= Self.longestUnit else {
            throw ExperimentError(
                .invalidUnit,
                "A unit of experiment '\(self.experiment.name)' has a name of \(unit.utf8.count) bytes; give 1 to 1024."
            )
        }
        let bucket = BucketHash.version2(seed: self.experiment.seed, unit: unit)
        let refusal = { Assignment(unit: unit, arm: nil, reason: $0, bucket: bucket) }
        if self.experiment.holdOut?.contains(unit) == true { return refusal(.heldOut) }
        if let kept = try await self.kept(for: unit) {
            return Assignment(unit: unit, arm: kept, reason: .sticky, bucket: bucket)
        }
        if self.experiment.namespace?.contains(unit) == false { return refusal(.outsideNamespace) }
        if self.experiment.condition?.holds(for: attributes, groups: self.groups) == false {
            return refusal(.notTargeted)
        }
        let ranges = BucketRanges(
            arms: self.experiment.arms.count, coverage: self.experiment.coverage,
            weights: weights ?? self.experiment.weights)
        guard let index = ranges.arm(at: bucket) else { return refusal(.notCovered) }
        let arm = self.experiment.arms[index].name
        let kept = try await self.store?.keep(arm, of: unit, in: self.experiment.stickyKey) ?? (arm: arm, isNew: true)
        return Assignment(unit: unit, arm: kept.arm, reason: kept.isNew ? .hashed : .sticky, bucket: bucket)
    }

    /// The arm that is kept for a unit, if the experiment still has it.
    private func kept(for unit: String) async throws -> String? {
        let key = self.experiment.stickyKey
        guard let store, let name = try await store.arm(of: unit, in: key) else { return nil }
        if self.experiment.arms.contains(where: { $0.name == name }) { return name }
        try await store.forget(unit, in: key)
        return nil
    }
}
