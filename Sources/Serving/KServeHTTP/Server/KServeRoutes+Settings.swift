// SPDX-License-Identifier: Apache-2.0

internal import HTTPAPI
internal import HTTPTypes
internal import Hummingbird
internal import LLMCore
internal import ServingCore

extension KServeRoutes {
    /// The routes of settings and of shared memory.
    func addSettings(to router: Router<BasicRequestContext>) {
        for path in ["v2/trace/setting", "v2/models/{model}/trace/setting"] {
            self.on(router, .get, .post, at: path) { request, target in
                if !target.model.isEmpty { _ = try target.model(in: self.repository) }
                if request.method == .post {
                    try TraceSettings.check(
                        try await request.members(self.limits.current).map { ($0.key, $0.value.texts) })
                }
                return Self.traceSettings
            }
        }
        self.on(router, .get, .post, at: "v2/logging") { request, _ in
            if request.method == .post {
                try self.repository.log.set(try await request.members(self.limits.current).map { ($0.key, $0.value) })
            }
            return .json { writer in
                writer.object { writer in for (name, value) in self.repository.log.values { writer.member(name, value) }
                }
            }
        }
        for kind in ["systemsharedmemory", "cudasharedmemory"] { self.addSharedMemory(kind, to: router) }
    }

    private static var traceSettings: Response {
        .json { writer in
            writer.object { writer in
                for (name, values) in TraceSettings.values {
                    // A level is a list, everything else a single text.
                    writer.member(
                        name, name == "trace_level" ? .array(values.map { .string($0) }) : .string(values.first ?? ""))
                }
            }
        }
    }

    private func addSharedMemory(_ kind: String, to router: Router<BasicRequestContext>) {
        for path in ["v2/\(kind)", "v2/\(kind)/region/{region}"] {
            // No region is ever registered, so none is listed and none is left to remove.
            self.on(router, .get, at: path + "/status") { _, _ in .json { $0.array { _ in } } }
            self.on(router, .post, at: path + "/unregister") { _, _ in Response(status: .ok) }
        }
        self.on(router, .post, at: "v2/\(kind)/region/{region}/register") { _, _ in
            throw ServingError(.unsupported, "Shared memory is not configured on this server; send tensors themselves.")
        }
    }
}

extension JSONValue {
    /// A text, or a list of them, as texts.
    fileprivate var texts: [String] {
        switch self {
        case .null: []
        case .array(let values): values.map { $0.stringValue ?? $0.serialized() }
        default: [self.stringValue ?? self.serialized()]
        }
    }
}
