// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import Synchronization

extension LiveExperiment {
    /// Says which arm a unit would get now, and neither keeps nor counts it.
    ///
    /// - Throws: ``ExperimentError`` for a unit without a name; what the store throws.
    package func peek(_ unit: String, attributes: JSONValue = [:]) async throws -> Assignment {
        let (settled, weights, current) = self.state.withLock { ($0.settled, $0.weights, $0.current) }
        if let settled {
            let bucket = BucketHash.version2(seed: self.experiment.seed, unit: unit)
            return Assignment(unit: unit, arm: settled, reason: .decided, bucket: bucket)
        }
        let assigner = Assigner(experiment: current, store: self.store.map(UnchangedStore.init(store:)))
        return try await assigner.assign(unit, attributes: attributes, weights: weights)
    }
}

/// A store that is read and never written.
private struct UnchangedStore: StickyStore {
    let store: any StickyStore

    func arm(of unit: String, in experiment: String) async throws -> String? {
        try await self.store.arm(of: unit, in: experiment)
    }

    func keep(_ arm: String, of unit: String, in experiment: String) async throws -> (arm: String, isNew: Bool) {
        (arm, true)
    }

    func forget(_ unit: String, in experiment: String) async throws {}
}
