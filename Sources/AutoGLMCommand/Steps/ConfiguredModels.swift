// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelGateway
internal import Observability
internal import PluginHost

/// The models of a configuration file, opened when one of them is first needed.
actor ConfiguredModels {
    /// Their names, in the order of the file.
    nonisolated let names: [String]
    /// What is told of the work.
    nonisolated let telemetry: TelemetrySettings?
    /// The event bus that it names; nil where it names none.
    nonisolated let bus: String?
    private let configuration: GatewayConfiguration
    private var gateway: Gateway?

    /// Reads a configuration.
    ///
    /// - Parameter plugins: Where the plugins are that models may be.
    /// - Throws: ``CommandError`` where it cannot be read; `GatewayError` with everything that is wrong with it.
    init(path: String, plugins: PluginHost) throws {
        let file = try ServedConfiguration(path: path, environment: Settings.environment, plugins: plugins)
        self.configuration = file.models
        self.bus = file.bus
        self.names = self.configuration.names
        self.telemetry = self.configuration.telemetry
    }

    /// The models, each with what wraps around it.
    ///
    /// - Parameter telemetry: Watches them, where this is the first to open them.
    func open(_ telemetry: Telemetry? = nil) throws -> Gateway {
        if let gateway { return gateway }
        let gateway = try Gateway(configuration: self.configuration, telemetry: telemetry)
        self.gateway = gateway
        return gateway
    }
}
