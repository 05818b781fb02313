// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Remembers in which arm a unit was, so that a change of weights moves nobody.
package protocol StickyStore: Sendable {
    /// The arm that is kept for a unit.
    ///
    /// - Parameters:
    ///   - unit: The unit.
    ///   - experiment: The experiment's name and version, ``Experiment/stickyKey``.
    func arm(of unit: String, in experiment: String) async throws -> String?

    /// Keeps an arm for a unit unless one is kept already.
    ///
    /// - Returns: What is kept then, and whether this call has put it there: of several at once, one has.
    func keep(_ arm: String, of unit: String, in experiment: String) async throws -> (arm: String, isNew: Bool)

    /// Forgets what is kept for a unit, because its arm is gone.
    func forget(_ unit: String, in experiment: String) async throws
}

/// A store in this process's memory.
///
/// When it is full, further units are not kept: they follow their hash, which changes with the weights only.
package final class InMemoryStickyStore: StickyStore {
    private struct Key: Hashable {
        let unit: String
        let experiment: String
    }

    private let kept = Mutex<[Key: String]>([:])
    private let capacity: Int

    /// Makes an empty store.
    ///
    /// - Parameter capacity: How many units it keeps at most.
    package init(capacity: Int = 1_000_000) { self.capacity = capacity }

    /// The arm that is kept for a unit.
    package func arm(of unit: String, in experiment: String) async throws -> String? {
        self.kept.withLock { $0[Key(unit: unit, experiment: experiment)] }
    }

    /// Keeps an arm for a unit unless one is kept already.
    package func keep(
        _ arm: String, of unit: String, in experiment: String
    ) async throws -> (arm: String, isNew: Bool) {
        let key = Key(unit: unit, experiment: experiment)
        return self.kept.withLock { kept in
            if let earlier = kept[key] { return (earlier, false) }
            if kept.count < self.capacity { kept[key] = arm }
            return (arm, true)
        }
    }

    /// Forgets what is kept for a unit.
    package func forget(_ unit: String, in experiment: String) async throws {
        _ = self.kept.withLock { $0.removeValue(forKey: Key(unit: unit, experiment: experiment)) }
    }
}
