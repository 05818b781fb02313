// SPDX-License-Identifier: Apache-2.0

internal import Experiments
package import HTTPAPI
internal import HTTPTypes
package import Hummingbird
internal import LLMCore
package import ModelTraffic
internal import NIOCore
internal import OrderedCollections

/// Experiments under `/v1/experiments`: definitions, who gets which arm, what comes of it, and what that shows.
package struct ExperimentRoutes: HTTPRoutes {
    private let experiments: ServedExperiments
    private let limits: LiveLimits

    /// Makes routes.
    ///
    /// - Parameter limits: How much a client may ask.
    package init(experiments: ServedExperiments, limits: LiveLimits = LiveLimits()) {
        self.experiments = experiments
        self.limits = limits
    }

    package func add(to router: Router<BasicRequestContext>) {
        router.route(
            "v1/experiments",
            [
                .get: { _, _ in .json { $0.value(["experiments": .array(self.experiments.all.map(\.json))]) } },
                .post: { request, _ in try await self.define(request) },
            ])
        router.route(.get, "v1/experiments/{experiment}") { _, context in try await self.show(context) }
        router.route(.get, "v1/experiments/{experiment}/assignment") { request, context in
            try await self.peek(request, context)
        }
        router.route(.post, "v1/experiments/{experiment}/assignments") { request, context in
            try await self.assign(request, context)
        }
        router.route(.post, "v1/experiments/{experiment}/outcomes") { request, context in
            try await self.record(request, context)
        }
        router.route(.post, "v1/experiments/{experiment}/stop") { request, context in
            try await self.stop(request, context)
        }
    }

    // MARK: Experiments

    /// Begins an experiment: the body is its definition, in YAML or JSON; `by` in the query says who wants it.
    private func define(_ request: Request) async throws -> Response {
        var body = try await request.collectedBody(self.limits.current)
        guard let text = body.readString(length: body.readableBytes), !text.isEmpty else {
            throw APIError(.badRequest, "The body must be a definition in YAML or JSON.")
        }
        let person = request.caller(user: request.query("by") ?? "")
        let served = try await APIError.telling { try await self.experiments.define(text, by: person) }
        return .json(.created) { $0.value(served.json) }
    }

    private func show(_ context: BasicRequestContext) async throws -> Response {
        let value = try await APIError.telling { () -> JSONValue in
            let served = try self.experiments.experiment(named: context.name("experiment"))
            var members = served.json.objectValue ?? [:]
            members["definition"] = .string(served.definition)
            let events = try await self.experiments.store.events(of: served.experiment.name)
            members["events"] = .array(events.map(\.json))
            return .object(members)
        }
        return .json { $0.value(value) }
    }

    private func stop(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let (arm, note) = (try fields.string("arm"), try fields.string("reason") ?? "")
        let person = try request.person(fields)
        let served = try await APIError.telling {
            try await self.experiments.stop(context.name("experiment"), at: arm, by: person, note: note)
        }
        return .json { $0.value(served.json) }
    }

    // MARK: Units

    /// Says which arm a user would get, and counts nothing.
    private func peek(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let user = request.query("user") else {
            throw APIError.invalid("user", "Name the user: ?user=….", code: "missing_required_parameter")
        }
        let attributes = request.query("attributes").map { try? JSONValue(parsing: $0) } ?? [:]
        guard let attributes, attributes.objectValue != nil else {
            throw APIError.invalid("attributes", "'attributes' must be a JSON object.")
        }
        let assignment = try await APIError.telling {
            try await self.experiments.peek(
                user, attributes: attributes, in: try self.experiments.experiment(named: context.name("experiment")))
        }
        return .json { $0.value(assignment.json) }
    }

    /// Puts a user into an arm, for whoever routes by himself.
    private func assign(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let user = try fields.required("user", try fields.string("user"))
        let attributes = fields.value("attributes") ?? [:]
        guard attributes.objectValue != nil else {
            throw APIError.invalid("attributes", "'attributes' must be an object.")
        }
        let value = try await APIError.telling { () -> JSONValue in
            let served = try self.experiments.experiment(named: context.name("experiment"))
            let assignment = try await self.experiments.assign(user, attributes: attributes, in: served)
            var members = assignment.json.objectValue ?? [:]
            members["settings"] =
                served.experiment.arms.first { $0.name == assignment.arm }?.settings ?? .null
            return .object(members)
        }
        return .json { $0.value(value) }
    }

    /// Takes what came of a user.
    private func record(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let fields = try await request.fields(self.limits.current)
        let user = try fields.required("user", try fields.string("user"))
        let values = try Self.numbers(try fields.required("values", try fields.object("values")))
        let covariates = try fields.object("covariates").map(Self.numbers) ?? [:]
        let new = try await APIError.telling {
            try await self.experiments.record(
                values, covariates: covariates, of: user,
                in: try self.experiments.experiment(named: context.name("experiment")))
        }
        return .json { $0.value(["counted": .array(new.keys.sorted().map { .string($0) })]) }
    }

    /// Numbers by their names; true is 1 and false is 0.
    private static func numbers(_ fields: RequestFields) throws -> [String: Double] {
        var numbers: [String: Double] = [:]
        for name in fields.names {
            let value = fields.value(name)
            numbers[name] = try fields.required(
                name, value?.numberValue ?? value?.boolValue.map { $0 ? 1 : 0 })
        }
        return numbers
    }
}
