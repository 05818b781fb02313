// SPDX-License-Identifier: Apache-2.0

public import LLMCore
internal import OrderedCollections
public import Pipelines
internal import RemoteTransport

/// The secrets that requests of steps may carry: a pipeline names them and never has them.
struct StepSecrets: Sendable {
    private let allowed: Set<SecretAccess>
    private let allowsPlainHTTP: Bool

    /// Knows the secrets that are allowed; without encryption they go nowhere but where local networks are allowed.
    init(_ access: StepAccess) {
        self.allowed = Set(access.secrets)
        self.allowsPlainHTTP = access.allowsLocalNetworks
    }

    /// What is wrong with headers that are known before running.
    ///
    /// - Parameter url: Where they go, if that is known.
    func check(_ inputs: StaticInputs, url: WebURL?) -> [StaticInputs.Problem] {
        var values = Array(inputs.literals["headers"]?.objectValue?.values.elements ?? [])
        for member in (inputs.members["headers"] ?? [:]).values {
            if case .known(let value) = member { values.append(value) }
        }
        var problems: [String] = []
        for value in values where value.objectValue != nil {
            do {
                let reference = try SecretReference(value)
                if let url { try self.checkAllowed(reference, url) }
            } catch {
                let problem = (error as? any CodedError)?.message ?? "\(error)"
                if !problems.contains(problem) { problems.append(problem) }
            }
        }
        return problems.map { StaticInputs.Problem("headers", $0) }
    }

    /// The text of a header's value, and the secret in it, if there is one.
    ///
    /// - Throws: ``PipelineError`` with code `.refusedSecret` where the secret may not go there; why it cannot be read.
    func text(of value: JSONValue, to url: WebURL) throws -> (text: String, key: APIKey?) {
        guard value.objectValue != nil else { return (value.stringValue ?? value.serialized(), nil) }
        let reference = try SecretReference(value)
        try self.checkAllowed(reference, url)
        let key = try reference.read()
        return (reference.prefix + key.secret, key)
    }

    private func checkAllowed(_ reference: SecretReference, _ url: WebURL) throws {
        guard self.allowed.contains(SecretAccess(host: url.host, source: reference.source)) else {
            throw PipelineError(
                .refusedSecret,
                "The secret \(reference.source) may not be sent to \(url.host). Allow it: AUTOGLM_SECRETS=\(url.host)=\(reference.source)"
            )
        }
        guard url.scheme == "https" || self.allowsPlainHTTP else {
            throw PipelineError(.refusedSecret, "Secrets are sent encrypted only; use an https URL.")
        }
    }
}

/// How a pipeline names a secret: `{env: VARIABLE}` or `{file: PATH}`, and what stands before it.
private struct SecretReference {
    let source: SecretAccess.Source
    let prefix: String

    /// Reads a header's value.
    ///
    /// - Throws: ``PipelineError`` with code `.invalidValue` that says what may stand there.
    init(_ value: JSONValue) throws {
        let members = value.objectValue ?? [:]
        let known = ["env", "file", "prefix"]
        if let key = members.keys.first(where: { !known.contains($0) }) {
            throw PipelineError(
                .invalidValue, "A header's secret has no '\(key)'. \(NearestName.hint(for: key, in: known))")
        }
        switch (members["env"]?.stringValue, members["file"]?.stringValue) {
        case (let name?, nil): self.source = .environment(name)
        case (nil, let path?): self.source = .file(path)
        default:
            throw PipelineError(
                .invalidValue,
                "A header's value is a text, {env: VARIABLE} or {file: PATH}, with 'prefix: \"Bearer \"' if need be.")
        }
        self.prefix = members["prefix"]?.stringValue ?? ""
    }

    /// The secret.
    func read() throws -> APIKey {
        switch self.source {
        case .file(let path): return try APIKey.file(path)
        case .environment(let name):
            guard let key = try APIKey.environment(name) else {
                throw PipelineError(
                    .refusedSecret, "The variable '\(name)' of the environment is not set; set it to the secret.")
            }
            return key
        }
    }
}

extension JSONValue {
    /// The value without secrets in its texts.
    func redacted(of keys: [APIKey]) -> JSONValue {
        guard !keys.isEmpty else { return self }
        switch self {
        case .string(let text): return .string(keys.redacted(from: text))
        case .array(let elements): return .array(elements.map { $0.redacted(of: keys) })
        case .object(let members):
            return .object(
                .init(
                    members.map { (keys.redacted(from: $0.key), $0.value.redacted(of: keys)) }, uniquingKeysWith: { $1 }
                ))
        default: return self
        }
    }
}

extension [APIKey] {
    /// A text without these secrets, as they are and as JSON may write them.
    func redacted(from text: String) -> String {
        self.reduce(text) { text, key in
            key.redacted(from: text).replacing(key.secret.replacing("/", with: "\\/"), with: "[key]")
        }
    }
}

extension PipelineError.Code where Domain == PipelineDomain {
    /// A secret may not go where a step would send it, or is not there.
    public static var refusedSecret: Self { "refused-secret" }
}
