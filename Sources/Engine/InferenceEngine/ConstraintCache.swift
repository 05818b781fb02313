// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization
internal import TokenConstraints
internal import Tokenization

/// The constraints that an engine was asked for lately, compiled.
final class ConstraintCache: Sendable {
    private struct State {
        var vocabulary: ConstraintVocabulary?
        /// The latest one last.
        var known: [(constraint: OutputConstraint, compiled: CompiledConstraint)] = []
    }

    private let tokenizer: Tokenizer
    private let state = Mutex(State())
    private static let capacity = 16

    init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

    /// Compiles a constraint, unless it is known; takes the caller's time, not the engine's.
    ///
    /// - Throws: ``ConstraintError`` that says why the constraint cannot be kept to.
    func compile(_ constraint: OutputConstraint) throws -> CompiledConstraint {
        if let known = self.take(constraint) { return known }
        // Two callers may both do the same work at first; neither waits for the other's.
        let compiled = try CompiledConstraint(constraint, vocabulary: self.vocabulary())
        self.state.withLock { state in
            state.known.removeAll { $0.constraint == constraint }
            if state.known.count == Self.capacity { state.known.removeFirst() }
            state.known.append((constraint, compiled))
        }
        return compiled
    }

    /// A known constraint, which is the latest one from now on.
    private func take(_ constraint: OutputConstraint) -> CompiledConstraint? {
        self.state.withLock { state in
            guard let place = state.known.firstIndex(where: { $0.constraint == constraint }) else { return nil }
            let entry = state.known.remove(at: place)
            if entry.compiled.isOvergrown { return nil }
            state.known.append(entry)
            return entry.compiled
        }
    }

    private func vocabulary() -> ConstraintVocabulary {
        if let vocabulary = self.state.withLock({ $0.vocabulary }) { return vocabulary }
        let vocabulary = ConstraintVocabulary(self.tokenizer)
        self.state.withLock { $0.vocabulary = vocabulary }
        return vocabulary
    }
}
