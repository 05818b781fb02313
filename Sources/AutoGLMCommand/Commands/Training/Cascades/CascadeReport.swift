// SPDX-License-Identifier: Apache-2.0

internal import AdaptiveControl
internal import LLMCore
internal import OrderedCollections

/// What a study of a cascade shows, for people and for programs.
struct CascadeReport {
    let study: CascadeStudy
    let names: [String]
    let examples: Int
    let times: CascadeLatency?

    /// One JSON object.
    var json: JSONValue {
        var json = self.study.json.objectValue ?? [:]
        json["models"] = .array(self.names.map { .string($0) })
        json["examples"] = .integer(self.examples)
        if let times {
            func numbers(_ times: CascadeLatency.Times) -> JSONValue {
                ["mean_ms": .number(times.mean), "p50_ms": .number(times.median), "p99_ms": .number(times.tail)]
            }
            json["latency_alone"] = .array(times.alone.map(numbers))
            json["latency_cascade"] = numbers(times.cascade)
            json["ledger"] = times.ledger.json
        }
        return .object(json)
    }

    /// A table and what it means.
    var lines: [String] {
        let width = max(16, (self.names.map(\.count).max() ?? 0) + 9)
        let head =
            "".padding(to: width) + "accuracy".padding(to: 12) + "cost".padding(to: 12) + "answered".padding(to: 12)
        let rules = self.study.rules
        var lines = [head + (self.times == nil ? "" : "mean ms".padding(to: 12) + "p50 ms".padding(to: 12) + "p99 ms")]
        for (index, name) in self.names.enumerated() {
            lines.append(
                self.row(
                    "always \(name)", width, rules[index].accuracy, rules[index].cost, nil, self.times?.alone[index]))
        }
        for rule in rules.dropFirst(self.names.count) {
            lines.append(self.row(rule.rule.name, width, rule.accuracy, rule.cost, nil, nil))
        }
        lines.append(
            self.row(
                "adaptive", width, self.study.accuracy, self.study.cost, self.study.answered.first, self.times?.cascade)
        )
        return lines + ["", self.verdict]
    }

    private func row(
        _ name: String, _ width: Int, _ accuracy: Double, _ cost: Double, _ answered: Double?,
        _ times: CascadeLatency.Times?
    ) -> String {
        let numbers = times.map { ["\($0.mean)", "\($0.median)", "\($0.tail)"] } ?? []
        let cells = [Self.percent(accuracy), Self.percent(cost), answered.map(Self.percent) ?? ""] + numbers
        return name.padding(to: width) + cells.map { $0.padding(to: 12) }.joined()
    }

    private var verdict: String {
        let study = self.study
        let drop = (study.alone.last ?? 0) - study.accuracy
        return """
            \(self.examples) examples, means of \(study.splits.count) splits, judged on two fifths that nothing was fitted on. Promised are at most \
            \(Self.percent(study.promise.errorRate)) errors: kept in \(study.kept) of \(study.splits.count) splits; in \
            \(study.splits.count - study.promised) of them no threshold could promise that, and the one with the fewest errors was taken. The cascade's accuracy is \
            \(Self.points(drop)) \(drop > 0 ? "below" : "above") the last model's. Over all costs it is at least \(Self.points(study.leastAdvantage)) \
            \(study.leastAdvantage < 0 ? "below" : "above") the best static rules of the same cost.
            """
    }

    private static func percent(_ share: Double) -> String { "\((share * 100).rounded(toPlaces: 2)) %" }
    private static func points(_ share: Double) -> String { "\((abs(share) * 100).rounded(toPlaces: 2)) points" }
}
