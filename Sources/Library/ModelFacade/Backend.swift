// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// Who runs the model.
public struct Backend: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String, CaseIterable {
        case local, openai, vllm, tgi, triton
    }

    private let kind: Kind

    /// This program's own engine, on this machine's processors.
    public static let local = Self(kind: .local)
    /// The same as ``local``: it reads the files that Hugging Face hosts.
    public static let hf = Self.local
    /// A server that speaks OpenAI's protocol.
    public static let openai = Self(kind: .openai)
    /// A vLLM server.
    public static let vllm = Self(kind: .vllm)
    /// A server of Hugging Face's Text Generation Inference.
    public static let tgi = Self(kind: .tgi)
    /// A Triton inference server.
    public static let triton = Self(kind: .triton)

    private init(kind: Kind) { self.kind = kind }

    /// A backend by its name, such as `local`, or `hf`, which means the same.
    ///
    /// - Throws: ``LLMError`` with code `.invalidRequest` that names the nearest known backend.
    public init(named name: String) throws {
        let name = name.lowercased()
        guard let kind = name == "hf" ? .local : Kind(rawValue: name) else {
            let hint = NearestName.hint(for: name, in: Kind.allCases.map(\.rawValue) + ["hf"])
            throw LLMError(.invalidRequest, "There is no backend '\(name)'. \(hint)")
        }
        self.kind = kind
    }

    /// The backend's name.
    public var description: String { self.kind.rawValue }

    /// Refuses backends that this version does not have.
    func checkAvailable() throws {
        guard self != .local else { return }
        throw LLMError(
            .unsupported,
            """
            The backend '\(self)' is not available in this version; 'local' is. To use another one now, give AutoGLM an \
            adapter of your own: AutoGLM(adapter:).
            """)
    }
}
