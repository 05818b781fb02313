// SPDX-License-Identifier: Apache-2.0

internal import CPluginABI
internal import JSONSchemas
internal import LLMCore
internal import Pipelines
internal import PromptTemplates
internal import SourceDocuments

/// Reads `plugin.yaml`, noting everything that does not fit.
struct PluginManifestReader {
    private static let keys = ["plugin", "version", "abi", "kind", "description", "library", "sha256", "steps"]
    private static let optionalKeys = ["description"]

    private let file: String
    private var issues: [PipelineIssue] = []

    init(file: String) { self.file = file }

    /// The manifest of a text.
    ///
    /// - Throws: ``PluginError`` with code `.invalidManifest` and a line for everything that is wrong.
    mutating func read(_ yaml: String) throws(PluginError) -> PluginManifest {
        var source = SourceReader(file: self.file, beginning: "A plugin's manifest begins with 'plugin: name'.")
        let root: SourceNode
        do { root = try source.read(yaml) } catch {
            throw PluginError(.invalidManifest, (error as? any CodedError)?.message ?? "\(error)")
        }
        let manifest = self.manifest(root)
        guard let manifest, self.issues.isEmpty else {
            throw PluginError(.invalidManifest, self.issues.map(\.description).joined(separator: "\n"))
        }
        return manifest
    }

    private mutating func manifest(_ root: SourceNode) -> PluginManifest? {
        let fields = self.fields(of: root, "The manifest", known: Self.keys, optional: Self.optionalKeys)
        let manifest = PluginManifest(
            name: self.word(fields["plugin"], "a plugin's name"), version: self.version(fields["version"]),
            abi: self.abi(fields["abi"]), kind: self.kind(fields["kind"]),
            description: self.text(fields["description"]), library: self.library(fields["library"]),
            sha256: self.hash(fields["sha256"]), steps: self.steps(fields["steps"]))
        return self.issues.isEmpty ? manifest : nil
    }

    // MARK: - Fields

    private mutating func report(_ node: SourceNode, _ message: String, suggestion: String = "") {
        self.issues.append(PipelineIssue(node.place, message, suggestion: suggestion))
    }

    private mutating func fields(
        of node: SourceNode, _ owner: String, known: [String], optional: [String]
    ) -> [String: SourceNode] {
        guard let members = node.members else {
            self.report(
                node, "\(owner) must be a mapping, but is of type \(node.typeName).",
                suggestion: "It knows the keys \(known.joined(separator: ", ")).")
            return [:]
        }
        var fields: [String: SourceNode] = [:]
        for member in members {
            fields[member.key] = member.value
            guard !known.contains(member.key) else { continue }
            self.issues.append(
                PipelineIssue(
                    member.keyPlace, "\(owner) has the unknown key '\(member.key)'.",
                    suggestion: NearestName.hint(for: member.key, in: known)))
        }
        for key in known where fields[key] == nil && !optional.contains(key) {
            self.report(node, "\(owner) lacks the key '\(key)'.", suggestion: "Add '\(key): …'.")
        }
        return fields
    }

    private mutating func text(_ node: SourceNode?) -> String {
        guard let node else { return "" }
        if let text = node.string { return text }
        self.report(node, "It must be a text, but is of type \(node.typeName).", suggestion: "Put it in quotes.")
        return ""
    }

    private mutating func word(_ node: SourceNode?, _ what: String) -> String {
        let word = self.text(node)
        if let node, !Self.isWord(word) {
            self.report(node, "'\(word)' is not \(what).", suggestion: "Use small letters, digits and '-', at most 64.")
        }
        return word
    }

    static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    private mutating func version(_ node: SourceNode?) -> SemanticVersion {
        let none = SemanticVersion(0, 0, 0)
        guard let node else { return none }
        do { return try SemanticVersion(node.json.stringValue ?? node.json.serialized()) } catch {
            self.report(node, (error as? any CodedError)?.message ?? "\(error)")
            return none
        }
    }

