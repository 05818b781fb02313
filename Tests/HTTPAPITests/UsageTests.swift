// SPDX-License-Identifier: Apache-2.0

import AdapterMiddleware
import LLMCore
import NIOHTTP1
import OpenAutoGLMTesting
import Testing

@Suite("Usage over HTTP")
struct UsageTests {
    @Test("What requests took is told by model, caller and tag, and no key is in it")
    func report() async throws {
        let ledger = UsageLedger()
        let prices = TokenPrices(prompt: 1_000_000, completion: 0)
        let model = ScriptedModel(replies: ["a", "b", "c", "d"]).wrapped(in: [
            Accounting(ledger, model: "scripted", prices: prices)
        ])
        try await LiveServer.run(model, usage: ledger) { server in
            let body = #"{"model":"scripted","messages":[{"role":"user","content":"Hi there"}],"user":"ann"}"#
            let tagged = body.dropLast() + #","metadata":{"team":"red"}}"#
            _ = try await server.send(body: String(tagged))
            for header in [("authorization", "Bearer sk-1"), ("Authorization", "bearer sk-1"), ("x-api-key", "sk-1")] {
                #expect(try await server.send(body: body, headers: [header]).status == 200)
            }
            let reply = try await server.send(.GET, "/v1/usage")
            #expect(reply.status == 200 && !reply.text.contains("sk-1") && reply.json["object"] == "usage")
            let accounts = reply.json["accounts"]?.arrayValue ?? []
            // The beginning of SHA-256 of "sk-1".
            #expect(accounts.map { $0["caller"] } == ["ann", "key-0f2c10bf3d12"])
            #expect(accounts.map { $0["requests"] } == [1, 3] && accounts.map { $0["cost"] } == [2.0, 6.0])
            #expect(reply.json["tags"]?.arrayValue?.map { $0["tag"] } == ["team=red"])
            #expect(reply.json["models"]?.arrayValue?.first?["prompt_tokens"] == 8)
        }
    }
}
