// SPDX-License-Identifier: Apache-2.0

import CatalogHTTP
import Foundation
import LLMCore
import ModelCatalog
import ModelGateway
import ModelTraffic
import NIOHTTP1
import Testing

@Suite("The catalogue over HTTP")
struct CatalogTests {
    private let folder: TemporaryFolder
    private let catalog: ModelCatalog

    init() async throws {
        self.folder = try TemporaryFolder()
        self.catalog = try self.folder.catalog()
        for text in ["one", "two"] {
            var lineage = ModelLineage(data: ["reviews"], codeVersion: "3f2a")
            lineage.parent = try? await self.catalog.find(.version("mood", 1)).version.id
            _ = try await self.catalog.register(
                "mood", from: try self.folder.file("model-\(text)", text), summary: text, lineage: lineage,
                metrics: ["f1": 0.5], by: "ines")
        }
        _ = try await self.catalog.promote("mood", version: 1, to: "challenger", by: "ines")
    }

    private func run(_ body: @escaping @Sendable (LiveTraffic) async throws -> Void) async throws {
        try await LiveTraffic.run(Gateway(models: []), [CatalogRoutes(catalog: self.catalog)], body)
    }

    @Test("Models, versions and lineage are told")
    func reads() async throws {
        try await self.run { server in
            let all = try await server.send(.GET, "/v1/catalog/models").json
            #expect(all["models"]?[0]?["name"] == "mood" && all["models"]?[0]?["latest"] == 2)
            let one = try await server.send(.GET, "/v1/catalog/models/mood").json
            #expect(one["aliases"] == ["challenger": 1] && one["all_versions"]?.arrayValue?.count == 2)
            let version = try await server.send(.GET, "/v1/catalog/models/mood/versions/2").json
            #expect(version["summary"] == "two" && version["ancestors"]?[0]?["version"] == 1)
            #expect(version["lineage"]?["code_version"] == "3f2a" && version["metrics"]?["f1"] == 0.5)
            let alias = try await server.send(.GET, "/v1/catalog/models/mood/versions/challenger").json
            let id = try #require(alias["id"]?.stringValue)
            #expect(try await server.send(.GET, "/v1/catalog/versions/\(id)").json == alias)
        }
    }

