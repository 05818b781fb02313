// SPDX-License-Identifier: Apache-2.0

package import LLMCore
internal import Synchronization
internal import Tokenization

/// A constraint that is ready to be matched, for one tokenizer.
///
/// It may be handed to another thread, but is used by one at a time: asking for masks makes states.
package final class CompiledConstraint: @unchecked Sendable {  // one queue asks it; `states` is atomic
    let automaton: any ByteAutomaton
    let masks: MaskComputer
    private let states = Atomic<Int>(0)

    /// An automaton that met more states is not worth keeping.
    private static let mostStates = 50_000

    /// Compiles a constraint.
    ///
    /// - Throws: ``ConstraintError`` when it is malformed, not supported, too large, or no text fits it.
    package convenience init(_ constraint: OutputConstraint, vocabulary: ConstraintVocabulary) throws {
        try self.init(Self.automaton(constraint), vocabulary: vocabulary)
    }

    /// Matches what an automaton accepts.
    ///
    /// - Throws: ``ConstraintError`` with code `.unsatisfiable` when it accepts no text.
    package init(_ automaton: any ByteAutomaton, vocabulary: ConstraintVocabulary) throws {
        guard !automaton.start.isDead else {
            throw ConstraintError(
                .unsatisfiable, "No text at all fits the constraint; look for parts that exclude each other.")
        }
        self.automaton = automaton
        self.masks = MaskComputer(automaton, vocabulary: vocabulary)
    }

    /// Whether it met so many states that a new one should take its place; may be asked on any thread.
    package var isOvergrown: Bool { self.states.load(ordering: .relaxed) > Self.mostStates }

    /// What may come next in a state that is alive.
    func mask(_ state: AutomatonState) -> StateMask {
        defer { self.states.store(self.automaton.stateCount, ordering: .relaxed) }
        return self.masks.mask(state)
    }

    /// The tokens that must come next in a state that is alive.
    func forced(_ state: AutomatonState) -> [TokenID] { self.masks.forced(state) }

    /// The automaton of a constraint.
    package static func automaton(_ constraint: OutputConstraint) throws -> any ByteAutomaton {
        switch constraint.form {
        case .jsonSchema(let schema): try SchemaAutomatonBuilder.automaton(for: schema, layout: .compact)
        case .regularExpression(let pattern): try PatternByteAutomaton(.whole(pattern))
        case .choices(let texts): try ChoiceAutomaton(texts)
        case .grammar(let text): try GrammarAutomaton(text)
        }
    }
}
