// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// The models that a configuration file describes, checked.
///
/// See `docs/gateway.md` for what may be written.
public struct GatewayConfiguration: Sendable {
    let models: [ModelSettings]
    /// Variables that hold what the file leaves out.
    let environment: [String: String]

    /// Reads the `models` of a configuration file.
    ///
    /// - Parameters:
    ///   - yaml: The file's text.
    ///   - file: Its name, for messages.
    ///   - environment: Variables, which may replace values and hold secrets.
    ///   - otherParts: The other keys that the file may have, which are not looked at.
    /// - Throws: ``GatewayError`` with code `.invalidConfiguration` that names everything that is wrong, with its place.
    public init(
        yaml: String, file: String = "autoglm.yaml", environment: [String: String] = [:], otherParts: [String] = []
    ) throws {
        var source = SourceReader(file: file, beginning: "A configuration has 'models:'.")
        var reader = FieldReader()
        var models: [ModelSettings] = []
        do {
            let written = try source.read(yaml)
            let root = try EnvironmentOverrides(environment, part: "models").applied(to: written)
            let fields = reader.fields(of: root, "The file", known: ["models"] + otherParts)
            if let node = fields["models"] { models = reader.models(node, environment: environment) }
        } catch let error as SourceError { reader.note(error.place, error.problem, error.suggestion) }
        guard reader.issues.isEmpty else {
            throw GatewayError(.invalidConfiguration, reader.issues.map(\.message).joined(separator: "\n"))
        }
        self.models = models
        self.environment = environment
    }

    /// The models' names, in the order of the file.
    public var names: [String] { self.models.map(\.name) }
}
