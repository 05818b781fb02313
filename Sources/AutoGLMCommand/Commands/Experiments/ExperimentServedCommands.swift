// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Experiments
internal import LLMCore
internal import OrderedCollections

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// `autoglm experiment list`: the experiments that a server runs.
struct ExperimentListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the experiments that are served, with units and what is decided.",
        discussion: """
            Example:
              autoglm experiment list
            """)

    @OptionGroup var store: ExperimentStoreOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try self.store.open()
        var rows: [JSONValue] = []
        for stored in try await store.experiments() {
            let kept = try KeptExperiment(stored)
            let tally = try await store.tally(of: kept.current)
            if self.output.format == .text { try Console.line(kept.line(tally)) }
            rows.append(kept.json(tally))
        }
        if self.output.format == .json { try Console.json(["experiments": .array(rows)]) }
        if rows.isEmpty { Console.note("No experiment is served yet; see docs/experiments.md.") }
    }
}

/// `autoglm experiment show`: one of them, with what happened to it.
struct ExperimentShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an experiment that is served: arms, shares, units, what is decided, and its history.",
        discussion: """
            Example:
              autoglm experiment show answer-length
            """)

    @OptionGroup var store: ExperimentStoreOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The experiment's name.")
    var name: String

    func run() async throws {
        let (store, stored) = try await self.store.find(self.name)
        let kept = try KeptExperiment(stored)
        let tally = try await store.tally(of: kept.current)
        let events = try await store.events(of: self.name)
        guard self.output.format == .text else {
            var members = kept.json(tally).objectValue ?? [:]
            members["definition"] = .string(stored.definition)
            members["events"] = .array(events.map(\.json))
            return try Console.json(.object(members))
        }
        try Console.line(kept.line(tally))
        for (index, arm) in kept.experiment.arms.enumerated() {
            try Console.line(
                "  \(arm.name.padding(to: 16))\(kept.percent(of: index).padding(to: 10))"
                    + "\(tally.exposures[index]) units".padding(to: 16) + arm.settings.serialized())
        }
        for event in events {
            let time = Date(timeIntervalSince1970: event.at).ISO8601Format()
            try Console.line("\(time)  \(event.kind.rawValue.padding(to: 13))\(event.by.padding(to: 16))\(event.note)")
        }
    }
}

/// `autoglm experiment report`: what the units of one show, as a table and a picture.
struct ExperimentReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Say what an experiment that is served shows so far, with intervals that stay valid while one looks.",
        discussion: """
            Example:
              autoglm experiment report answer-length --metric accepted

            The picture has a row for each look at the units in the order in which they arrived. In a canary only the present \
            step counts.
            """)

    @Option(help: ArgumentHelp("The metric whose interval is drawn; by default the first.", valueName: "name"))
    var metric: String?

    @Option(help: ArgumentHelp("How many looks are drawn.", valueName: "n"))
    var looks = 12

    @OptionGroup var store: ExperimentStoreOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The experiment's name.")
    var name: String

    func validate() throws {
        guard (1...1_000).contains(self.looks) else { throw ValidationError("--looks lies from 1 to 1000.") }
    }

    func run() async throws {
        let (store, stored) = try await self.store.find(self.name)
        let kept = try KeptExperiment(stored)
        let names = kept.experiment.metrics.map(\.name)
        if let metric, !names.contains(metric) {
            throw CommandError(.badInput, "There is no metric '\(metric)'. \(NearestName.hint(for: metric, in: names))")
        }
        let rows = try await store.rows(of: kept.current)
        let report = AnalysisReport(
            experiment: kept.current, history: try OutcomeHistory(rows, of: kept.current, looks: self.looks),
            repetitions: 0, drawn: self.metric ?? names.first)
        guard self.output.format == .text else { return try Console.json(report.json) }
        for line in report.lines { try Console.line(line) }
        if let settled = kept.settled { try Console.line("settled: everybody gets '\(settled)'") }
    }
}

/// An experiment as a server keeps it, read.
private struct KeptExperiment {
    let experiment: Experiment
    /// The experiment as it is now: in a canary, as its step sees it.
    let current: Experiment
    let settled: String?
    private let shares: [Double]

    init(_ stored: StoredExperiment) throws {
        self.experiment = try Experiment(yaml: stored.definition, file: stored.name)
        let live = try LiveExperiment(self.experiment, at: .zero, generator: SystemRandomNumberGenerator())
        if stored.state != .null { try live.restore(stored.state) }
        self.current = live.current
        self.settled = live.settled
        self.shares = live.saved["weights"]?.arrayValue?.compactMap(\.numberValue) ?? []
    }

    func percent(of arm: Int) -> String {
        arm < self.shares.count ? "\((self.shares[arm] * 100).formatted(digits: 3)) %" : ""
    }

    func line(_ tally: Tally) -> String {
        let arms = self.experiment.arms.enumerated().map { "\($1.name) \(self.percent(of: $0))" }
        return "\(self.experiment.name.padding(to: 24))\(tally.exposures.reduce(0, +)) units".padding(to: 40)
            + (self.settled.map { "settled: \($0)" } ?? arms.joined(separator: ", "))
    }

    func json(_ tally: Tally) -> JSONValue {
        [
            "name": .string(self.experiment.name), "version": .integer(self.experiment.version),
            "settled": self.settled.map { .string($0) } ?? .null,
            "arms": .array(
                self.experiment.arms.enumerated().map { index, arm in
                    [
                        "name": .string(arm.name),
                        "share": index < self.shares.count ? .number(self.shares[index]) : .null,
                        "units": .integer(tally.exposures[index]), "settings": arm.settings,
                    ]
                }),
        ]
    }
}