    private mutating func abi(_ node: SourceNode?) -> Int {
        guard let node else { return 0 }
        guard let abi = node.json.integerValue else {
            self.report(node, "'abi' must be a whole number.", suggestion: "It is \(AUTOGLM_PLUGIN_ABI) now.")
            return 0
        }
        if abi != Int(AUTOGLM_PLUGIN_ABI) {
            self.report(
                node, "The plugin is for version \(abi) of the interface; this program speaks \(AUTOGLM_PLUGIN_ABI).",
                suggestion: "Compile it with this program's CPluginABI.h.")
        }
        return abi
    }

    private mutating func kind(_ node: SourceNode?) -> String {
        let kind = self.text(node)
        if let node, !PluginManifest.kinds.contains(kind) {
            self.report(
                node, "There is no kind of plugin '\(kind)'.",
                suggestion: NearestName.hint(for: kind, in: PluginManifest.kinds))
        }
        return kind
    }

    private mutating func library(_ node: SourceNode?) -> String {
        let name = self.text(node)
        if let node, name.isEmpty || name.hasPrefix(".") || name.contains(where: { $0 == "/" || $0 == "\0" }) {
            self.report(node, "'\(name)' is no name of a file in the plugin's folder.")
        }
        return name
    }

    private mutating func hash(_ node: SourceNode?) -> String {
        let hash = self.text(node).lowercased()
        if let node, hash.utf8.count != 64 || !hash.allSatisfy(\.isHexDigit) {
            self.report(node, "'sha256' must be 64 hexadecimal digits.", suggestion: "sha256sum LIBRARY prints them.")
        }
        return hash
    }

    // MARK: - Steps

    private mutating func steps(_ node: SourceNode?) -> [PluginOperation] {
        guard let node else { return [] }
        guard let members = node.members, !members.isEmpty else {
            self.report(node, "'steps' must be a mapping of names to {description, inputs, outputs}.")
            return []
        }
        return members.map { member in
            let nameNode = SourceNode(kind: .scalar(.string(member.key)), place: member.keyPlace)
            let name = self.word(nameNode, "a step's name")
            let fields = self.fields(
                of: member.value, "The step '\(name)'", known: ["description", "inputs", "outputs"],
                optional: ["description", "inputs"])
            return PluginOperation(
                name: name, description: self.text(fields["description"]),
                inputs: self.ports(fields["inputs"], name), outputs: self.ports(fields["outputs"], name))
        }
    }

    private mutating func ports(_ node: SourceNode?, _ step: String) -> [PluginPort] {
        guard let node else { return [] }
        guard let members = node.members else {
            self.report(node, "It must be a mapping of names to {type, description, required, schema}.")
            return []
        }
        return members.map { member in
            let fields = self.fields(
                of: member.value, "'\(member.key)' of the step '\(step)'",
                known: ["type", "description", "required", "schema"], optional: ["description", "required", "schema"])
            let typeName = self.text(fields["type"])
            let known = ValueType.allCases.map(\.rawValue)
            if let type = fields["type"], !known.contains(typeName) {
                self.report(
                    type, "There is no type '\(typeName)'.", suggestion: NearestName.hint(for: typeName, in: known))
            }
            if let required = fields["required"], required.json.boolValue == nil {
                self.report(required, "'required' must be true or false.")
            }
            return PluginPort(
                port: StepPort(
                    member.key, ValueType(rawValue: typeName) ?? .any, self.text(fields["description"]),
                    isRequired: fields["required"]?.json.boolValue ?? true), schema: self.schema(fields["schema"]))
        }
    }

    private mutating func schema(_ node: SourceNode?) -> JSONSchema? {
        guard let node else { return nil }
        do { return try JSONSchema(node.json) } catch {
            self.report(node, "The JSON Schema cannot be used: \(error)")
            return nil
        }
    }
}
