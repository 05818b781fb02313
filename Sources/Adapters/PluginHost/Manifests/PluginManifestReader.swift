// SPDX-License-Identifier: Apache-2.0

internal import CPluginABI
internal import JSONSchemas
internal import LLMCore
internal import Pipelines
internal import PromptTemplates
internal import SourceDocuments

/// Reads `plugin.yaml`, noting everything that does not fit.
struct PluginManifestReader {
    private static let keys = [
        "plugin", "version", "abi", "kind", "description", "library", "sha256", "needs", "conflicts", "capabilities",
        "signature", "steps",
    ]
    private static let optionalKeys = ["description", "needs", "conflicts", "capabilities", "signature"]

    private var fields: PluginFields

    init(file: String) { self.fields = PluginFields(file: file) }

    /// The manifest of a text.
    ///
    /// - Throws: ``PluginError`` with code `.invalidManifest` and a line for everything that is wrong.
    mutating func read(_ yaml: String) throws(PluginError) -> PluginManifest {
        let root = try self.fields.root(
            yaml, beginning: "A plugin's manifest begins with 'plugin: name'.", .invalidManifest)
        let given = self.fields.fields(of: root, "The manifest", known: Self.keys, optional: Self.optionalKeys)
        let (signature, signedBytes) = self.signature(given["signature"], of: yaml)
        let manifest = PluginManifest(
            name: self.fields.word(given["plugin"], "a plugin's name"), version: self.version(given["version"]),
            abi: self.abi(given["abi"]), kind: self.fields.choice(given["kind"], "kind of plugin", default: .step),
            description: self.fields.text(given["description"]), library: self.library(given["library"]),
            sha256: self.fields.hash(given["sha256"]), needs: self.requirements(given["needs"], "needs"),
            conflicts: self.requirements(given["conflicts"], "conflicts"),
            capabilities: self.fields.capabilities(given["capabilities"]).sorted(),
            signature: signature, steps: self.steps(given["steps"]), signedBytes: signedBytes)
        if let steps = given["steps"], let problem = manifest.kind.problem(with: manifest.steps) {
            self.fields.report(steps, problem)
        }
        try self.fields.finish(.invalidManifest)
        return manifest
    }

    // MARK: - Fields

    private mutating func version(_ node: SourceNode?) -> SemanticVersion {
        let none = SemanticVersion(0, 0, 0)
        guard let node else { return none }
        do { return try SemanticVersion(node.json.stringValue ?? node.json.serialized()) } catch {
            self.fields.report(node, (error as? any CodedError)?.message ?? "\(error)")
            return none
        }
    }

    private mutating func abi(_ node: SourceNode?) -> Int {
        guard let node else { return 0 }
        guard let abi = node.json.integerValue else {
            self.fields.report(node, "'abi' must be a whole number.", suggestion: "It is \(AUTOGLM_PLUGIN_ABI) now.")
            return 0
        }
        if abi != Int(AUTOGLM_PLUGIN_ABI) {
            self.fields.report(
                node, "The plugin is for version \(abi) of the interface; this program speaks \(AUTOGLM_PLUGIN_ABI).",
                suggestion: "Compile it with this program's CPluginABI.h.")
        }
        return abi
    }

    private mutating func library(_ node: SourceNode?) -> String {
        let name = self.fields.text(node)
        if let node, name.isEmpty || name.hasPrefix(".") || name.contains(where: { $0 == "/" || $0 == "\0" }) {
            self.fields.report(node, "'\(name)' is no name of a file in the plugin's folder.")
        }
        return name
    }

    private mutating func requirements(_ node: SourceNode?, _ key: String) -> [PluginRequirement] {
        self.fields.members(of: node, "'\(key)'", suggestion: "Write it as {other-plugin: ^1.2}.").map { member in
            let name = self.fields.word(keyOf: member, "a plugin's name")
            let text = member.value.json.stringValue ?? member.value.json.serialized()
            do { return PluginRequirement(name: name, versions: try VersionRange(text)) } catch {
                self.fields.report(member.value, (error as? any CodedError)?.message ?? "\(error)")
                return PluginRequirement(name: name, versions: .latest)
            }
        }
    }

    /// The signature and what it is of; what is read must be the line that is left out of that.
    private mutating func signature(_ node: SourceNode?, of yaml: String) -> (PluginSignature?, [UInt8]) {
        guard let node else { return (nil, []) }
        let text = self.fields.text(node)
        do throws(PluginError) {
            let parts = try PluginSignature.parts(of: yaml)
            if let signature = PluginSignature(base64: text), parts.signature == text {
                return (signature, parts.signed)
            }
            self.fields.report(
                node, "'signature' must be an Ed25519 signature, 64 bytes in base64, on a line of its own.",
                suggestion: "`autoglm plugin sign` writes it.")
        } catch { self.fields.report(node, error.message, suggestion: "`autoglm plugin sign` writes it.") }
        return (nil, [])
    }

    // MARK: - Steps

    private mutating func steps(_ node: SourceNode?) -> [PluginOperation] {
        guard let node else { return [] }
        guard let members = node.members, !members.isEmpty else {
            self.fields.report(node, "'steps' must be a mapping of names to {description, inputs, outputs}.")
            return []
        }
        return members.map { member in
            let name = self.fields.word(keyOf: member, "a step's name")
            let given = self.fields.fields(
                of: member.value, "The step '\(name)'", known: ["description", "inputs", "outputs"],
                optional: ["description", "inputs"])
            return PluginOperation(
                name: name, description: self.fields.text(given["description"]),
                inputs: self.ports(given["inputs"], name), outputs: self.ports(given["outputs"], name))
        }
    }

    private mutating func ports(_ node: SourceNode?, _ step: String) -> [PluginPort] {
        guard let node else { return [] }
        guard let members = node.members else {
            self.fields.report(node, "It must be a mapping of names to {type, description, required, schema}.")
            return []
        }
        return members.map { member in
            let given = self.fields.fields(
                of: member.value, "'\(member.key)' of the step '\(step)'",
                known: ["type", "description", "required", "schema"], optional: ["description", "required", "schema"])
            if let required = given["required"], required.json.boolValue == nil {
                self.fields.report(required, "'required' must be true or false.")
            }
            return PluginPort(
                port: StepPort(
                    member.key, self.fields.choice(given["type"], "type", default: ValueType.any),
                    self.fields.text(given["description"]), isRequired: given["required"]?.json.boolValue ?? true),
                schema: self.schema(given["schema"]))
        }
    }

    private mutating func schema(_ node: SourceNode?) -> JSONSchema? {
        guard let node else { return nil }
        do { return try JSONSchema(node.json) } catch {
            self.fields.report(node, "The JSON Schema cannot be used: \(error)")
            return nil
        }
    }
}
