// SPDX-License-Identifier: Apache-2.0

public import AdapterMiddleware
public import LLMCore
public import Observability
public import PluginHost
internal import RunStorage
package import SourceDocuments

/// The models that a configuration file describes, checked.
///
/// See `docs/gateway.md` for what may be written.
public struct GatewayConfiguration: Sendable {
    let models: [ModelSettings]
    /// What the program tells of its work; nil where neither the file nor OpenTelemetry's variables ask for anything.
    public let telemetry: TelemetrySettings?
    /// The database that accounts are written to; nil keeps them in memory.
    private let usagePath: String?
    /// Variables that hold what the file leaves out.
    let environment: [String: String]
    /// Where the plugins are that are models.
    let plugins: PluginHost

    /// Reads the `models`, `usage` and `telemetry` of a configuration file.
    ///
    /// - Parameters:
    ///   - yaml: The file's text.
    ///   - file: Its name, for messages.
    ///   - environment: Variables, which may replace values and hold secrets.
    ///   - plugins: Where the plugins are that models may be.
    ///   - otherParts: The other keys that the file may have, which are not looked at.
    /// - Throws: ``GatewayError`` with code `.invalidConfiguration` that names everything that is wrong, with its place;
    ///   `TelemetryError` that names the variable of OpenTelemetry that is wrong.
    public init(
        yaml: String, file: String = "autoglm.yaml", environment: [String: String] = [:],
        plugins: PluginHost = PluginHost(folders: []), otherParts: [String] = []
    ) throws {
        try self.init(
            yaml: yaml, file: file, environment: environment, plugins: plugins,
            parts: otherParts.map { Part(key: $0) { _, _ in } })
    }

    /// Another part of the file, and how it is read.
    package struct Part {
        fileprivate let key: String
        fileprivate let read: (inout FieldReader, SourceNode) -> Void

        /// Describes a part.
        package init(key: String, read: @escaping (inout FieldReader, SourceNode) -> Void) {
            self.key = key
            self.read = read
        }
    }

    /// Reads a configuration file with parts that others know; mistakes in them are told with all others.
    ///
    /// - Throws: As the other initialiser.
    package init(
        yaml: String, file: String, environment: [String: String],
        plugins: PluginHost = PluginHost(folders: []), parts: [Part]
    ) throws {
        var source = SourceReader(file: file, beginning: "A configuration has 'models:'.")
        var reader = FieldReader()
        var (models, usagePath) = ([ModelSettings](), String?.none)
        var telemetry = try TelemetrySettings.standard(environment: environment)
        let own = ["models", "usage", "telemetry"]
        do {
            var root = try source.read(yaml)
            for part in own + parts.map(\.key) {
                root = try EnvironmentOverrides(environment, part: part).applied(to: root)
            }
            let fields = reader.fields(of: root, "The file", known: own + parts.map(\.key))
            if let node = fields["models"] { models = reader.models(node, environment: environment, plugins: plugins) }
            if let node = fields["usage"] {
                usagePath = reader.text(reader.fields(of: node, "'usage'", known: ["store"])["store"])
            }
            if let node = fields["telemetry"] {
                var settings = TelemetrySettings()
                try settings.read(environment: environment)
                reader.telemetry(node, into: &settings, environment: environment)
                telemetry = settings
            }
            for part in parts { if let node = fields[part.key] { part.read(&reader, node) } }
        } catch let error as SourceError { reader.note(error.place, error.problem, error.suggestion) }
        guard reader.issues.isEmpty else {
            throw GatewayError(.invalidConfiguration, reader.issues.map(\.message).joined(separator: "\n"))
        }
        self.models = models
        self.usagePath = usagePath
        self.telemetry = telemetry
        self.environment = environment
        self.plugins = plugins
    }

    /// The models' names, in the order of the file.
    public var names: [String] { self.models.map(\.name) }

    /// The keys of parts that differ from another configuration in what is read only at the start.
    package func keysForRestart(since start: GatewayConfiguration) -> [String] {
        var telemetry = self.telemetry
        // The level follows the file.
        if let level = start.telemetry?.logLevel { telemetry?.logLevel = level }
        var keys: [String] = []
        if self.usagePath != start.usagePath { keys.append("usage") }
        if telemetry != start.telemetry { keys.append("telemetry") }
        return keys
    }

    /// Where accounts outlive the program; nil where the file names no place.
    ///
    /// - Throws: A ``CodedError`` where the database cannot be opened.
    public func usageStore() throws -> (any UsageStore)? {
        try self.usagePath.map { SQLiteUsageStore(try StorageFile(path: $0)) }
    }

    /// The models behind servers, without what wraps around them: what can be asked whether it is well.
    ///
    /// - Throws: A ``CodedError`` where one cannot be made, as for a key that is missing.
    public func servers() throws -> [(name: String, model: any ModelAdapter)] {
        var factory = ModelFactory(self, usage: UsageLedger(), time: Timekeeper())
        return try self.models.compactMap { settings in
            try factory.server(settings).map { (name: settings.name, model: $0) }
        }
    }
}
