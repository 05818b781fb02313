// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelGateway
import Testing

@Suite("Gateway configuration")
struct GatewayConfigurationTests {
    private static let environment = ["KEY": "abc123"]

    /// What is wrong with a configuration.
    private func problems(_ yaml: String, _ environment: [String: String] = environment) -> String {
        do {
            _ = try GatewayConfiguration(yaml: yaml, file: "f.yaml", environment: environment)
            return ""
        } catch { return "\(error)" }
    }

    @Test("What is well written is read, the models in their order")
    func reads() throws {
        let yaml = """
            models:
              b: {backend: openai, model: gpt-4o-mini, key: {env: KEY}, timeouts: {connect: 1s, total: 1.5m}}
              a: smollm2
              c: {replicas: [a, {model: b, weight: 2}], balancing: lowest-latency, health: {failures: 3}}
              d: {fallbacks: [c, a], retries: {}, cache: {lifetime: 1d}}
              e: {cascade: [a, d, b], confidence: [0.8, 0.6]}
            server: {port: 8000}
            """
        let configuration = try GatewayConfiguration(
            yaml: yaml, environment: Self.environment, otherParts: ["server"])
        #expect(configuration.names == ["b", "a", "c", "d", "e"])
        #expect(try GatewayConfiguration(yaml: "server: {}", otherParts: ["server"]).names.isEmpty)
    }

    @Test(
        "Each mistake is named with its place and the way out",
        arguments: [
            ("modles: {}", "f.yaml:1:1: The file has the unknown key 'modles'. Did you mean 'models'?"),
            ("models: [a]", "f.yaml:1:9: 'models' must be a mapping"),
            (
                "models:\n  a: {backend: opnai, model: m}",
                "f.yaml:2:16: There is no backend 'opnai'. Did you mean 'openai'?"
            ),
            ("models:\n  a: {backend: openai}", "f.yaml:2:3: The model 'a' lacks 'model'."),
            (
                "models:\n  a: {model: m}",
                "f.yaml:2:3: The model 'a' needs one of 'backend', 'replicas', 'fallbacks' and 'cascade'."
            ),
            (
                "models:\n  a: {backend: local, model: m, retrys: {}}",
                "f.yaml:2:33: The model 'a' has the unknown key 'retrys'. Did you mean 'retries'?"
            ),
            (
                "models:\n  a: {backend: local, model: m, retries: {attempts: 0}}",
                "Here must be a whole number from 1 to 20, not 0."
            ),
            (
                "models:\n  a: {backend: local, model: m, timeouts: {total: 5}}",
                "Here must be a time such as 250ms, 10s, 2m, 1h or 1d, not 5."
            ),
            ("models:\n  a: {backend: local, model: m, timeouts: {total: -5s}}", "Here must be a time"),
            ("models:\n  a: {backend: local, model: m, timeouts: {total: 1e300d}}", "Here must be a time"),
            ("models:\n  a: {backend: local, model: m, url: http://x}", "runs here, and has no 'url'"),
            (
                "models:\n  a: {backend: openai, model: m, url: ftp://x}",
                "Here must be a URL that begins with http:// or https://"
            ),
            (
                "models:\n  a: {backend: openai, model: m, url: grpc://x}",
                "Here must be a URL that begins with http:// or https://"
            ),
            ("models:\n  a: {backend: local, model: m, proxy: none}", "runs here, and has no 'url'"),
            (
                "models:\n  a: {backend: openai, model: m, ca_file: missing.pem}",
                "Cannot read the certificates in the file 'missing.pem'."
            ),
            (
                "models:\n  a: {backend: openai, model: m, proxy: \"ftp://x\"}",
                "A proxy is named by a URL such as http://proxy.example:3128"
            ),
            (
                "models:\n  a: {backend: triton, model: m, url: \"grpc://x\", proxy: \"http://x:1\"}",
                "Connections of gRPC go by no proxy."
            ),
            (
                "models:\n  a: {backend: tritom, model: m}",
                "f.yaml:2:16: There is no backend 'tritom'. Did you mean 'triton'?"
            ),
            (
                "models:\n  a: {backend: openai, model: m, key: {env: NONE}}",
                "f.yaml:2:39: The variable 'NONE' of the environment is not set."
            ),
            (
                "models:\n  a: {backend: openai, model: m, key: {file: missing-file}}",
                "Cannot read the key in the file 'missing-file'."
            ),
            ("models:\n  a: {backend: openai, model: m, key: {env: KEY, file: x}}", "A key is in one place."),
            (
                "models:\n  abc: m\n  b: {fallbacks: [abd]}",
                "f.yaml:3:19: There is no model 'abd' in this file. Did you mean 'abc'?"
            ),
            ("models:\n  a: {fallbacks: [b]}\n  b: {fallbacks: [a]}", "The model 'a' is made of itself."),
            ("models:\n  a: {fallbacks: []}", "Here must be a list of models' names"),
            ("models:\n  a: m\n  b: {cascade: [a]}", "The model 'b' lacks 'confidence'."),
            ("models:\n  a: m\n  b: {cascade: [a, c], confidence: 0.9}", "There is no model 'c'"),
            ("models:\n  a: m\n  b: {cascade: [a], confidence: 1.5}", "a number from 0"),
            ("models:\n  a: m\n  b: {cascade: [a, a], confidence: [0.5, 0.5]}", "one for each but the last: 1"),
            ("models:\n  a: m\n  b: {cascade: [a, a], confidence: [2]}", "a number from 0"),
            ("models:\n  a: m\n  b: {fallbacks: [a], prices: {prompt: 1}}", "The model 'b' has no prices of its own."),
            ("models:\n  a: {backend: local, model: m, guardrails: {injection: redact}}", "Write 'injection: block'."),
            ("models:\n  a: {backend: local, model: m, hedge: {}}", "'hedge' lacks 'after'."),
            ("models:\n  a: {backend: local, model: m, concurrency: {queue: 1}}", "'concurrency' lacks 'limit'."),
            ("models: {a: [", "The YAML is malformed"),
            (
                "models:\n  a: {backend: local, model: m, timeouts: {connect: 1s}}",
                "f.yaml:2:43: The model 'a' cannot have 'timeouts.connect': it runs here."
            ),
            (
                "models:\n  a: {backend: triton, model: m, url: \"grpc://x\", timeouts: {connect: 1s}}",
                "cannot have 'timeouts.connect': gRPC connects until the request's time is over."
            ),
            (
                "models:\n  a: m\n  b: {fallbacks: [a], timeouts: {connect: 1s}}",
                "The model 'b' cannot have 'timeouts.connect': the models that it is made of connect"
            ),
            (
                "models:\n  a: m\n  b: {replicas: [a], timeouts: {connect: 1s}}",
                "The model 'b' cannot have 'timeouts.connect'"
            ),
            ("models:\n  a: m\n  b: {replicas: [a], health: {evry: 1s}}", "Did you mean 'every'?"),
            (
                "models:\n  a: {backend: openai, model: m, signature: {}}",
                "A 'signature' is for models behind 'triton'."
            ),
            (
                "models:\n  a: {backend: triton, model: m, signature: {text_inptu: x}}",
                "Did you mean 'text_input'?"
            ),
            (
                "models:\n  a: {backend: triton, model: m, signature: {conversation: chatmk}}",
                "There is no form of conversations 'chatmk'."
            ),
            (
                "models:\n  a: {backend: triton, model: m, signature: {conversation: {template: no-such-file}}}",
                "Cannot read the chat template 'no-such-file'."
            ),
            ("usage: {stroe: x}", "Did you mean 'store'?"),
        ])
    func mistakes(yaml: String, expected: String) {
        let problems = self.problems(yaml)
        #expect(problems.contains(expected), "\(problems)")
    }

