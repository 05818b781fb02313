// SPDX-License-Identifier: Apache-2.0

import CatalogHTTP
import Experiments
import HTTPAPI
import LLMCore
import ModelCatalog
import ModelGateway
import ModelTraffic
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

/// Bodies that no client of the catalogue or of experiments would send.
@Suite("Hostile bodies of the catalogue and experiments", .timeLimit(.minutes(20)))
struct HostileBodyTests {
    private static let definition = """
        experiment: greeting
        arms:
          - {name: plain, weight: 50, settings: {model: old}}
          - {name: warm, weight: 50, settings: {model: old, system: "warmly", temperature: 0.5}}
        metrics: [{name: liked, kind: proportion, goal: increase}]
        guardrails: [{metric: error, allowed: 0.01}]
        condition: {language: {$in: [de, fr]}, age: {$gte: 18}, name: {$regex: "^a.*b$"}}
        analysis: {minimum-units: 20, alpha: 0.05}
        canary: {steps: [1, 5, 25, 100], minimum-units: 50, maximum-time: 10m}
        """

    private let folder: TemporaryFolder
    private let experiments: ServedExperiments
    private let gateway: Gateway
    private let routes: [any HTTPRoutes]

    init() async throws {
        self.folder = try TemporaryFolder()
        let base = Gateway(models: [("old", NamedModel(name: "old"))])
        self.experiments = try self.folder.experiments(base)
        self.gateway = base.adding(self.experiments)
        let catalog = try self.folder.catalog()
        _ = try await catalog.register("mood", from: try self.folder.file("model", "one"), by: "ines")
        self.routes = [ExperimentRoutes(experiments: self.experiments), CatalogRoutes(catalog: catalog)]
        let served = try await self.experiments.define(Self.definition, by: "ines")
        _ = try await self.experiments.assign("anna", attributes: ["language": "de"], in: served)
    }

    private static let deep = String(repeating: "[", count: 5000)

    /// Bodies that no route takes.
    static let bodies = [
        "", "{", "}", "[]", "null", "1e999", "\u{0}\u{0}\u{0}", "{}{}", deep, #"{"a":"# + deep, #"{"user":"#,
        #"{"user":1,"version":"1","by":7}"#, #"{"user":"","version":-1,"by":"a"}"#,
        #"{"version":9223372036854775808,"by":"a"}"#,
        #"{"version":1.5,"by":"a"}"#, #"{"version":1e400,"by":"a"}"#, #"{"user":["anna"],"version":[1],"by":["a"]}"#,
        #"{"user":"anna","values":{"liked":1e400},"version":1e18,"by":"a"}"#,
        #"{"user":"anna","values":{"liked":[1]},"metrics":{"f1":[1]},"version":0,"by":"a"}"#,
        #"{"user":"anna","values":5,"attributes":5,"metrics":5,"by":"a","version":null}"#,
    ]

    /// Routes that take bodies.
    static let paths = [
        "experiments", "experiments/greeting/assignments", "experiments/greeting/outcomes",
        "catalog/models/mood/promotions", "catalog/models/mood/versions/1/metrics",
    ]

    @Test("Whatever body comes is refused with the reason, and the server serves on", arguments: paths)
    func refuses(path: String) async throws {
        try await LiveTraffic.run(self.gateway, self.routes) { server in
            for body in Self.bodies {
                // A user may have any name and attributes may be left out.
                if path.hasSuffix("assignments"), body.contains(#""user":"anna","values":{"#) { continue }
                let reply = try await server.send(.POST, "/v1/\(path)", body)
                #expect((400..<500).contains(reply.status), "\(body.prefix(80)): \(reply.status) \(reply.json)")
                #expect(reply.json["error"]?["message"]?.stringValue?.isEmpty == false, "\(body.prefix(80))")
            }
            #expect(try await server.send(.GET, "/v1/experiments/greeting").status == 200)
        }
    }

    private static let arms =
        "arms: [{name: a, weight: 1, settings: {model: old}}, {name: b, weight: 0, settings: {model: old}}]"

    /// What no number may be, and what no part of a definition may be.
    private static let values = [".nan", ".inf", "-1", "1e999", "99999999999999999999", "0x7fffffffffffffff1", "''"]
    private static let parts = [
        "coverage", "version", "namespace", "hold-out", "canary", "analysis", "guardrails", "metrics", "condition",
    ]

    /// Lists of lists of lists, by aliases: each line holds the one before nine times.
    private static var laughs: String {
        var text = "a0: &a0 [x]\n"
        for level in 1..<12 {
            let line = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",")
            text += "a\(level): &a\(level) [\(line)]\n"
        }
        return text + "experiment: *a11"
    }

