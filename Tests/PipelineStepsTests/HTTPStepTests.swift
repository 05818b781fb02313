// SPDX-License-Identifier: Apache-2.0

import EventMessaging
import LLMCore
import OrderedCollections
import PipelineSteps
import Pipelines
import Testing

@Suite("The http step")
struct HTTPStepTests {
    static var allowed: StepRunning {
        var access = StepAccess()
        access.allowsLocalNetworks = true
        return StepRunning(access: access)
    }

    @Test("JSON is sent and read, and what changes something carries its idempotency key")
    func exchange() async throws {
        try await EchoServer.run { server, url in
            let got = try await Self.allowed.run("http", ["url": .string(url + "/a?b=c")])
            #expect(got["status"] == 200 && got["json"] == ["told": "GET"])
            #expect(got["headers"]?["x-type"] == "none")
            let posted = try await Self.allowed.run(
                "http",
                ["url": .string(url), "method": "POST", "body": ["n": 1], "headers": ["Idempotency-Key": "mine"]])
            #expect(posted["headers"]?["x-type"] == "application/json")
            let requests = server.requests
            #expect(requests[0] == "GET /a?b=c none ")
            #expect(requests[1].hasPrefix("POST / ") && requests[1].hasSuffix(#" {"n":1}"#))
            #expect(!requests[1].contains("none") && !requests[1].contains("mine"))
        }
    }

    @Test("Other statuses than expected, large bodies and silence are failures; redirects are not followed")
    func failures() async throws {
        try await EchoServer.run { server, url in
            for (path, more, part) in [
                ("/status/404", [:], "status 404"), ("/status/302", [:], "status 302"),
                ("/size/2000000", [:], "larger than allowed"), ("/size/3000", ["max_kb": 1], "larger than allowed"),
                ("/never", ["time_limit": 0.3], "in time"),
            ] as [(String, JSONValue, String)] {
                var inputs = more.objectValue ?? [:]
                inputs["url"] = .string(url + path)
                let failure = await Self.allowed.failure("http", .object(inputs))
                #expect(failure?.contains(part) == true, "\(failure ?? "")")
            }
            let expected = try await Self.allowed.run(
                "http", ["url": .string(url + "/status/404"), "expect": [200, 404]])
            #expect(expected["status"] == 404)
            #expect(server.requests.allSatisfy { !$0.contains("elsewhere") })
        }
    }

    @Test(
        "Local networks are refused however they are written",
        arguments: [
            "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a00:1]/", "http://0.0.0.0/",
            "http://10.1.2.3/",
            "http://172.31.0.1/", "http://192.168.0.1/", "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://[fe80::1]/", "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
            "http://224.0.0.1/", "http://255.255.255.255/",
        ])
    func localNetworks(url: String) async throws {
        let failure = await StepRunning().failure("http", ["url": .string(url)])
        #expect(failure?.contains("not allowed") == true || failure?.contains("no URL") == true, "\(failure ?? "")")
    }

    @Test(
        "What is no URL of a web server is found before running",
        arguments: [
            "", "example.org", "file:///etc/passwd", "ftp://a/", "http://", "http://user:pw@example.org/",
            "javascript:1",
        ])
    func invalid(url: String) throws {
        #expect(throws: InvalidPipelineError.self) { try StepRunning().pipeline("http", ["url": .string(url)]) }
    }

    @Test("An event reaches its subscribers, under a name of its own")
    func emit() async throws {
        let steps = StepRunning()
        var events = try await steps.bus.subscribe(EventPattern("documents.*"), buffer: 4).makeAsyncIterator()
        let outputs = try await steps.run("emit", ["subject": "documents.read", "payload": ["name": "a"]])
        let event = try #require(try await events.next())
        #expect(event.payload == ["name": "a"] && .string(event.id) == outputs["id"] && !event.id.isEmpty)
        #expect(throws: InvalidPipelineError.self) { try steps.pipeline("emit", ["subject": "a..b"]) }
    }
}
