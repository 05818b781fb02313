// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelGateway
import OpenAutoGLMTesting
import Testing

@Suite("Gateway")
struct GatewayTests {
    /// Models that come in a moment.
    private struct Coming: Gateway.Directory {
        let names: [String] = []
        let isComplete: Bool

        func model(named name: String) -> (any ModelAdapter)? { nil }
    }

    @Test("A model that may still come is unavailable, and asked for again in a moment", arguments: [false, true])
    func coming(isComplete: Bool) throws {
        let gateway = Gateway(models: [])
        gateway.offer(Coming(isComplete: isComplete))
        let error = #expect(throws: LLMError.self) { try gateway.model(named: "echo") }
        #expect(error?.code == (isComplete ? .unknownModel : .unavailable))
        #expect(error?.retryAfter == (isComplete ? nil : .seconds(1)))
    }

    @Test("An unknown model is an error that names the nearest one")
    func unknownModel() {
        let gateway = Gateway(models: [("small", ScriptedModel()), ("large", ScriptedModel())])
        #expect(gateway.names == ["small", "large"])
        let error = #expect(throws: LLMError.self) { try gateway.model(named: "smal") }
        #expect(error?.code == .unknownModel)
        #expect(error?.message.contains("Did you mean 'small'?") == true)
    }
}
