// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import HTTPTypes
package import Hummingbird
internal import LLMCore
internal import OrderedCollections
package import PluginHost
internal import PromptTemplates

/// Plugins under `/v1/plugins`: what became of each that was asked for, and loading one anew.
package struct PluginRoutes: HTTPRoutes {
    private let host: PluginHost

    /// Makes routes.
    package init(host: PluginHost) { self.host = host }

    package func add(to router: Router<BasicRequestContext>) {
        router.route(.get, "v1/plugins") { _, _ in
            let plugins = self.host.statuses.map(\.report)
            return .json { $0.value(["plugins": .array(plugins)]) }
        }
        router.route(.post, "v1/plugins/{plugin}/reload") { _, context in
            let name = context.name("plugin")
            do throws(PluginError) { try await self.host.loadAnew(name) } catch {
                throw APIError(error.code == .unknown ? .notFound : .conflict, error.message, code: error.codeName)
            }
            let status = self.host.statuses.first { $0.name == name }
            return .json { $0.value(status?.report ?? [:]) }
        }
    }
}

extension PluginStatus {
    /// The status as programs read it.
    fileprivate var report: JSONValue {
        [
            "name": .string(self.name), "version": self.version.map { .string("\($0)") } ?? .null,
            "process": self.process.map { .integer(Int($0)) } ?? .null,
            "walls": .array(self.walls.map { .string($0) }), "memory_bytes": .integer(Int(clamping: self.memory)),
            "healthy": .bool(self.complaint == nil && self.quarantine == nil),
            "complaint": self.complaint.map { .string($0) } ?? .null,
            "quarantine_seconds": self.quarantine.map { .number($0 / .seconds(1)) } ?? .null,
            "swaps": .integer(self.swaps), "calls": .integer(self.account.calls),
            "failures": .integer(self.account.failures), "faults": .integer(self.account.faults),
            "seconds": .number(self.account.time / .seconds(1)),
            "longest_seconds": .number(self.account.longest / .seconds(1)),
        ]
    }
}
