// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
package import SourceDocuments

extension Experiment {
    /// Reads a definition.
    ///
    /// - Parameters:
    ///   - yaml: The file's text.
    ///   - file: The file's name, for messages.
    /// - Throws: ``ExperimentError`` whose message has a line for everything that is wrong, each with its place.
    package init(yaml: String, file: String) throws {
        let (experiment, issues) = Self.read(yaml: yaml, file: file)
        guard let experiment, issues.isEmpty else {
            throw ExperimentError(.invalidDefinition, issues.map(\.message).joined(separator: "\n"))
        }
        self = experiment
    }

    /// Reads a definition and gives everything that is wrong with it, in the order found.
    package static func read(yaml: String, file: String) -> (experiment: Experiment?, issues: [SourceError]) {
        var source = SourceReader(file: file, beginning: "Begin with 'experiment: NAME'.")
        do {
            let root = try source.read(yaml)
            var reader = FieldReader(numbersAreTexts: true)
            let experiment = reader.experiment(root)
            var issues = reader.issues
            if let experiment, issues.isEmpty {
                issues = experiment.problems.map {
                    SourceError(root.place, "Experiment '\(experiment.name.prefix(200))': \($0)")
                }
            }
            return (experiment, issues)
        } catch let error as SourceError {
            return (nil, [error])
        } catch {
            return (nil, [SourceError(SourcePlace(file: file, line: 1, column: 1), "\(error)")])
        }
    }
}

extension FieldReader {
    /// The keys of a definition.
    private static let keys = [
        "experiment", "description", "seed", "version", "arms", "coverage", "namespace", "hold-out", "condition",
        "metrics", "guardrails", "analysis", "allocation", "canary",
    ]

    /// Reads a whole definition.
    fileprivate mutating func experiment(_ node: SourceNode) -> Experiment? {
        let fields = self.fields(of: node, "The experiment", required: ["experiment", "arms"], known: Self.keys)
        guard let name = self.text(fields["experiment"]) else { return nil }
        var experiment = Experiment(name: name, seed: self.text(fields["seed"]), arms: self.arms(fields["arms"]))
        experiment.version = self.integer(fields["version"], in: 0...1_000_000) ?? 0
        experiment.coverage = self.number(fields["coverage"], in: 0...1) ?? 1
        experiment.namespace = fields["namespace"].flatMap { self.namespace($0) }
        experiment.holdOut = fields["hold-out"].flatMap { self.holdOut($0) }
        experiment.metrics = self.elements(fields["metrics"]).compactMap { self.metric($0) }
        let metrics = experiment.metrics
        experiment.guardrails = self.elements(fields["guardrails"]).compactMap { self.guardrail($0, metrics: metrics) }
        if let node = fields["analysis"] { experiment.analysis = self.analysis(node) }
        if let node = fields["allocation"] { experiment.allocation = self.allocation(node) }
        experiment.canary = fields["canary"].map { self.canary($0) }
        if let node = fields["condition"] {
            do {
                experiment.condition = try TargetingCondition(node)
            } catch let error as SourceError {
                self.note(error)
            } catch {
                self.note(node.place, "\(error)")
            }
        }
        return experiment
    }

    private mutating func arms(_ node: SourceNode?) -> [Arm] {
        var arms: [Arm] = []
        for element in self.elements(node) {
            let fields = self.fields(
                of: element, "An arm", required: ["name", "weight"], known: ["name", "weight", "settings"])
            guard let name = self.text(fields["name"]), let weight = self.number(fields["weight"], in: 0...100) else {
                continue
            }
            arms.append(Arm(name, weight: weight, settings: fields["settings"]?.json ?? [:]))
        }
        // Weights that add up to 100 are percentages.
        let sum = arms.reduce(0) { $0 + $1.weight }
        if abs(sum - 100) <= 100 * BucketRanges.tolerance {
            for index in arms.indices { arms[index].weight /= 100 }
        }
        return arms
    }

    private mutating func namespace(_ node: SourceNode) -> NamespaceRange? {
        let keys = ["name", "from", "to"]
        let fields = self.fields(of: node, "The namespace", required: keys, known: keys)
        guard let name = self.text(fields["name"]), let lower = self.number(fields["from"], in: 0...1),
            let upper = self.number(fields["to"], in: 0...1)
        else { return nil }
        return NamespaceRange(name: name, lower: lower, upper: upper)
    }

    private mutating func holdOut(_ node: SourceNode) -> HoldOut? {
        let fields = self.fields(of: node, "The hold-out", required: ["name", "share"], known: ["name", "share"])
        guard let name = self.text(fields["name"]), let share = self.number(fields["share"], in: 0...1) else {
            return nil
        }
        return HoldOut(name: name, share: share)
    }
}
