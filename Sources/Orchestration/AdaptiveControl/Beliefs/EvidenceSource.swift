// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Something that can be asked: a model, another turn of a dialogue, another modality, or the user.
public struct EvidenceSource: Sendable, Hashable {
    /// What it is called.
    public let name: String
    /// What asking costs, in any unit that all sources share; above 0.
    public let cost: Double
    /// What it says in which state.
    public let table: LikelihoodTable
    /// What to ask the user; nil where no user is asked.
    public let question: String?

    /// Describes a source.
    ///
    /// - Throws: ``AdaptiveControlError`` with code `.invalidSettings` for a cost that is not above 0, or no name.
    public init(name: String, cost: Double, table: LikelihoodTable, question: String? = nil) throws {
        guard !name.isEmpty, cost > 0, cost.isFinite else {
            throw AdaptiveControlError(
                .invalidSettings, "A source of evidence needs a name, and a cost above 0; '\(name)' has \(cost).")
        }
        (self.name, self.cost, self.table, self.question) = (name, cost, table, question)
    }
}
