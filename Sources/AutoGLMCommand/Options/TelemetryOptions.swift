// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelGateway
internal import Observability

/// Whether and where a program tells of its work.
struct TelemetryOptions: ParsableArguments {
    @Flag(help: "Write log lines as JSON, keep recent traces and logs for `autoglm traces` and `autoglm logs`.")
    var telemetry = false

    /// What is told of the work; nil for nothing.
    ///
    /// - Parameters:
    ///   - configured: What the configuration says of it.
    ///   - hasConfiguration: Whether there is one; without, variables alone count.
    /// - Throws: `TelemetryError` for a variable with a value that it cannot have.
    func settings(_ configured: TelemetrySettings?, hasConfiguration: Bool) throws -> TelemetrySettings? {
        let asked =
            try hasConfiguration
            ? configured
            : GatewayConfiguration(yaml: "{}", file: "the environment", environment: Settings.environment).telemetry
        guard self.telemetry else { return asked }
        var settings = asked ?? TelemetrySettings()
        if asked == nil { try settings.read(environment: Settings.environment) }
        if settings.store == nil { settings.store = TelemetrySettings.Store() }
        return settings
    }

    /// What tells of the work of a command that is not a server; nil for nothing.
    ///
    /// - Throws: as ``settings(_:hasConfiguration:)``, and an error of the receiver's URL or of the store's file.
    func program(_ configured: ConfiguredModels?) throws -> ProgramTelemetry? {
        try self.settings(configured?.telemetry, hasConfiguration: configured != nil).map(ProgramTelemetry.init)
    }
}
