// SPDX-License-Identifier: Apache-2.0

package import HTTPAPI
internal import HTTPTypes
package import Hummingbird
internal import LLMCore
package import ModelCatalog
internal import OrderedCollections

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The catalogue of models under `/v1/catalog`: what there is, where it comes from, and who decided what.
package struct CatalogRoutes: HTTPRoutes {
    private let catalog: ModelCatalog
    private let limits: LiveLimits

    /// Makes routes.
    ///
    /// - Parameter limits: How much a client may ask.
    package init(catalog: ModelCatalog, limits: LiveLimits = LiveLimits()) {
        self.catalog = catalog
        self.limits = limits
    }

    package func add(to router: Router<BasicRequestContext>) {
        self.addReading(to: router)
        self.addChanging(to: router)
    }

    // MARK: Reading

    private func addReading(to router: Router<BasicRequestContext>) {
        self.get("v1/catalog/models", router) { _, _ in
            ["models": .array(try await self.catalog.models().map { try $0.report })]
        }
        self.get("v1/catalog/models/{model}", router) { _, context in
            let model = try await self.catalog.model(context.name("model"))
            var members = try model.report.objectValue ?? [:]
            members["promotions"] = .array(model.promotions.map(\.report))
            let versions = model.versions.filter { !$0.isRemoved }.reversed()
            members["all_versions"] = .array(versions.map { model.report(of: $0) })
            return .object(members)
        }
        self.get("v1/catalog/models/{model}/versions/{version}", router) { _, context in
            let (name, version) = (context.name("model"), context.name("version"))
            return try await self.version(ModelReference("\(name)\(Int(version) == nil ? "@" : ":")\(version)"))
        }
        self.get("v1/catalog/versions/{id}", router) { _, context in
            guard let id = UUID(uuidString: context.name("id")) else {
                throw APIError(.badRequest, "'\(context.name("id").prefix(40))' is no UUID.", param: "id")
            }
            return try await self.version(.id(id))
        }
        self.get("v1/catalog/models/{model}/history", router) { request, context in
            try await self.history(request, context)
        }
    }

    private func version(_ reference: ModelReference) async throws -> JSONValue {
        let (name, version) = try await self.catalog.find(reference)
        let model = try await self.catalog.model(name)
        var members = model.report(of: version).objectValue ?? [:]
        members["ancestors"] = .array(
            try await self.catalog.ancestors(of: version).map {
                ["name": .string($0.name), "version": .integer($0.version.number), "id": .string($0.version.idText)]
            })
        return .object(members)
    }

    /// The events of a model, or what an alias stood for at a time.
    private func history(_ request: Request, _ context: BasicRequestContext) async throws -> JSONValue {
        let model = try await self.catalog.model(context.name("model"))
        guard let text = request.query("at") else {
            return ["name": .string(model.name), "events": .array(model.events.map(\.report))]
        }
        guard let time = try? Date(text, strategy: .iso8601) else {
            throw APIError(.badRequest, "'at' is no time such as 2026-11-28T12:00:00Z.", param: "at")
        }
        let alias = request.query("alias") ?? CatalogName.champion
        return [
            "name": .string(model.name), "alias": .string(alias), "at": .string(text),
            "version": model.version(of: alias, at: time).map { .integer($0) } ?? .null,
        ]
    }

    // MARK: Changing

    private func addChanging(to router: Router<BasicRequestContext>) {
        self.post("v1/catalog/models/{model}/promotions", router) { fields, person, note, context in
            let (name, alias) = (context.name("model"), try fields.string("alias") ?? CatalogName.champion)
            let version = try fields.required("version", try fields.integer("version", in: 1 ... .max))
            let record = try await self.catalog.promote(name, version: version, to: alias, by: person, note: note)
            let waiting = record.promotions.first {
                $0.state == .waiting && $0.version == version && $0.alias == alias
            }
            return record.report(of: alias, waiting)
        }
        for (verb, approves) in [("approve", true), ("reject", false)] {
            self.post("v1/catalog/models/{model}/promotions/{number}/\(verb)", router) { _, person, note, context in
                let (name, number) = (context.name("model"), try context.number("number"))
                let record =
                    approves
                    ? try await self.catalog.approve(name, promotion: number, by: person, note: note)
                    : try await self.catalog.reject(name, promotion: number, by: person, note: note)
                let promotion = record.promotions[number - 1]
                return record.report(of: promotion.alias, promotion)
            }
        }
        self.post("v1/catalog/models/{model}/rollback", router) { fields, person, note, context in
            let alias = try fields.string("alias") ?? CatalogName.champion
            let record = try await self.catalog.rollBack(
                context.name("model"), alias: alias, to: try fields.integer("version", in: 1 ... .max), by: person,
                note: note)
            return record.report(of: alias, nil)
        }
        self.post("v1/catalog/models/{model}/versions/{version}/metrics", router) { fields, person, note, context in
            let (name, number) = (context.name("model"), try context.number("version"))
            let given = try fields.required("metrics", try fields.object("metrics"))
            var metrics: [String: Double] = [:]
            for metric in given.names {
                metrics[metric] = try given.required(metric, given.value(metric)?.numberValue)
            }
            let record = try await self.catalog.measure(name, version: number, metrics, by: person, note: note)
            return record.report(of: try record.version(number))
        }
    }

    // MARK: Form

    private func get(
        _ path: String, _ router: Router<BasicRequestContext>,
        _ answer: @escaping @Sendable (Request, BasicRequestContext) async throws -> JSONValue
    ) {
        router.route(.get, RouterPath(path)) { request, context in
            let value = try await APIError.telling { try await answer(request, context) }
            return .json { $0.value(value) }
        }
    }

    private func post(
        _ path: String, _ router: Router<BasicRequestContext>,
        _ answer:
            @escaping @Sendable (RequestFields, _ person: String, _ note: String, BasicRequestContext) async throws ->
            JSONValue
    ) {
        router.route(.post, RouterPath(path)) { request, context in
            let fields = try await request.fields(self.limits.current)
            let (person, note) = (try request.person(fields), try fields.string("reason") ?? "")
            let value = try await APIError.telling { try await answer(fields, person, note, context) }
            return .json { $0.value(value) }
        }
    }
}
