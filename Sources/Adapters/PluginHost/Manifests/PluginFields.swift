// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines
internal import PromptTemplates
internal import SourceDocuments

/// Reads the fields of a YAML file, noting everything that does not fit with its line.
struct PluginFields {
    private let file: String
    /// What was found wrong.
    private(set) var issues: [PipelineIssue] = []

    init(file: String) { self.file = file }

    /// The document of a text.
    ///
    /// - Throws: ``PluginError`` with the code given if it is no YAML.
    func root(_ yaml: String, beginning: String, _ code: PluginError.Code) throws(PluginError) -> SourceNode {
        var source = SourceReader(file: self.file, beginning: beginning)
        do { return try source.read(yaml) } catch {
            throw PluginError(code, (error as? any CodedError)?.message ?? "\(error)")
        }
    }

    /// Fails with a line for each thing that was noted, if there are any.
    func finish(_ code: PluginError.Code) throws(PluginError) {
        guard !self.issues.isEmpty else { return }
        throw PluginError(code, self.issues.map(\.description).joined(separator: "\n"))
    }

    mutating func report(_ node: SourceNode, _ message: String, suggestion: String = "") {
        self.issues.append(PipelineIssue(node.place, message, suggestion: suggestion))
    }

    mutating func fields(
        of node: SourceNode, _ owner: String, known: [String], optional: [String]
    ) -> [String: SourceNode] {
        var fields: [String: SourceNode] = [:]
        for member in self.members(of: node, owner, suggestion: "It knows the keys \(known.joined(separator: ", ")).") {
            fields[member.key] = member.value
            guard !known.contains(member.key) else { continue }
            self.issues.append(
                PipelineIssue(
                    member.keyPlace, "\(owner) has the unknown key '\(member.key)'.",
                    suggestion: NearestName.hint(for: member.key, in: known)))
        }
        guard node.members != nil else { return [:] }
        for key in known where fields[key] == nil && !optional.contains(key) {
            self.report(node, "\(owner) lacks the key '\(key)'.", suggestion: "Add '\(key): …'.")
        }
        return fields
    }

    mutating func members(of node: SourceNode?, _ owner: String, suggestion: String = "") -> [SourceNode.Member] {
        guard let node else { return [] }
        if let members = node.members { return members }
        self.report(node, "\(owner) must be a mapping, but is of type \(node.typeName).", suggestion: suggestion)
        return []
    }

    mutating func text(_ node: SourceNode?) -> String {
        guard let node else { return "" }
        if let text = node.string { return text }
        self.report(node, "It must be a text, but is of type \(node.typeName).", suggestion: "Put it in quotes.")
        return ""
    }

    mutating func integer(_ node: SourceNode?, _ range: ClosedRange<Int>, default usual: Int) -> Int {
        guard let node else { return usual }
        if let number = node.json.integerValue, range.contains(number) { return number }
        self.report(node, "It must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        return usual
    }

    mutating func word(_ node: SourceNode?, _ what: String) -> String {
        let word = self.text(node)
        if let node, !Self.isWord(word) {
            self.report(node, "'\(word)' is not \(what).", suggestion: "Use small letters, digits and '-', at most 64.")
        }
        return word
    }

    mutating func word(keyOf member: SourceNode.Member, _ what: String) -> String {
        self.word(SourceNode(kind: .scalar(.string(member.key)), place: member.keyPlace), what)
    }

    static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    /// 64 hexadecimal digits.
    mutating func hash(_ node: SourceNode?) -> String {
        let hash = self.text(node).lowercased()
        if let node, hash.utf8.count != 64 || !hash.allSatisfy(\.isHexDigit) {
            self.report(node, "'sha256' must be 64 hexadecimal digits.", suggestion: "sha256sum LIBRARY prints them.")
        }
        return hash
    }

    /// One of a few names.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ node: SourceNode?, _ what: String, default usual: Choice
    ) -> Choice where Choice.RawValue == String {
        guard let node else { return usual }
        let name = self.text(node)
        if let choice = Choice(rawValue: name) { return choice }
        self.report(
            node, "There is no \(what) '\(name)'.",
            suggestion: NearestName.hint(for: name, in: Choice.allCases.map(\.rawValue)))
        return usual
    }

    /// A list of capabilities.
    mutating func capabilities(_ node: SourceNode?) -> Set<PluginCapability> {
        guard let node else { return [] }
        guard let elements = node.elements else {
            self.report(node, "'capabilities' must be a list, such as [network, files].")
            return []
        }
        return Set(elements.map { self.choice($0, "capability", default: PluginCapability.network) })
    }
}
