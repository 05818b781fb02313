// SPDX-License-Identifier: Apache-2.0

package import LLMCore

/// Where experiments outlive the program: definitions, units with their arms, what came of units, and what was decided.
///
/// One process runs the experiments of a store; others may read.
package protocol ExperimentStore: StickyStore {
    /// Every experiment, sorted by name.
    func experiments() async throws -> [StoredExperiment]

    /// Keeps an experiment in place of what is kept under its name, with an event of its history.
    func save(_ experiment: StoredExperiment, _ event: ExperimentEvent) async throws

    /// Keeps where an experiment stands, and what happened to it.
    ///
    /// - Parameters:
    ///   - state: What ``LiveExperiment/saved`` gives.
    ///   - name: The experiment's name.
    ///   - events: What happened since the last time.
    func save(state: JSONValue, of name: String, _ events: [ExperimentEvent]) async throws

    /// What happened to an experiment, in order.
    func events(of name: String) async throws -> [ExperimentEvent]

    /// Keeps what came of a unit, each metric once.
    ///
    /// - Parameters:
    ///   - outcome: What came of it.
    ///   - unit: The unit.
    ///   - experiment: What it was assigned in.
    /// - Returns: The values that were not there before.
    func keep(_ outcome: Outcome, of unit: String, in experiment: Experiment) async throws -> [String: Double]

    /// Everything that came of an experiment's units, a unit a row, in the order in which units arrived.
    func rows(of experiment: Experiment) async throws -> [OutcomeFile.Row]

    /// The same, added up.
    func tally(of experiment: Experiment) async throws -> Tally
}

/// An experiment as it is kept.
package struct StoredExperiment: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// The definition, as it was written.
    package var definition: String
    /// Where it stands; null before the first look.
    package var state: JSONValue

    /// Describes an experiment.
    package init(name: String, definition: String, state: JSONValue = .null) {
        self.name = name
        self.definition = definition
        self.state = state
    }
}

/// Something that happened to an experiment.
package struct ExperimentEvent: Sendable, Hashable {
    /// What happens.
    package enum Kind: String, Sendable, CaseIterable {
        /// It was defined, for the first time or anew.
        case defined
        /// A canary went to its next step.
        case advanced
        /// The second arm of a canary took over.
        case promoted
        /// An arm was taken back.
        case rolledBack = "rolled-back"
        /// Somebody ended it.
        case stopped
    }

    /// What happened.
    package var kind: Kind
    /// When, in seconds since 1970.
    package var at: Double
    /// Who did it; empty for the program itself.
    package var by: String
    /// What is to be said of it.
    package var note: String

    /// Describes an event.
    package init(_ kind: Kind, at: Double, by: String = "", note: String = "") {
        self.kind = kind
        self.at = at
        self.by = by
        self.note = note
    }

    /// The event as programs read it.
    package var json: JSONValue {
        [
            "kind": .string(self.kind.rawValue), "at": .number(self.at), "by": .string(self.by),
            "note": .string(self.note),
        ]
    }
}
