// SPDX-License-Identifier: Apache-2.0

internal import KServeModels
internal import LLMCore
public import RemoteModels

/// Who runs the model.
public struct Backend: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: Hashable {
        case local
        case remote(RemoteBackend)
        case triton
    }

    private let kind: Kind

    /// This program's own engine, on this machine's processors.
    public static let local = Self(kind: .local)
    /// The same as ``local``: it reads the files that Hugging Face hosts.
    public static let hf = Self.local
    /// OpenAI, or any server that speaks its Chat Completions.
    public static let openai = Self(.openai)
    /// A vLLM server.
    public static let vllm = Self(.vllm)
    /// A server of Hugging Face's Text Generation Inference.
    public static let tgi = Self(.tgi)
    /// Anthropic's Messages.
    public static let anthropic = Self(.anthropic)
    /// An Ollama server.
    public static let ollama = Self(.ollama)
    /// A Triton inference server, or another one that speaks KServe v2, over HTTP or gRPC.
    public static let triton = Self(kind: .triton)

    private init(kind: Kind) { self.kind = kind }

    /// A server of some kind.
    public init(_ server: RemoteBackend) { self.kind = .remote(server) }

    /// A backend by its name, such as `local`, or `hf`, which means the same.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` that names the nearest known backend.
    public init(named name: String) throws {
        let name = name.lowercased()
        switch name {
        case "local", "hf": self.kind = .local
        case "triton": self.kind = .triton
        default:
            guard let server = RemoteBackend(rawValue: name) else {
                throw LLMError(
                    .invalidRequest, "There is no backend '\(name)'. \(NearestName.hint(for: name, in: Self.names))")
            }
            self.kind = .remote(server)
        }
    }

    /// Every name that ``init(named:)`` knows.
    public static let names = ["local", "hf"] + RemoteBackend.allCases.map(\.rawValue) + ["triton"]

    /// The backend's name.
    public var description: String {
        switch self.kind {
        case .local: "local"
        case .remote(let server): server.rawValue
        case .triton: "triton"
        }
    }

    /// Makes an adapter for a model behind a server; nothing is sent yet.
    ///
    /// - Returns: nil where the model runs here.
    /// - Throws: ``LLMError`` with code `.unauthorized` or `.invalidRequest`; ``TransportError`` where a key cannot be read.
    func openServer(_ model: String, baseURL: String?) throws -> (any ModelAdapter)? {
        switch self.kind {
        case .local: nil
        case .remote(let server): try server.open(model, baseURL: baseURL)
        case .triton: try KServeTextModel.open(model, url: baseURL)
        }
    }
}
