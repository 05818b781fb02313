// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import LLMCore
internal import OrderedCollections
internal import Pipelines

/// What the step `decide` is given, read and checked.
struct DecisionInputs {
    /// The most states and sources: tables of them are walked through for each decision.
    private static let mostStates = 1000, mostSources = 100

    /// What is believed before sources are heard: the prior, and evidence that comes with likelihoods of its own.
    let belief: BeliefState
    let sources: [EvidenceSource]
    /// What sources have said.
    let answers: [(source: String, outcome: String)]
    /// All evidence, without what is null.
    let evidence: [JSONValue]

    /// Reads inputs.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue`, or ``AdaptiveControlError``.
    init(_ inputs: StepInputs) throws {
        let prior = try Self.prior(inputs["prior"])
        var states = prior.map { Array($0.keys) } ?? []
        if let named = inputs["states"]?.arrayValue {
            states = try named.map { state in
                guard let name = state.stringValue else {
                    throw Self.failure("'states' must be texts; \(state) is none")
                }
                return name
            }
        }
        let listed = inputs["sources"]?.arrayValue ?? []
        guard states.count <= Self.mostStates, listed.count <= Self.mostSources else {
            throw Self.failure("there may be at most \(Self.mostStates) states and \(Self.mostSources) sources")
        }
        var belief = try BeliefState(states: states)
        if let prior {
            belief = try belief.updated(byLikelihoods: Self.numbers(.object(prior), of: states, "prior"))
        }
        self.sources = try listed.map { try Self.source($0, states) }
        self.evidence = (inputs["evidence"]?.arrayValue ?? []).filter { $0 != .null }
        var answers: [(source: String, outcome: String)] = []
        for entry in self.evidence {
            if let likelihoods = entry["likelihoods"] {
                try Self.check(entry, has: ["likelihoods", "reliability"], "evidence with 'likelihoods'")
                let reliability = entry["reliability"] ?? 1
                guard let weight = reliability.numberValue else {
                    throw Self.failure("the 'reliability' of evidence is \(reliability), not a number")
                }
                belief = try belief.updated(
                    byLikelihoods: Self.numbers(likelihoods, of: states, "likelihoods"), reliability: weight)
            } else if let source = entry["source"]?.stringValue, let outcome = entry["outcome"]?.stringValue {
                try Self.check(entry, has: ["source", "outcome"], "evidence of a source")
                answers.append((source, outcome))
            } else {
                throw Self.failure("evidence must have 'source' and 'outcome', or 'likelihoods'; \(entry) has not")
            }
        }
        (self.belief, self.answers) = (belief, answers)
    }

    /// Weights by state, also where they are a list of intents with their probabilities.
    private static func prior(_ json: JSONValue?) throws -> OrderedDictionary<String, JSONValue>? {
        guard let json, json != .null else { return nil }
        if let object = json.objectValue { return object }
        var weights: OrderedDictionary<String, JSONValue> = [:]
        for entry in json.arrayValue ?? [json] {
            guard let intent = entry["intent"]?.stringValue, let probability = entry["probability"] else {
                throw Self.failure("'prior' must have a number for each state, or be a list of {intent, probability}")
            }
            weights[intent] = probability
        }
        return weights
    }

    private static func source(_ json: JSONValue, _ states: [String]) throws -> EvidenceSource {
        guard let name = json["name"]?.stringValue, let cost = json["cost"]?.numberValue else {
            throw Self.failure("a source needs a 'name' and a 'cost'; \(json) has not")
        }
        try Self.check(json, has: ["name", "cost", "accuracy", "table", "question"], "the source '\(name)'")
        let table: LikelihoodTable
        if let accuracy = json["accuracy"]?.numberValue {
            table = try LikelihoodTable(states: states, accuracy: accuracy)
        } else if let rows = json["table"]?.objectValue {
            table = try Self.table(rows, states, name)
        } else {
            throw Self.failure("the source '\(name)' needs an 'accuracy' or a 'table'")
        }
        return try EvidenceSource(name: name, cost: cost, table: table, question: json["question"]?.stringValue)
    }

    private static func table(
        _ rows: OrderedDictionary<String, JSONValue>, _ states: [String], _ name: String
    ) throws -> LikelihoodTable {
        var outcomes = OrderedSet<String>()
        for row in rows.values { outcomes.append(contentsOf: row.objectValue?.keys ?? []) }
        if let stranger = rows.keys.first(where: { !states.contains($0) }) {
            throw Self.failure("the table of '\(name)' has a state '\(stranger)' that there is not")
        }
        let counts = try states.map { state in
            try outcomes.map { outcome in
                guard let count = rows[state]?[outcome] else { return 0.0 }
                guard let number = count.numberValue else {
                    throw Self.failure("the table of '\(name)' has '\(count)' where a number is needed")
                }
                return number
            }
        }
        return try LikelihoodTable(outcomes: Array(outcomes), counts: counts)
    }

    /// A number for each state; 0 for those that are not there.
    private static func numbers(_ json: JSONValue, of states: [String], _ what: String) throws -> [Double] {
        guard let object = json.objectValue else { throw Self.failure("'\(what)' must have a number for each state") }
        if let stranger = object.keys.first(where: { !states.contains($0) }) {
            throw Self.failure("'\(what)' has a state '\(stranger)' that there is not")
        }
        return try states.map { state in
            guard let value = object[state] else { return 0 }
            guard let number = value.numberValue else {
                throw Self.failure("'\(what)' has '\(value)' where a number is needed")
            }
            return number
        }
    }

    /// Checks that an object has no other keys: what is misspelt would be left out silently.
    private static func check(_ json: JSONValue, has keys: [String], _ what: String) throws {
        guard let stranger = json.objectValue?.keys.first(where: { !keys.contains($0) }) else { return }
        throw Self.failure("\(what) has no '\(stranger)'. \(NearestName.hint(for: stranger, in: keys))")
    }

    private static func failure(_ what: String) -> PipelineError {
        PipelineError(.invalidValue, "decide: \(what).")
    }
}
