// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import OpenAutoGLMTesting
import RemoteModels
import Testing

/// What `scripts/check-servers.sh` says of the server that it has started.
private let environment = ProcessInfo.processInfo.environment

@Suite("Conformance against a real server", .enabled(if: environment["REAL_SERVER_URL"] != nil))
struct RealServerTests {
    @Test("The checks of all adapters pass, but for what the server is known to do wrong")
    func conforms() async throws {
        let backend = try #require(RemoteBackend(rawValue: environment["REAL_SERVER_BACKEND"] ?? ""))
        let model = try backend.open(
            environment["REAL_SERVER_MODEL"] ?? "default", baseURL: environment["REAL_SERVER_URL"], environment: [:])
        let excuses = (environment["REAL_SERVER_EXCUSES"] ?? "").split(separator: "\n").map { Excuse(String($0)) }
        // The servers here have a model that reads text.
        let failures = await ModelAdapterConformance(model, sendsMedia: false).failures()
        #expect(failures.filter { failure in !excuses.contains { $0.covers(failure) } } == [])
    }
}
