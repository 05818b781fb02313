// SPDX-License-Identifier: Apache-2.0

import Foundation
import ModelGateway
import Testing

@Suite("Gateway documentation")
struct GatewayDocumentationTests {
    @Test("The example of docs/gateway.md is a configuration, and uses every part that it tells of")
    func example() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/gateway.md"), encoding: .utf8)
        let start = try #require(page.range(of: "```yaml\n"))
        let end = try #require(page.range(of: "```", range: start.upperBound..<page.endIndex))
        let yaml = String(page[start.upperBound..<end.lowerBound])
        let configuration = try GatewayConfiguration(yaml: yaml, environment: ["OPENAI_API_KEY": "abc"])
        #expect(configuration.names == ["small", "vectors", "chat", "left", "right", "pool", "assistant", "either"])
        for row in page.split(separator: "\n") where row.hasPrefix("| `") {
            let key = row.dropFirst(3).prefix { $0 != "`" && $0 != "." }
            #expect(yaml.contains("\(key):"), "'\(key)' is not in the example")
        }
    }
}
