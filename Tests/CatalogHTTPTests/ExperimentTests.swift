// SPDX-License-Identifier: Apache-2.0

import AccessControl
import CatalogHTTP
import Experiments
import Foundation
import LLMCore
import ModelGateway
import ModelTraffic
import NIOHTTP1
import Observability
import Synchronization
import Testing

@Suite("Experiments that are served")
struct ExperimentTests {
    private static let definition = """
        experiment: greeting
        arms:
          - {name: plain, weight: 50, settings: {model: old}}
          - {name: warm, weight: 50, settings: {model: new, system: " warmly"}}
        metrics: [{name: liked, kind: proportion, goal: increase}]
        guardrails: [{metric: error, allowed: 0.01}, {metric: parse-failure, allowed: 0.01}]
        analysis: {minimum-units: 20}
        """

    private let folder: TemporaryFolder
    private let base: Gateway
    private let experiments: ServedExperiments
    private let gateway: Gateway
    private let routes: [ExperimentRoutes]

    init() throws {
        self.folder = try TemporaryFolder()
        self.base = Gateway(models: [
            ("old", NamedModel(name: "old")), ("new", NamedModel(name: "new")),
            ("broken", NamedModel(name: "broken", fails: true)),
            ("chatty", NamedModel(name: "chatty", text: "no JSON")),
        ])
        self.experiments = try self.folder.experiments(self.base)
        self.gateway = self.base.adding(self.experiments)
        self.routes = [ExperimentRoutes(experiments: self.experiments)]
    }

    @Test("Users stay in their arm, which the reply names, and outcomes are counted once")
    func serves() async throws {
        let experiments = self.experiments
        try await LiveTraffic.run(self.gateway, self.routes, experiments: experiments) { server in
            let defined = try await server.send(.POST, "/v1/experiments?by=ines", Self.definition)
            #expect(defined.status == 201 && defined.json["arms"]?[1]?["share"] == 0.5, "\(defined.json)")
            #expect(try await server.send(.GET, "/v1/models").json.serialized().contains("greeting"))
            var arms: [String: String] = [:]
            for user in (0..<40).map({ "u\($0)" }) {
                let reply = try await server.chat("greeting", user: user)
                let arm = try #require(reply.headers["x-autoglm-arm"])
                #expect(reply.headers["x-autoglm-experiment"] == "greeting" && reply.headers["x-autoglm-unit"] == user)
                #expect(reply.text == (arm == "plain" ? "old" : "new warmly"))
                arms[user] = arm
            }
            #expect(Set(arms.values) == ["plain", "warm"])
            for user in ["u0", "u1"] {
                let again = try await server.chat("greeting", headers: [("x-autoglm-user", user)])
                #expect(again.headers["x-autoglm-arm"] == arms[user])
                let peeked = try await server.send(.GET, "/v1/experiments/greeting/assignment?user=\(user)")
                #expect(peeked.json["arm"]?.stringValue == arms[user] && peeked.json["reason"] == "sticky")
                let liked = #"{"user":"\#(user)","values":{"liked":true}}"#
                let first = try await server.send(.POST, "/v1/experiments/greeting/outcomes", liked)
                #expect(first.status == 200 && first.json["counted"] == ["liked"])
                let second = try await server.send(.POST, "/v1/experiments/greeting/outcomes", liked)
                #expect(second.json["counted"] == [])
            }
            let nobody = try await server.chat("greeting")
            #expect(nobody.headers["x-autoglm-unit"] == "request-1")
            let shown = try await server.send(.GET, "/v1/experiments/greeting").json
            let units = shown["arms"]?.arrayValue?.compactMap { $0["units"]?.integerValue } ?? []
            #expect(units.reduce(0, +) == 41 && shown["events"]?[0]?["by"] == "ines")
            let liked = shown["arms"]?.arrayValue?.compactMap { $0["metrics"]?["liked"]?["count"]?.integerValue } ?? []
            #expect(liked.reduce(0, +) == 2)
        }
    }

