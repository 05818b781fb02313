// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ModelGateway
internal import PluginHost
internal import SourceDocuments

/// A configuration file of `autoglm serve`, part by part.
struct ServedConfiguration {
    /// The models, where accounts are kept, and what is told of the program's work.
    let models: GatewayConfiguration
    let server: ServerSettings
    let traffic: TrafficSettings
    /// The event bus that pipelines tell their events to, as ``ProgramBus`` reads it; nil where the file names none.
    let bus: String?

    private static let busKey = "bus"

    /// Reads a file.
    ///
    /// - Parameter plugins: Where the plugins are that models may be.
    /// - Throws: `GatewayError` with everything that is wrong in the file, with its place.
    init(path: String, environment: [String: String], plugins: PluginHost) throws {
        var (server, traffic, bus) = (ServerSettings(), TrafficSettings(), String?.none)
        let parts = [
            GatewayConfiguration.Part(key: ServerSettings.key) { reader, node in
                reader.server(node, into: &server, environment: environment)
            },
            GatewayConfiguration.Part(key: TrafficSettings.catalogKey) { reader, node in
                traffic.catalog = reader.catalog(node)
            },
            GatewayConfiguration.Part(key: TrafficSettings.experimentsKey) { reader, node in
                traffic.experiments = reader.experiments(node)
            },
            GatewayConfiguration.Part(key: Self.busKey) { reader, node in
                bus = reader.text(node)
                do { if let bus { _ = try ProgramBus(bus) } } catch {
                    reader.note(node.place, (error as? any CodedError)?.message ?? "\(error)")
                }
            },
        ]
        self.models = try GatewayConfiguration(
            yaml: InputFile.text(path: path), file: path, environment: environment, plugins: plugins, parts: parts)
        (self.server, self.traffic, self.bus) = (server, traffic, bus)
    }

    /// The parts beside `server` that differ from another file in what is read only at the start.
    func keysForRestart(since start: ServedConfiguration) -> [String] {
        var keys = self.models.keysForRestart(since: start.models)
        if self.traffic.catalog != start.traffic.catalog { keys.append(TrafficSettings.catalogKey) }
        if self.traffic.experiments != start.traffic.experiments { keys.append(TrafficSettings.experimentsKey) }
        if self.bus != start.bus { keys.append(Self.busKey) }
        return keys
    }
}