    private static var manyArms: String {
        (0..<20_000).map { "{name: a\($0), weight: 1}" }.joined(separator: ", ")
    }

    /// Definitions that are not what they say.
    static var definitions: [String] {
        var all: [String] = []
        for value in Self.values {
            all.append("experiment: x\narms: [{name: a, weight: \(value)}, {name: b, weight: 1}]")
            for part in Self.parts { all.append("experiment: x\n\(Self.arms)\n\(part): \(value)") }
        }
        let nots = String(repeating: "{$not: ", count: 5000)
        let pattern = String(repeating: "(", count: 20) + "a" + String(repeating: "{1,1000})", count: 20)
        all += [
            Self.laughs, "experiment: &a [*a]", "experiment: \(Self.deep)", "? \(Self.deep)", "\t\t", "---\n---\n---",
            "%YAML 9.9\n---\na", "!!python/object:os.system x", "experiment: \"x\\r\\nx-evil: 1\"\n\(Self.arms)",
            "experiment: x\n\(Self.arms)\ncondition: \(nots)",
            "experiment: x\n\(Self.arms)\ncondition: {name: {$regex: '\(pattern)'}}",
            "experiment: x\narms: [\(Self.manyArms)]", "experiment: x\nexperiment: y\n\(Self.arms)",
            "experiment: \(String(repeating: "x", count: 100_000))\n\(Self.arms)",
            "experiment: x\n\(Self.arms)\ncanary: {steps: [0, -5, 200], minimum-units: -1}",
        ]
        return all
    }

    @Test("Definitions that are not what they say are refused with the reason, soon")
    func definitions() async throws {
        try await LiveTraffic.run(self.gateway, self.routes) { server in
            for definition in Self.definitions {
                let reply = try await server.send(.POST, "/v1/experiments", definition)
                #expect((400..<500).contains(reply.status), "\(definition.prefix(160)): \(reply.status) \(reply.json)")
                #expect(reply.json["error"]?["message"]?.stringValue?.isEmpty == false, "\(definition.prefix(160))")
            }
            #expect(try await server.send(.GET, "/v1/experiments").json["experiments"]?.arrayValue?.count == 1)
        }
    }

    /// What means something in YAML.
    private static let signs = Array("0123456789:{}[],&*!|>'\"%@`#-?\t\n\u{FEFF}".unicodeScalars)

    @Test("A definition with a few characters changed is taken or refused, and harms nobody")
    func mutations() async throws {
        try await LiveTraffic.run(self.gateway, self.routes) { server in
            var generator = SeededGenerator(state: 20_261_129)
            for turn in 0..<500 {
                var text = Array(Self.definition.unicodeScalars)
                for _ in 0...Int.random(in: 0..<4, using: &generator) {
                    let place = Int.random(in: 0..<text.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0:
                        text[place] = Self.signs.randomElement(using: &generator) ?? " "
                    case 1: text.remove(at: place)
                    case 2: text.insert(contentsOf: text[place..<min(text.count, place + 20)], at: place)
                    default: text.removeSubrange(place..<min(text.count, place + 8))
                    }
                }
                let definition = String(String.UnicodeScalarView(text))
                let reply = try await server.send(.POST, "/v1/experiments", definition)
                #expect(
                    [201, 400, 404, 409].contains(reply.status),
                    "turn \(turn): \(reply.status) \(reply.json) to \(definition)")
            }
            #expect(try await server.send(.GET, "/v1/experiments").status == 200)
        }
    }
}
