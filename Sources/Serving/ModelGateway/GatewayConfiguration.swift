// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
public import Observability
internal import SourceDocuments

/// The models that a configuration file describes, checked.
///
/// See `docs/gateway.md` for what may be written.
public struct GatewayConfiguration: Sendable {
    let models: [ModelSettings]
    /// What the program tells of its work; nil where neither the file nor OpenTelemetry's variables ask for anything.
    public let telemetry: TelemetrySettings?
    /// Variables that hold what the file leaves out.
    let environment: [String: String]

    /// Reads the `models` and `telemetry` of a configuration file.
    ///
    /// - Parameters:
    ///   - yaml: The file's text.
    ///   - file: Its name, for messages.
    ///   - environment: Variables, which may replace values and hold secrets.
    ///   - otherParts: The other keys that the file may have, which are not looked at.
    /// - Throws: ``GatewayError`` with code `.invalidConfiguration` that names everything that is wrong, with its place;
    ///   `TelemetryError` that names the variable of OpenTelemetry that is wrong.
    public init(
        yaml: String, file: String = "autoglm.yaml", environment: [String: String] = [:], otherParts: [String] = []
    ) throws {
        var source = SourceReader(file: file, beginning: "A configuration has 'models:'.")
        var reader = FieldReader()
        var models: [ModelSettings] = []
        var telemetry = try TelemetrySettings.standard(environment: environment)
        do {
            let written = try source.read(yaml)
            var root = written
            for part in ["models", "telemetry"] {
                root = try EnvironmentOverrides(environment, part: part).applied(to: root)
            }
            let fields = reader.fields(of: root, "The file", known: ["models", "telemetry"] + otherParts)
            if let node = fields["models"] { models = reader.models(node, environment: environment) }
            if let node = fields["telemetry"] {
                var settings = TelemetrySettings()
                try settings.read(environment: environment)
                reader.telemetry(node, into: &settings, environment: environment)
                telemetry = settings
            }
        } catch let error as SourceError { reader.note(error.place, error.problem, error.suggestion) }
        guard reader.issues.isEmpty else {
            throw GatewayError(.invalidConfiguration, reader.issues.map(\.message).joined(separator: "\n"))
        }
        self.models = models
        self.telemetry = telemetry
        self.environment = environment
    }

    /// The models' names, in the order of the file.
    public var names: [String] { self.models.map(\.name) }
}
