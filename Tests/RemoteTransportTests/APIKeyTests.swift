// SPDX-License-Identifier: Apache-2.0

import LLMCore
import RemoteTransport
import Testing

@Suite("Keys")
struct APIKeyTests {
    @Test("Nothing that prints a key shows its secret")
    func redaction() throws {
        let key = try APIKey(" sk-123456\n")
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])", "\(Optional(key) as Any)"] {
            #expect(!text.contains("123456"))
        }
        #expect(key.redacted(from: "bad key sk-123456!") == "bad key [key]!")
    }

    @Test("What cannot stand in a header is refused", arguments: ["", "  ", "two words", "a\r\nhost: b", "ключ"])
    func refuses(secret: String) {
        let error = #expect(throws: TransportError.self) { try APIKey(secret) }
        #expect(error?.code == .missingSecret)
        #expect(secret.isEmpty || error?.message.contains(secret) == false || secret == "  ")
    }

    @Test("A key comes from the environment or a file")
    func sources() throws {
        #expect(try APIKey.environment("KEY", in: ["KEY": "abc"])?.secret == "abc")
        #expect(try APIKey.environment("KEY", in: ["KEY": ""]) == nil)
        #expect(try APIKey.environment("KEY", in: [:]) == nil)
        let error = #expect(throws: TransportError.self) { try APIKey.file("/nowhere/key") }
        #expect(error?.message.contains("/nowhere/key") == true)
    }
}
