// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import Foundation
import LLMCore
import ModelGateway
import Testing

@Suite("Models of another configuration")
struct ReplacementTests {
    private static let start = """
        models:
          a: {backend: openai, model: x, url: "http://127.0.0.1:9/v1"}
          b: {backend: openai, model: y, url: "http://127.0.0.1:9/v1"}
          either: {replicas: [a, b], health: {every: 1s}}
          safe: {fallbacks: [either, b]}
        """

    private static func gateway(_ yaml: String = Self.start) throws -> Gateway {
        try Gateway(configuration: try GatewayConfiguration(yaml: yaml))
    }

    @Test(
        "What has changed, down to what it is made of, is made anew, and only that",
        arguments: [
            (Self.start, [], []),
            ("# The same.\n\n" + Self.start.replacing("{backend", with: "{ backend"), [], []),
            (Self.start.replacing("model: y", with: "model: z"), ["b", "either", "safe"], []),
            (Self.start.replacing("[either, b]", with: "[b, either]"), ["safe"], []),
            (Self.start.replacing("every: 1s", with: "every: 2s"), ["either", "safe"], []),
            (Self.start.replacing("safe:", with: "other:"), ["other"], ["safe"]),
            (
                "models: {c: {backend: openai, model: x, url: 'http://127.0.0.1:9/v1'}}", ["c"],
                ["a", "b", "either", "safe"]
            ),
        ] as [(String, [String], [String])])
    func changes(yaml: String, changed: [String], gone: [String]) throws {
        let gateway = try Self.gateway()
        let other = try GatewayConfiguration(yaml: yaml)
        let replacement = try gateway.prepare(other)
        #expect(gateway.names == ["a", "b", "either", "safe"])
        #expect(replacement.changed == changed)
        #expect(gateway.take(replacement) == gone)
        #expect(gateway.names == other.names)
        for name in gateway.names { _ = try gateway.model(named: name) }
        for name in gone { #expect(throws: LLMError.self) { try gateway.model(named: name) } }
    }

    @Test("A key that is another one now is a change")
    func keys() throws {
        let yaml = "models: {a: {backend: openai, model: x, key: {env: SOME_KEY}}}"
        let gateway = try Gateway(configuration: try GatewayConfiguration(yaml: yaml, environment: ["SOME_KEY": "one"]))
        let same = try GatewayConfiguration(yaml: yaml, environment: ["SOME_KEY": "one"])
        #expect(try gateway.prepare(same).changed.isEmpty)
        let other = try GatewayConfiguration(yaml: yaml, environment: ["SOME_KEY": "two"])
        #expect(try gateway.prepare(other).changed == ["a"])
    }

    @Test("A model that cannot be made leaves everything as it was")
    func failure() throws {
        let gateway = try Self.gateway()
        let other = try GatewayConfiguration(yaml: "models: {gone: /nowhere/model.gguf}")
        #expect(throws: (any Error).self) { try gateway.prepare(other) }
        #expect(gateway.names == ["a", "b", "either", "safe"])
    }

    @Test("A model that stays as it is goes on resting, and one that is another one now does not")
    func state() async throws {
        func model(_ name: String) -> String {
            "{backend: openai, model: \(name), url: 'http://127.0.0.1:9/v1', circuit_breaker: {failures: 1, rest: 1h}}"
        }
        let gateway = try Self.gateway("models: {a: \(model("x"))}")
        func isResting() async -> Bool {
            do {
                _ = try await gateway.model(named: "a").generate(GenerationRequest(prompt: .messages([.user("Hi")])))
                    .response()
                return false
            } catch let error as LLMError { return error.message.contains("rests for") } catch { return false }
        }
        #expect(await !isResting())
        #expect(await isResting())
        let more = try GatewayConfiguration(yaml: "models: {a: \(model("x")), b: \(model("x"))}")
        _ = gateway.take(try gateway.prepare(more))
        #expect(await isResting())
        let other = try GatewayConfiguration(yaml: "models: {a: \(model("y"))}")
        _ = gateway.take(try gateway.prepare(other))
        #expect(await !isResting())
    }
}