    @Test("A promotion asks, somebody else approves, and a rollback goes back; the history has all of it")
    func promotes() async throws {
        try await self.run { server in
            let path = "/v1/catalog/models/mood"
            for version in [1, 2] {
                let asked = try await server.send(
                    .POST, "\(path)/promotions", #"{"version":\#(version),"by":"ines","reason":"better"}"#)
                #expect(asked.status == 200 && asked.json["promotion"]?["state"] == "waiting", "\(asked.json)")
                let own = try await server.send(.POST, "\(path)/promotions/\(version)/approve", #"{"by":"ines"}"#)
                #expect(own.status == 409 && own.code == "catalog.not-allowed")
                let done = try await server.send(.POST, "\(path)/promotions/\(version)/approve", #"{"by":"rui"}"#)
                #expect(done.json["version"] == .integer(version) && done.json["promotion"]?["state"] == "done")
            }
            let back = try await server.send(.POST, "\(path)/rollback", #"{"by":"rui","reason":"slow"}"#)
            #expect(back.json["version"] == 1)
            let events = try await server.send(.GET, "\(path)/history").json["events"]?.arrayValue ?? []
            #expect(
                events.last?["kind"] == "rolled-back" && events.last?["by"] == "rui" && events.last?["note"] == "slow")
            let then = try await server.send(.GET, "\(path)/history?alias=champion&at=2001-01-01T00:00:00Z").json
            #expect(then["version"] == .null)
            let keyed = try await server.send(
                .POST, "\(path)/versions/1/metrics", #"{"metrics":{"f1":0.75},"by":"rui"}"#,
                headers: [("authorization", "Bearer secret")])
            #expect(keyed.json["metrics"]?["f1"] == 0.75)
            let last = try await server.send(.GET, "\(path)/history").json["events"]?.arrayValue?.last
            #expect(last?["by"]?.stringValue?.hasPrefix("key-") == true)
        }
    }

    @Test(
        "What cannot be is refused with its status",
        arguments: [
            ("GET", "models/gone", "", 404), ("GET", "models/mood/versions/7", "", 404),
            ("GET", "models/mood/versions/champion", "", 404), ("GET", "versions/x", "", 400),
            ("GET", "models/mood/versions/%2E%2E%2F", "", 400), ("GET", "models/mood/history?at=noon", "", 400),
            ("POST", "models/mood/promotions", #"{"version":1}"#, 400),
            ("POST", "models/mood/promotions", #"{"by":"ines"}"#, 400),
            ("POST", "models/mood/promotions", #"{"version":1,"alias":"7","by":"ines"}"#, 400),
            ("POST", "models/mood/promotions/9/approve", #"{"by":"rui"}"#, 404),
            ("POST", "models/mood/rollback", #"{"by":"rui","alias":"challenger"}"#, 409),
            ("POST", "models/mood/versions/1/metrics", #"{"by":"rui","metrics":{"f1":"high"}}"#, 400),
            ("DELETE", "models", "", 405), ("POST", "models/mood/promotions", "{", 400),
        ])
    func refuses(method: String, path: String, body: String, status: Int) async throws {
        try await self.run { server in
            let reply = try await server.send(
                .init(rawValue: method), "/v1/catalog/\(path)", body.isEmpty ? nil : body)
            #expect(reply.status == status && reply.json["error"] != nil, "\(reply.status) \(reply.json)")
        }
    }

    @Test("The aliases of models are looked up again, of those that somebody asks for and the catalogue knows")
    func aliases() async throws {
        let catalog = self.catalog
        _ = try await catalog.register("other", from: try self.folder.file("m", "x"), by: "ines")
        let aliases = CatalogAliases(of: catalog, for: { ["mood", "unknown"] }, logger: .silent)
        #expect(aliases.aliases(of: "mood") == nil)
        try await aliases.look()
        #expect(aliases.aliases(of: "mood") == ["challenger": 1])
        #expect(aliases.aliases(of: "unknown") == nil && aliases.aliases(of: "other") == nil)
        _ = try await catalog.promote("mood", version: 2, to: "challenger", by: "ines")
        _ = try await catalog.promote("mood", version: 1, to: "canary", by: "ines")
        try await aliases.look()
        #expect(aliases.aliases(of: "mood") == ["challenger": 2, "canary": 1])
    }

    @Test("A model answers under its alias, follows it, and stays when the next version cannot be opened")
    func follows() async throws {
        let models = CatalogModels(
            [.alias("mood", "challenger")], of: self.catalog, folder: self.folder.path, logger: .silent
        ) { name, path in
            let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
            guard text != "bad" else { throw LLMError(.invalidRequest, "'\(name)' cannot be opened.") }
            return NamedModel(name: name, text: text)
        }
        try await models.load()
        let (folder, catalog) = (self.folder, self.catalog)
        let gateway = Gateway(models: []).adding(models)
        try await LiveTraffic.run(gateway, [CatalogRoutes(catalog: catalog)]) { server in
            #expect(try await server.chat("mood@challenger").text == "one")
            #expect(try await server.chat("mood@champion").status == 404)
            let moved = try await server.send(
                .POST, "/v1/catalog/models/mood/promotions", #"{"version":2,"alias":"challenger","by":"ines"}"#)
            #expect(moved.json["version"] == 2)
            await models.followAll()
            #expect(try await server.chat("mood@challenger").text == "two")
            _ = try await catalog.register("mood", from: try folder.file("m", "bad"), by: "ines")
            _ = try await catalog.promote("mood", version: 3, to: "challenger", by: "ines")
            await models.followAll()
            #expect(try await server.chat("mood@challenger").text == "two")
            #expect(models.version(named: "mood@challenger")?.number == 2)
            let request = GenerationRequest(prompt: .user("Hi"))
            #expect(try await models.following("mood@challenger").generate(request).response().text == "two")
            let error = await #expect(throws: LLMError.self) {
                try await models.following("mood@champion").generate(request)
            }
            #expect(error?.code == .unavailable)
            _ = try await catalog.rollBack("mood", alias: "challenger", to: 1, by: "ines")
            await models.followAll()
            #expect(try await server.chat("mood@challenger").text == "one")
        }
    }
}
