// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import ServingCore
internal import SourceDocuments

/// The part `server` of a configuration file.
///
/// ```yaml
/// server:
///   host: 127.0.0.1
///   http_port: 8000
///   grpc_port: 8001
///   metrics_port: 8002
///   model_repository: models          # or a list
///   model_control_mode: explicit      # none, explicit or poll
///   load_models: [intent]             # explicit: at the start
///   repository_poll_secs: 15          # poll: how often
///   pipelines: [task-flow.yaml]       # what clients of autoglm.v1 may run
/// ```
struct ServerSettings {
    /// The key of the part.
    static let key = "server"
    private static let keys = [
        "host", "http_port", "grpc_port", "metrics_port", "model_repository", "model_control_mode", "load_models",
        "repository_poll_secs", "pipelines",
    ]

    /// The address to listen on.
    var host: String?
    /// The port for HTTP.
    var httpPort: Int?
    /// The port for gRPC; nil for none.
    var grpcPort: Int?
    /// The port for metrics; nil for none.
    var metricsPort: Int?
    /// The models of KServe v2.
    var repository = ModelRepository.Options()

    /// The files of pipelines that clients may run.
    var pipelines: [String] = []

    /// Everything by its defaults.
    init() {}

    /// Reads the part of a configuration, if there is one.
    ///
    /// - Throws: ``SourceError`` with the place of the first mistake.
    init(yaml: String, file: String) throws {
        var reader = SourceReader(file: file, beginning: "A configuration has 'models:'.")
        let root = try reader.read(yaml)
        guard let part = root.members?.first(where: { $0.key == Self.key })?.value else { return }
        guard let members = part.members else {
            throw SourceError(part.place, "'server' must be a mapping, but is of type \(part.typeName).")
        }
        for member in members { try self.read(member) }
    }

    private mutating func read(_ member: SourceNode.Member) throws {
        let node = member.value
        switch member.key {
        case "host": self.host = try Self.texts(node, "an address").first
        case "http_port": self.httpPort = try Self.integer(node, in: 0...65535)
        case "grpc_port": self.grpcPort = try Self.integer(node, in: 0...65535)
        case "metrics_port": self.metricsPort = try Self.integer(node, in: 0...65535)
        case "model_repository": self.repository.folders = try Self.texts(node, "a folder, or a list of them")
        case "pipelines": self.pipelines = try Self.texts(node, "a file, or a list of them")
        case "load_models": self.repository.loadedAtStart = try Self.texts(node, "a model, or a list of them")
        case "repository_poll_secs": self.repository.pollInterval = .seconds(try Self.integer(node, in: 1...86_400))
        case "model_control_mode":
            guard let control = ModelControl(rawValue: node.string ?? "") else {
                let known = ModelControl.allCases.map(\.rawValue)
                throw SourceError(
                    node.place, "There is no model_control_mode \(node.json).",
                    suggestion: NearestName.hint(for: node.string ?? "", in: known))
            }
            self.repository.control = control
        default:
            throw SourceError(
                member.keyPlace, "'server' has the unknown key '\(member.key)'.",
                suggestion: NearestName.hint(for: member.key, in: Self.keys))
        }
    }

    private static func integer(_ node: SourceNode, in range: ClosedRange<Int>) throws -> Int {
        guard let number = node.json.integerValue, range.contains(number) else {
            throw SourceError(
                node.place,
                "Here must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(node.json).")
        }
        return number
    }

    private static func texts(_ node: SourceNode, _ what: String) throws -> [String] {
        let texts = (node.elements ?? [node]).compactMap(\.string).filter { !$0.isEmpty }
        guard !texts.isEmpty, texts.count == node.elements?.count ?? 1 else {
            throw SourceError(node.place, "Here must be \(what), not \(node.json).")
        }
        return texts
    }
}