    @Test("All mistakes are told at once")
    func allMistakes() {
        let problems = self.problems("models:\n  a: {backend: x, model: m, rate: {a: 1}}\n  b: {fallbacks: [z]}")
        #expect(problems.split(separator: "\n").count == 3, "\(problems)")
    }

    @Test("A key that is written out is an error that does not repeat it")
    func literalKey() {
        let problems = self.problems("models:\n  a: {backend: openai, model: m, key: topsecret}")
        #expect(problems.contains("A key must not be written here. Write 'key: {env: VARIABLE}'"))
        #expect(!problems.contains("topsecret"))
    }

    @Test(
        "Variables of the environment replace and add values",
        arguments: [
            (
                "AUTOGLM_MODELS__MY_MODEL__RETRIES__ATTEMPTS", "0",
                "$AUTOGLM_MODELS__MY_MODEL__RETRIES__ATTEMPTS:1:1: Here must be"
            ),
            ("AUTOGLM_MODELS__MY_MODEL__TIMEOUTS__TOTAL", "5x", "Here must be a time"),
            ("AUTOGLM_MODELS__MY_MODEL__TIMEOUTS", "{totl: 5s}", "has the unknown key 'totl'"),
            ("AUTOGLM_MODELS__POOL__FALLBACKS__0", "none", "There is no model 'none'"),
            ("AUTOGLM_MODELS__MY_MODEL", "[", "The YAML is malformed"),
            ("AUTOGLM_MODELS__NEW", "small", ""), ("AUTOGLM_MODELS__MY_MODEL__RETRIES__CAP", "9s", ""),
            ("AUTOGLM_MODEL", "other", ""),
        ])
    func overrides(name: String, value: String, expected: String) {
        let yaml =
            "models:\n  my-model: {backend: local, model: m, retries: {attempts: 3}}\n  pool: {fallbacks: [my-model]}"
        let problems = self.problems(yaml, [name: value])
        #expect(expected.isEmpty ? problems.isEmpty : problems.contains(expected), "\(problems)")
    }

    @Test("No text is too strange to be read or refused")
    func mutations() {
        let yaml = Array(
            "models:\n  a: {backend: openai, model: m, key: {env: KEY}, rate: {tokens_per_minute: 1}}\n  b: {fallbacks: [a]}"
                .utf8)
        let marks = Array("{}[]:,-&*!'\"\n \t0a~|>%@`".utf8)
        var state: UInt64 = 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<2_000 {
            var bytes = yaml
            for _ in 0...random(4) { bytes[random(bytes.count)] = marks[random(marks.count)] }
            _ = self.problems(String(decoding: bytes, as: UTF8.self))
        }
    }
}
