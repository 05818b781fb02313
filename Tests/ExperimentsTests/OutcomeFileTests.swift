// SPDX-License-Identifier: Apache-2.0

import Experiments
import LLMCore
import Testing

@Suite("Files of outcomes")
struct OutcomeFileTests {
    private static let experiment = Experiment.pair(metrics: [
        .accepted, Metric(name: "seconds", kind: .mean, goal: .decrease, covariate: "before"),
    ])

    @Test("Both forms give the same rows; what is empty was not measured, and a unit counts once")
    func forms() throws {
        let csv = """
            \u{FEFF}unit,note,arm,accepted,seconds,before\r
            u1,"a, ""b""\r
            c",new,1,2.5,3\r

            u2,,control,false,,\r
            u1,again,new,0,9,9\r
            """
        let lines = """
            {"unit": "u1", "arm": "new", "accepted": true, "seconds": 2.5, "before": 3, "other": [1]}

            {"unit": "u2", "arm": "control", "accepted": 0, "seconds": null}
            {"unit": "u1", "arm": "new", "accepted": 0}
            """
        for (text, format) in [(csv, OutcomeFile.Format.csv), (lines, .jsonl)] {
            let file = try OutcomeFile(text, format: format, for: Self.experiment)
            #expect(file.rows.map(\.unit) == ["u1", "u2"] && file.repetitions == 1)
            #expect(
                file.rows.map(\.outcome) == [
                    Outcome(arm: "new", values: ["accepted": 1, "seconds": 2.5], covariates: ["before": 3]),
                    Outcome(arm: "control", values: ["accepted": 0]),
                ])
        }
    }

    @Test(
        "What is wrong is named with its line",
        arguments: [
            ("", "Line 1: the file is empty"),
            ("unit,arm,acepted,seconds,before\n", "no column 'accepted'. Did you mean 'acepted'?"),
            ("unit,arm,accepted,seconds,before\nu,new,1,1\n", "Line 2: there are 4 cells, but 5 columns"),
            (
                "unit,arm,accepted,seconds,before\nu,new,1,1,1\nv,neu,1,1,1",
                "Line 3: Experiment 'pair__0' has no arm 'neu'"
            ),
            ("unit,arm,accepted,seconds,before\n\"u\n\nx\",new,1,1,1\nv,new,yes,1,1", "Line 5: 'accepted' is \"yes\""),
            ("unit,arm,accepted,seconds,before\nu,new,0.5,1,1", "Line 2: A value of 'accepted' is 0.5"),
            ("unit,arm,accepted,seconds,before\nu,new,1,nan,1", "Line 2: A value of 'seconds' is nan"),
            ("unit,arm,accepted,seconds,before\n,new,1,1,1", "Line 2: 'unit' or 'arm' is missing"),
            ("unit,arm,accepted,seconds,before\n\"u,new", "Line 2: a quote is not closed"),
            ("unit,arm,accepted,seconds,before\n\"u\"x,new", "Line 2: something stands behind"),
        ])
    func separated(text: String, message: String) throws {
        let error = #expect(throws: ExperimentError.self) { try OutcomeFile(text, format: .csv, for: Self.experiment) }
        #expect(error?.code == .invalidOutcome && error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test(
        "What is wrong in a line of JSON is named with its line",
        arguments: [
            ("{}\n", "Line 1: 'unit' or 'arm' is missing"), ("\n[1]", "Line 2: this is no JSON object"),
            ("{\"unit\": \"u\", \"arm\": \"new\", \"accepted\": {}}", "Line 1: 'accepted' is {}"),
            ("{\"unit\": true, \"arm\": \"new\"}", "'unit' is true"),
        ])
    func objects(text: String, message: String) throws {
        let error = #expect(throws: ExperimentError.self) {
            try OutcomeFile(text, format: .jsonl, for: Self.experiment)
        }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test(
        "Looks are spread over the units, and the last one sees all",
        arguments: [(10, 4, [3, 5, 8, 10]), (3, 9, [1, 2, 3]), (0, 5, [0])])
    func looks(units: Int, count: Int, expected: [Int]) throws {
        let text = (0..<units).map { "{\"unit\": \"u\($0)\", \"arm\": \"new\", \"accepted\": 1}" }.joined(
            separator: "\n")
        let file = try OutcomeFile(text, format: .jsonl, for: Self.experiment)
        let history = try OutcomeHistory(file.rows, of: Self.experiment, looks: count)
        #expect(history.looks.map(\.units) == expected)
        #expect(history.tally.exposures == [0, units])
    }
}
