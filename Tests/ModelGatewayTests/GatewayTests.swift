// SPDX-License-Identifier: Apache-2.0

import LLMCore
import ModelGateway
import OpenAutoGLMTesting
import Testing

@Suite("Gateway")
struct GatewayTests {
    @Test("An unknown model is an error that names the nearest one")
    func unknownModel() {
        let gateway = Gateway(models: [("small", ScriptedModel()), ("large", ScriptedModel())])
        #expect(gateway.names == ["small", "large"])
        let error = #expect(throws: LLMError.self) { try gateway.model(named: "smal") }
        #expect(error?.code == .unknownModel)
        #expect(error?.message.contains("Did you mean 'small'?") == true)
    }
}
