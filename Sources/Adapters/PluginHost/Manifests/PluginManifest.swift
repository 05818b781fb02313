// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
public import LLMCore
internal import OrderedCollections
public import Pipelines
public import PromptTemplates

/// What a plugin is, as its file `plugin.yaml` says.
public struct PluginManifest: Sendable {
    /// The file's name in a plugin's folder.
    public static let fileName = "plugin.yaml"

    /// The plugin's name: small letters, digits and `-`.
    public var name: String
    /// The plugin's version.
    public var version: SemanticVersion
    /// The version of the interface that its library was compiled for.
    public var abi: Int
    /// What it adds.
    public var kind: PluginKind
    /// What it is for.
    public var description: String
    /// The library's file name in the plugin's folder.
    public var library: String
    /// The library's SHA-256 in hexadecimal digits.
    public var sha256: String
    /// The plugins that must be there before it is loaded.
    public var needs: [PluginRequirement]
    /// The plugins beside which it must not be loaded.
    public var conflicts: [PluginRequirement]
    /// What it asks for, in order.
    public var capabilities: [PluginCapability]
    /// Who vouches for it, if anybody does.
    public var signature: PluginSignature?
    /// The steps that it can do.
    public var steps: [PluginOperation]
    /// What the signature is of.
    let signedBytes: [UInt8]

    /// `'word-count' 1.0.0`.
    var title: String { "'\(self.name)' \(self.version)" }

    /// A step by its name.
    ///
    /// - Throws: ``PluginError`` with code `.unknown` and the nearest name.
    public func step(named name: String) throws(PluginError) -> PluginOperation {
        guard let step = self.steps.first(where: { $0.name == name }) else {
            let hint = NearestName.hint(for: name, in: self.steps.map(\.name))
            throw PluginError(.unknown, "The plugin '\(self.name)' has no step '\(name)'. \(hint)")
        }
        return step
    }
}

/// A step that a plugin can do.
public struct PluginOperation: Sendable {
    /// Its name.
    public var name: String
    /// What it does.
    public var description: String
    /// What it can be given.
    public var inputs: [PluginPort]
    /// What it gives.
    public var outputs: [PluginPort]

    /// Whether it can be given something.
    package func takes(_ input: String) -> Bool { self.inputs.contains { $0.port.name == input } }
}

/// A named value that a plugin's step is given, or gives.
public struct PluginPort: Sendable {
    /// Its name, type and description.
    public var port: StepPort
    /// What it must be besides its type; nil for anything.
    let schema: JSONSchema?

    /// What is wrong with a value; nil if nothing is.
    package func problem(with value: JSONValue) -> String? {
        guard self.port.type.holds(value) else {
            return "'\(self.port.name)' must be of type \(self.port.type.rawValue), but is \(value.typeName)"
        }
        guard let violation = self.schema?.validate(value).first else { return nil }
        return "'\(self.port.name)' breaks its schema: \(violation)"
    }
}

extension [PluginPort] {
    /// What is wrong with an object of values; nil if nothing is.
    func problem(with values: JSONValue) -> String? {
        guard let members = values.objectValue else { return "it must be an object, but is \(values.typeName)" }
        if let unknown = members.keys.first(where: { key in !self.contains { $0.port.name == key } }) {
            return "'\(unknown)' is not known. \(NearestName.hint(for: unknown, in: self.map(\.port.name)))"
        }
        for port in self {
            guard let value = members[port.port.name] else {
                if port.port.isRequired { return "'\(port.port.name)' is missing" }
                continue
            }
            if let problem = port.problem(with: value) { return problem }
        }
        return nil
    }
}
