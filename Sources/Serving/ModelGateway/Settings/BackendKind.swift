// SPDX-License-Identifier: Apache-2.0

internal import RemoteModels

/// Who runs a model.
enum BackendKind: Equatable {
    /// This program itself.
    case local
    /// A server of the kind that `RemoteModels` knows.
    case remote(RemoteBackend)
    /// Triton, or another server of KServe v2.
    case triton
    /// A plugin of kind `adapter`.
    case plugin

    /// A kind by its name; nil for one that is not known.
    init?(named name: String) {
        switch name {
        case "local": self = .local
        case "triton": self = .triton
        case "plugin": self = .plugin
        default:
            guard let server = RemoteBackend(rawValue: name) else { return nil }
            self = .remote(server)
        }
    }

    /// Every name that ``init(named:)`` knows.
    static let names = ["local"] + RemoteBackend.allCases.map(\.rawValue) + ["triton", "plugin"]

    /// The kind's name.
    var name: String {
        switch self {
        case .local: "local"
        case .remote(let server): server.rawValue
        case .triton: "triton"
        case .plugin: "plugin"
        }
    }

    /// Whether it is no server that is asked.
    var isHere: Bool { self == .local || self == .plugin }

    /// How URLs of such servers begin.
    var schemes: [String] { self == .triton ? ["http", "https", "grpc", "grpcs"] : ["http", "https"] }
}
