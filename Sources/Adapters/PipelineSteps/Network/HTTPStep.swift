// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import NIOCore
internal import NIOHTTP1
internal import OrderedCollections
public import Pipelines
public import RemoteTransport

/// Asks a web server.
public struct HTTPStep: PipelineStep {
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    private static let safeMethods = ["GET", "HEAD"]
    private static let maximumKilobytes = 64 << 10
    private let transport: HTTPTransport
    private let allowsLocalNetworks: Bool
    private let secrets: StepSecrets

    /// Makes the step.
    ///
    /// - Parameters:
    ///   - access: Whether this machine and the networks around it may be asked.
    ///   - transport: What brings requests to servers where local ones are allowed; it follows no redirects.
    public init(_ access: StepAccess, transport: HTTPTransport = .shared) {
        self.transport = transport
        self.allowsLocalNetworks = access.allowsLocalNetworks
        self.secrets = StepSecrets(access)
    }

    /// Its name, inputs and outputs.
    public var definition: StepDefinition {
        StepDefinition(
            name: "http",
            summary: "Asks a web server; local networks must be allowed first, and redirects are not followed.",
            inputs: [
                StepPort("url", .string, "The whole URL.", isRequired: true),
                StepPort("method", .string, "What to do; GET if not given.", choices: Self.methods),
                StepPort(
                    "headers", .object,
                    "Headers, by their names; a secret is {env: VARIABLE} or {file: PATH}, with 'prefix' before it if need be."
                ),
                StepPort("body", .any, "What to send: a text, or another value that is sent as JSON."),
                StepPort("expect", .array, "The statuses that are no failure; 200 to 299 if not given."),
                StepPort("max_kb", .integer, "The most KiB of the answer; 1024 if not given."),
                StepPort("time_limit", .number, "The most seconds; 30 if not given."),
            ],
            outputs: [
                StepPort("status", .integer, "The status."),
                StepPort("headers", .object, "The answer's headers, in lower case."),
                StepPort("text", .string, "The answer."),
                StepPort("json", .any, "The answer's value where it is JSON; else null."),
            ])
    }

    /// Checks the URL as far as it is known, the secrets that are to go there, and the numbers.
    public func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        var problems = [
            inputs.problem(with: "max_kb", outside: 1...Self.maximumKilobytes), inputs.timeLimitProblem,
        ].compactMap(\.self)
        var url: WebURL?
        if let text = inputs.literals["url"]?.stringValue {
            do { url = try WebURL(text) } catch { problems.append(.init("url", "\(error)")) }
        }
        return problems + self.secrets.check(inputs, url: url)
    }

    /// Asks, and refuses answers of other statuses than expected.
    public func run(_ inputs: StepInputs, context: StepContext) async throws -> [String: JSONValue] {
        let url = try WebURL(inputs.requiredString("url"))
        let (request, keys) = try self.request(url, inputs, context)
        let response =
            self.allowsLocalNetworks
            ? try await self.transport.send(request) : try await PublicTransport().send(request)
        let limit = (inputs["max_kb"]?.integerValue ?? 1_024) << 10
        let body = try await response.collect(maximumBytes: limit)
        // A server may repeat what it was sent.
        let text = keys.redacted(from: String(buffer: body))
        try Self.checkStatus(response.status, text, inputs, url)
        let headers = Dictionary(
            response.headers.map { ($0.name.lowercased(), keys.redacted(from: $0.value)) }
        ) { "\($0), \($1)" }
        return [
            "status": .integer(response.status), "text": .string(text),
            "json": (try? JSONValue(parsing: body.readableBytesView))?.redacted(of: keys) ?? .null,
            "headers": JSONValue(sorted: headers.mapValues { .string($0) }),
        ]
    }

    /// The request, and the secrets in it.
    private func request(
        _ url: WebURL, _ inputs: StepInputs, _ context: StepContext
    ) throws -> (TransportRequest, keys: [APIKey]) {
        let method = inputs.string("method") ?? "GET"
        var headers = HTTPHeaders()
        var keys: [APIKey] = []
        for (name, value) in inputs["headers"]?.objectValue ?? [:] {
            let (text, key) = try self.secrets.text(of: value, to: url)
            headers.replaceOrAdd(name: name, value: text)
            if let key { keys.append(key) }
        }
        if !Self.safeMethods.contains(method) {
            headers.replaceOrAdd(name: "Idempotency-Key", value: context.idempotencyKey)
        }
        var body: ByteBuffer?
        if let value = inputs["body"] {
            body = ByteBuffer(string: value.stringValue ?? value.serialized())
            if !headers.contains(name: "content-type") {
                headers.add(
                    name: "Content-Type",
                    value: value.stringValue == nil ? "application/json" : "text/plain; charset=utf-8")
            }
        }
        let request = TransportRequest(
            method: HTTPMethod(rawValue: method), url: url.text, headers: headers, body: body,
            timeLimit: .seconds(inputs["time_limit"]?.numberValue ?? 30))
        return (request, keys)
    }

    private static func checkStatus(_ status: Int, _ text: String, _ inputs: StepInputs, _ url: WebURL) throws {
        let expected = inputs["expect"]?.arrayValue?.compactMap(\.integerValue)
        guard expected?.contains(status) ?? (200..<300).contains(status) else {
            throw PipelineError(
                .unexpectedStatus, "\(url.host) answered with status \(status): \(text.prefix(200))")
        }
    }
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// A server answered with a status that was not expected.
    public static var unexpectedStatus: Self { "unexpected-status" }
}
