// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import SourceDocuments

/// Turns YAML into a pipeline's parts, noting everything that does not fit.
struct PipelineReader {
    /// The most files that one pipeline may call, directly or through others.
    private static let maximumFiles = 100
    static let keys = ["pipeline", "version", "description", "inputs", "schedule", "steps", "output", "pipelines"]

    var issues: [PipelineIssue] = []
    /// The texts of the files that were called, by their paths.
    private(set) var included: [String: String] = [:]
    /// The pipelines under `pipelines` of the file that is being read.
    var named: [String: SourceNode] = [:]
    /// The file that is being read, for messages and keys.
    var file: String
    /// The pipelines that are being read, each called by the one before it.
    private var open: [String]
    private var read: [String: PipelineContent?] = [:]
    private let folder: String
    private let include: (String) throws -> String?

    init(file: String, include: @escaping (String) throws -> String?) {
        self.file = file
        self.open = [String(file.split(separator: "/").last ?? "")]
        self.folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        self.include = include
    }

    /// Reads a file; nil if it is no YAML.
    mutating func read(_ yaml: String, file: String) -> PipelineContent? {
        let outer = (self.file, self.named)
        defer { (self.file, self.named) = outer }
        (self.file, self.named) = (file, [:])
        var source = SourceReader(file: file, beginning: "A pipeline begins with 'pipeline: name'.")
        do { return self.content(try source.read(yaml)) } catch {
            if let error = error as? SourceError {
                self.issues.append(PipelineIssue(error.place, error.problem, suggestion: error.suggestion))
            } else {
                self.issues.append(PipelineIssue(SourcePlace(file: file, line: 1, column: 1), "\(error)"))
            }
            return nil
        }
    }

    /// Reads a pipeline, the file's own or one inside it.
    mutating func content(_ root: SourceNode) -> PipelineContent {
        var content = PipelineContent()
        content.place = root.place
        let members = self.members(of: root, "The file", known: Self.keys)
        // Steps may call what is written below them.
        for member in members where member.key == "pipelines" { self.readNames(member) }
        for member in members {
            switch member.key {
            case "pipeline": content.name = self.text(member) ?? ""
            case "version": content.version = self.version(member)
            case "description": content.description = self.text(member) ?? ""
            case "inputs": content.inputs = self.inputs(member)
            case "steps": content.steps = self.steps(member)
            case "output": content.output = member.value.expression
            default: break
            }
        }
        if let schedule = members.first(where: { $0.key == "schedule" }) {
            content.schedule = self.schedule(schedule, for: content.inputs)
        }
        let given = Set(root.members?.map(\.key) ?? [])
        for key in ["pipeline", "steps"] where root.members != nil && !given.contains(key) {
            self.issues.append(
                PipelineIssue(root.place, "The key '\(key)' is missing.", suggestion: "Add '\(key): …'."))
        }
        return content
    }

    private mutating func readNames(_ member: SourceNode.Member) {
        guard let members = member.value.members else {
            return self.wrongType(member, "a mapping of names to pipelines", example: "{part: {steps: […]}}")
        }
        for member in members { self.named[member.key] = member.value }
    }

    // MARK: - Called pipelines

    /// The pipeline under a name in this file; nil if something is wrong with it, which has been told.
    mutating func pipeline(named name: String, at place: SourcePlace) -> (PipelineContent, key: String)? {
        guard let node = self.named[name] else {
            let hint = NearestName.hint(for: name, in: self.named.keys)
            self.issues.append(
                PipelineIssue(
                    place, "There is no pipeline '\(name)' under 'pipelines'.",
                    suggestion: "\(hint) A file's name ends in .yaml."))
            return nil
        }
        return self.opened("\(self.file)#\(name)", name: name, place) { reader in reader.content(node) }
    }

    /// The pipeline in another file; nil if something is wrong with it, which has been told.
    mutating func pipeline(in path: String, at place: SourcePlace) -> (PipelineContent, key: String)? {
        self.opened(path, name: path, place) { reader in
            guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
                reader.issues.append(
                    PipelineIssue(place, "'\(path)' is outside the pipeline's folder.", suggestion: "Move it into it."))
                return nil
            }
            guard reader.included.count < Self.maximumFiles, let text = try? reader.include(path) else {
                let reason = reader.included.count < Self.maximumFiles ? "cannot be read" : "is one file too many"
                reader.issues.append(
                    PipelineIssue(
                        place, "The pipeline '\(path)' \(reason).",
                        suggestion: "Paths start at the folder of the first file."))
                return nil
            }
            reader.included[path] = text
            return reader.read(text, file: reader.folder + path)
        }
    }

    private mutating func opened(
        _ key: String, name: String, _ place: SourcePlace, _ body: (inout Self) -> PipelineContent?
    ) -> (PipelineContent, key: String)? {
        if let start = self.open.firstIndex(of: key) {
            let names = self.open[start...].map { "'\($0.split(separator: "#").last ?? "")'" }.joined(
                separator: " and ")
            self.issues.append(
                PipelineIssue(
                    place, "The pipeline '\(name)' calls itself without end, through \(names).",
                    suggestion: "Break the cycle; a loop is 'while'."))
            return nil
        }
        if let known = self.read[key] { return known.map { ($0, key) } }
        self.open.append(key)
        let content = body(&self)
        self.open.removeLast()
        self.read[key] = .some(content)
        return content.map { ($0, key) }
    }
}
