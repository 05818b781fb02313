// SPDX-License-Identifier: Apache-2.0

internal import AccessControl
internal import Foundation
internal import HTTPAPI
internal import LLMCore
internal import Logging
internal import Observability
internal import ServerTLS
internal import ServingCore

/// What of a server's settings may change while it runs, shared by all its ports.
struct LiveSettings {
    /// Who is let in; nil for everybody.
    let access: AccessGuard?
    /// What is encrypted with; nil encrypts nothing.
    let tls: TLSContexts?
    /// How much a client may ask, and how fast it has to be.
    let limits: LiveLimits
    /// How much is done at a time.
    let gate: RequestGate
    /// Below which level nothing is logged; nil where nothing is.
    let threshold: LogThreshold?

    /// Makes everything as settings say.
    ///
    /// - Throws: `AccessError`, `TLSError`.
    init(_ settings: ServerSettings, threshold: LogThreshold?) async throws {
        var access: AccessGuard?
        if let keys = settings.access { access = try await AccessGuard(keys) }
        self.access = access
        self.tls = try settings.tls.map(TLSContexts.init)
        self.limits = LiveLimits(settings.limits)
        self.gate = RequestGate(settings.overload)
        self.threshold = threshold
    }

    /// Until when the certificate is valid, and what that means where it is over; nil where nothing is encrypted.
    var certificateNote: String? {
        guard let expiry = self.tls?.expiry else { return nil }
        let end = Date(timeIntervalSince1970: Double(expiry))
        guard end < Date() else { return "a certificate that is valid until \(end.ISO8601Format())" }
        return "a certificate that was valid until \(end.ISO8601Format()) and that clients refuse"
    }

    /// Takes other settings: all of them, or none.
    ///
    /// - Throws: `AccessError`, `TLSError`, and ``CommandError`` where nobody would be kept out any more.
    func replace(_ settings: ServerSettings, level: Logger.Level?) async throws {
        let files = self.tls == nil ? nil : try settings.tls.map(TLSFiles.init)
        if let access = self.access {
            guard let keys = settings.access else {
                throw CommandError(.badInput, "'access' is gone; to let in everybody, start anew.")
            }
            try await access.replace(keys)
        }
        if let files { self.tls?.replace(files) }
        self.limits.replace(settings.limits)
        self.gate.replace(settings.overload)
        if let level { self.threshold?.replace(level) }
    }
}

extension ServerSettings {
    /// The keys that have other values than at the start and are read only then.
    func keysForRestart(since start: ServerSettings) -> [String] {
        let keys = [
            ("host", self.host != start.host), ("http_port", self.httpPort != start.httpPort),
            ("grpc_port", self.grpcPort != start.grpcPort), ("metrics_port", self.metricsPort != start.metricsPort),
            ("model_repository", self.repository.folders != start.repository.folders),
            ("model_control_mode", self.repository.control != start.repository.control),
            ("load_models", self.repository.loadedAtStart != start.repository.loadedAtStart),
            ("repository_poll_secs", self.repository.pollInterval != start.repository.pollInterval),
            ("pipelines", self.pipelines != start.pipelines),
            // What there is may change; whether there is any may not.
            ("access", (self.access == nil) != (start.access == nil)), ("tls", (self.tls == nil) != (start.tls == nil)),
        ]
        return keys.filter(\.1).map(\.0)
    }
}