    @Test("Who may ask an experiment may say what came of it, and nothing else of it")
    func access() async throws {
        var settings = AccessSettings()
        settings.keys = [
            AccessGrant(name: "ask"), AccessGrant(name: "some", models: [ModelPattern("greeting")]),
            AccessGrant(name: "others", models: [ModelPattern("old")]), AccessGrant(name: "run", scopes: [.admin]),
        ].map { AccessKey(hash: KeyHash(of: "key-of-\($0.name)"), grant: $0) }
        try await LiveTraffic.run(
            self.gateway, self.routes, experiments: self.experiments, access: AccessGuard(settings)
        ) { server in
            let outcome = #"{"user":"anna","values":{"liked":true}}"#
            let rows: [(HTTPMethod, String, String?, allowed: [String])] = [
                (.POST, "/v1/experiments?by=ines", Self.definition, ["run"]),
                (.GET, "/v1/experiments", nil, ["run"]), (.GET, "/v1/experiments/greeting", nil, ["run"]),
                (.GET, "/v1/experiments/greeting/assignment?user=anna", nil, ["ask", "some"]),
                (.POST, "/v1/experiments/greeting/assignments", #"{"user":"anna"}"#, ["ask", "some"]),
                (.POST, "/v1/experiments/greeting/outcomes", outcome, ["ask", "some"]),
                (.POST, "/v1/experiments/greeting/stop", #"{"by":"ines"}"#, ["run"]),
            ]
            for (method, path, body, allowed) in rows {
                for name in ["ask", "some", "others", "run"] {
                    let headers = [("x-api-key", "key-of-\(name)")]
                    let status = try await server.send(method, path, body, headers: headers).status
                    #expect(
                        (200..<300).contains(status) == allowed.contains(name), "\(name) \(method) \(path): \(status)")
                    if !allowed.contains(name) { #expect(status == 403) }
                }
                #expect(try await server.send(method, path, body).status == 401)
            }
        }
    }

    @Test(
        "An arm that fails, or whose answers are not what was asked for, is taken back without a restart, for good",
        arguments: ["broken", "chatty"])
    func rollsBack(model: String) async throws {
        let (folder, base) = (self.folder, self.base)
        let definition = Self.definition.replacingOccurrences(of: "model: new", with: "model: \(model)")
            .replacingOccurrences(of: "model: old", with: "model: json")
        let good = Gateway(models: [
            ("json", NamedModel(name: "json", text: "{}")), (model, try base.model(named: model)),
        ])
        let served = try folder.experiments(good)
        _ = try await served.define(definition, by: "ines")
        let gateway = good.adding(served)
        let users = try await LiveTraffic.run(
            gateway, [ExperimentRoutes(experiments: served)], experiments: served
        ) { server in
            var users: [String] = []
            for index in 0..<400 {
                let form =
                    #","response_format":{"type":"json_schema","json_schema":{"name":"o","schema":{"type":"object"}}}"#
                let reply = try await server.chat("greeting", user: "u\(index)", form)
                if reply.headers["x-autoglm-arm"] == "warm" { users.append("u\(index)") }
                guard index % 20 == 19 else { continue }
                await served.review()
                if try served.experiment(named: "greeting").settled != nil { break }
            }
            #expect(try served.experiment(named: "greeting").settled == "plain")
            for user in users {
                let reply = try await server.chat("greeting", user: user)
                #expect(reply.status == 200 && reply.headers["x-autoglm-arm"] == "plain")
            }
            let shown = try await server.send(.GET, "/v1/experiments/greeting").json
            #expect(shown["settled"] == "plain" && shown["events"]?[1]?["kind"] == "rolled-back", "\(shown)")
            return users
        }
        #expect(!users.isEmpty)
        let restarted = try folder.experiments(good)
        try await restarted.load()
        let (before, after) = (
            try served.experiment(named: "greeting").json, try restarted.experiment(named: "greeting").json
        )
        #expect(after["settled"] == "plain" && after["arms"] == before["arms"])
    }

    @Test("The span of a request names experiment and arm, as OpenTelemetry names flags")
    func spans() async throws {
        let spans = SpanList()
        let telemetry = Telemetry(tracer: SpanTracer(receivers: [spans]))
        _ = try await self.experiments.define(Self.definition, by: "ines")
        let arm = try await LiveTraffic.run(self.gateway, self.routes, telemetry: telemetry) { server in
            try await server.chat("greeting", user: "anna").headers["x-autoglm-arm"]
        }
        let span = try #require(spans.all.first { $0.kind == .server })
        #expect(span.attributes["feature_flag.key"] == "greeting")
        #expect(span.attributes["feature_flag.result.variant"] == arm.map { .string($0) })
    }

    @Test("Whoever routes by himself is told the arm and its settings; who stops it decides for everybody")
    func assigns() async throws {
        _ = try await self.experiments.define(Self.definition, by: "ines")
        try await LiveTraffic.run(self.gateway, self.routes) { server in
            let path = "/v1/experiments/greeting"
            let given = try await server.send(.POST, "\(path)/assignments", #"{"user":"anna"}"#)
            #expect(given.json["reason"] == "hashed" && given.json["settings"]?["model"] != nil, "\(given.json)")
            #expect(try await server.send(.POST, "\(path)/stop", #"{"arm":"warm"}"#).status == 400)
            let stopped = try await server.send(.POST, "\(path)/stop", #"{"arm":"warm","by":"rui"}"#)
            #expect(stopped.status == 200 && stopped.json["settled"] == "warm")
            #expect(try await server.chat("greeting", user: "anna").text == "new warmly")
        }
    }

    @Test(
        "What cannot be is refused with its status",
        arguments: [
            ("POST", "/v1/experiments", "experiment: [", 400), ("POST", "/v1/experiments", "", 400),
            ("POST", "/v1/experiments", "experiment: old\narms: [{name: a, weight: 1}, {name: b, weight: 0}]", 409),
            (
                "POST", "/v1/experiments",
                "experiment: x\narms: [{name: a, weight: 1, settings: {model: gone}}, {name: b, weight: 0, settings: {model: old}}]",
                404
            ),
            ("POST", "/v1/experiments", "experiment: x\narms: [{name: a, weight: 1}, {name: b, weight: 0}]", 400),
            ("GET", "/v1/experiments/gone", "", 404), ("PUT", "/v1/experiments", "", 405),
            ("POST", "/v1/experiments/greeting/outcomes", #"{"user":"nobody","values":{"liked":1}}"#, 404),
            ("POST", "/v1/experiments/greeting/outcomes", #"{"user":"anna","values":{"liked":2}}"#, 400),
            ("POST", "/v1/experiments/greeting/outcomes", #"{"user":"anna","values":{"liked":"x"}}"#, 400),
            ("POST", "/v1/experiments/greeting/outcomes", #"{"user":"anna","values":{"hated":1}}"#, 400),
            ("GET", "/v1/experiments/greeting/assignment", "", 400),
            ("GET", "/v1/experiments/greeting/assignment?user=a&attributes=1", "", 400),
            ("POST", "/v1/experiments/greeting/assignments", #"{"user":""}"#, 400),
        ])
    func refuses(method: String, path: String, body: String, status: Int) async throws {
        let served = try await self.experiments.define(Self.definition, by: "ines")
        _ = try await self.experiments.assign("anna", attributes: [:], in: served)
        try await LiveTraffic.run(self.gateway, self.routes) { server in
            let reply = try await server.send(
                .init(rawValue: method), path, body.isEmpty && method != "POST" ? nil : body)
            #expect(reply.status == status && reply.json["error"] != nil, "\(reply.json)")
        }
    }
}

/// Spans that were kept.
final class SpanList: TelemetryReceiver {
    private let state = Mutex<[SpanRecord]>([])

    var all: [SpanRecord] { self.state.withLock { $0 } }

    func receive(_ span: SpanRecord) { self.state.withLock { $0.append(span) } }

    func receive(_ log: LogRecord) {}
}
