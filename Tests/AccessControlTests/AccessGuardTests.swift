// SPDX-License-Identifier: Apache-2.0

import AccessControl
import AdapterMiddleware
import LLMCore
import OpenAutoGLMTesting
import Testing

@Suite("Keys")
struct AccessGuardTests {
    private static func settings() -> AccessSettings {
        var settings = AccessSettings()
        let ask = AccessGrant(name: "ask", models: [ModelPattern("chat"), ModelPattern("intent-*")])
        let run = AccessGrant(name: "run", scopes: [.admin])
        settings.keys = [
            AccessKey(hash: KeyHash(of: "key-of-ask"), grant: ask),
            AccessKey(hash: KeyHash(of: "key-of-run"), grant: run, expiry: 1000),
        ]
        return settings
    }

    @Test("A hash is written and read, and what is none is not")
    func hashes() throws {
        let hash = KeyHash(of: "abc")
        #expect(hash.description == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(KeyHash(written: hash.description) == hash)
        for text in ["", "sha256:", "abc", "sha256:" + String(repeating: "g", count: 64), hash.description + "0"] {
            #expect(KeyHash(written: text) == nil)
        }
    }

    @Test("A key that is made is long, random and no two are the same")
    func secrets() {
        var generator = SystemRandomNumberGenerator()
        let keys = (0..<100).map { _ in APISecret.make(using: &generator) }
        #expect(Set(keys).count == 100)
        for key in keys { #expect(key.hasPrefix("sk-autoglm-") && key.utf8.count == 54) }
    }

    @Test(
        "Who shows which key is let in to what",
        arguments: [
            ("key-of-ask", .inference, nil), ("key-of-ask", .admin, .forbidden), ("key-of-ask", .metrics, .forbidden),
            ("key-of-run", .admin, nil), ("key-of-run", .inference, .forbidden), (nil, .inference, .unauthenticated),
            ("", .inference, .unauthenticated), ("key-of-nobody", .inference, .unauthenticated), (nil, .health, nil),
            (nil, .metrics, .unauthenticated), ("a.b.c", .inference, .unauthenticated),
        ] as [(String?, RouteKind, AccessError.Code?)])
    func letsIn(key: String?, kind: RouteKind, refusal: AccessError.Code?) async throws {
        let access = try await AccessGuard(Self.settings(), seconds: { 500 })
        if let refusal {
            let error = await #expect(throws: AccessError.self) { try await access.admit(key, to: kind) }
            #expect(
                error?.code == refusal && error?.message.contains(key.flatMap { $0.isEmpty ? nil : $0 } ?? "∅") == false
            )
        } else {
            #expect(try await access.admit(key, to: kind)?.name == (kind == .health ? nil : key?.suffix(3).description))
        }
    }

    @Test("A key that has expired is refused")
    func expiry() async throws {
        let access = try await AccessGuard(Self.settings(), seconds: { 1000 })
        let error = await #expect(throws: AccessError.self) { try await access.admit("key-of-run", to: .admin) }
        #expect(error?.code == .unauthenticated && error?.message.contains("expired") == true)
    }

    @Test("Work past its deadline is cancelled, and told so")
    func deadline() async throws {
        let deadline = RequestDeadline(after: .milliseconds(5))
        let (nothing, end) = AsyncStream<Never>.makeStream()
        let error = await #expect(throws: LLMError.self) {
            try await deadline.limit {
                for await _ in nothing {}
                withExtendedLifetime(end) {}
            }
        }
        #expect(error?.code == .deadlineExceeded)
        #expect(throws: LLMError.self) { try deadline.timeLeft }
        #expect(try await RequestDeadline(after: .seconds(60)).limit { 5 } == 5)
    }

    @Test("A key asks the models that it may")
    func models() async throws {
        let access = try await AccessGuard(Self.settings(), seconds: { 0 })
        let admission = try #require(try await access.admit("key-of-ask", to: .inference))
        for (model, isAllowed) in [("chat", true), ("intent-1", true), ("chat-2", false), ("other", false)] {
            #expect(admission.allows(model: model) == isAllowed)
        }
        #expect(throws: AccessError.self) { try admission.check(model: "other") }
    }

    @Test("Requests past the rate are refused with the time to wait, and come back with time")
    func rate() async throws {
        let clock = ManualClock()
        var settings = AccessSettings()
        let grant = AccessGrant(name: "a", allowance: Allowance(requestsPerMinute: 2))
        settings.keys = [AccessKey(hash: KeyHash(of: "secret"), grant: grant)]
        let access = try await AccessGuard(settings, time: Timekeeper(clock), seconds: { 0 })
        func ask() async throws -> RateStanding? {
            let admission = try await access.admit("secret", to: .inference)
            try admission?.start()
            return admission?.standing
        }
        #expect(try await ask()?.requests?.left == 1)
        let standing = try await ask()
        #expect(
            standing?.requests?.left == 0 && standing?.requests?.untilFull == .seconds(60) && standing?.tokens == nil)
        let error = await #expect(throws: AccessError.self) { try await ask() }
        #expect(error?.code == .rateLimited && error?.retryAfter == .seconds(30))
        clock.advance(by: .seconds(30))
        #expect(try await ask()?.requests?.left == 0)
        // Settings that leave the allowance as it is give nobody more.
        try await access.replace(settings)
        await #expect(throws: AccessError.self) { try await ask() }
        settings.keys[0].grant.allowance?.requestsPerMinute = 3
        try await access.replace(settings)
        #expect(try await ask()?.requests?.capacity == 3)
    }

    @Test("Tokens are kept within the rate: an estimate is taken, and what was used is settled")
    func tokens() async throws {
        let clock = ManualClock()
        var settings = AccessSettings()
        let grant = AccessGrant(name: "a", allowance: Allowance(tokensPerMinute: 300))
        settings.keys = [AccessKey(hash: KeyHash(of: "secret"), grant: grant)]
        let access = try await AccessGuard(settings, time: Timekeeper(clock), seconds: { 0 })
        let admission = try #require(try await access.admit("secret", to: .inference))
        let model = ScriptedModel(replies: ["one", "two"]).wrapped(in: [AdmissionLimit()])
        try await Admission.$current.withValue(admission) {
            var request = GenerationRequest(prompt: .user("Hi"))
            request.maxTokens = 200
            _ = try await model.generate(request).response()
            let left = try #require(admission.standing?.tokens?.left)
            #expect(left > 100 && left < 300)
            request.maxTokens = 300
            let error = await #expect(throws: LLMError.self) { try await model.generate(request).response() }
            #expect(error?.code == .rateLimited && error?.retryAfter != nil)
        }
    }
}
