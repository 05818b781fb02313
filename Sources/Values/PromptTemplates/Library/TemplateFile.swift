// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import OrderedCollections
internal import SourceDocuments
internal import Yams

/// Reads a file of a template library: front matter between two lines `---`, then the template.
struct TemplateFile {
    /// The largest file that is read, in bytes.
    static let maximumSize = 1 << 20
    private static let maximumFrontMatter = 64 << 10
    private static let maximumNodes = 10_000
    private static let keys = ["name", "version", "task", "input_schema", "description", "engine"]

    /// What stops a file from being a template.
    struct Failure: Error {
        let line: Int?
        let message: String
    }

    private let path: String
    private var nodes = 0

    static func parse(_ bytes: [UInt8], path: String, options: JinjaOptions) throws(Failure) -> LibraryTemplate {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(line: nil, message: "The file is not valid UTF-8.")
        }
        var file = Self(path: path)
        return try file.parse(text.withoutByteOrderMark, options: options)
    }

    private init(path: String) { self.path = path }

    private mutating func parse(_ text: String, options: JinjaOptions) throws(Failure) -> LibraryTemplate {
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        guard lines.first?.trimmingSpaces == "---" else {
            throw Failure(line: 1, message: "The file must begin with a line '---' and front matter.")
        }
        guard let end = lines.dropFirst().firstIndex(where: { $0.trimmingSpaces == "---" }) else {
            throw Failure(line: 1, message: "The front matter has no second line '---'.")
        }
        let fields = try self.fields(lines[1..<end].joined(separator: "\n"))
        let body = lines[(end + 1)...].joined(separator: "\n")
        return try self.template(fields, body: body, firstLine: end + 2, options: options)
    }

    private func template(
        _ fields: [String: Field], body: String, firstLine: Int, options: JinjaOptions
    ) throws(Failure) -> LibraryTemplate {
        func string(_ key: String) throws(Failure) -> String? {
            guard let field = fields[key] else { return nil }
            guard let text = field.value.stringValue else {
                throw Failure(line: field.line, message: "'\(key)' must be a string; put it in quotes.")
            }
            return text
        }
        guard let name = try string("name"), !name.isEmpty else {
            throw Failure(line: 1, message: "The front matter has no 'name'.")
        }
        guard let versionText = try string("version") else {
            throw Failure(line: 1, message: "The front matter has no 'version', such as 1.0.0.")
        }
        guard let version = try? SemanticVersion(versionText) else {
            throw Failure(line: fields["version"]?.line, message: "'\(versionText)' is no version; write it as 1.2.3.")
        }
        let engineName = try string("engine") ?? "jinja"
        guard let engine = LibraryTemplate.Engine(rawValue: engineName) else {
            let hint = NearestName.hint(for: engineName, in: LibraryTemplate.Engine.allCases.map(\.rawValue))
            throw Failure(line: fields["engine"]?.line, message: "There is no engine '\(engineName)'. \(hint)")
        }
        if let schema = fields["input_schema"], schema.value.objectValue == nil {
            throw Failure(line: schema.line, message: "'input_schema' must be a JSON Schema object.")
        }
        return LibraryTemplate(
            name: name, version: version, task: try string("task"), description: try string("description"),
            inputSchema: fields["input_schema"]?.value, engine: engine, body: body, file: self.path,
            compiled: try self.compile(body, engine, firstLine: firstLine, options: options))
    }

    private func compile(
        _ body: String, _ engine: LibraryTemplate.Engine, firstLine: Int, options: JinjaOptions
    ) throws(Failure) -> LibraryTemplate.Compiled {
        var options = options
        options.firstLine = firstLine
        do {
            switch engine {
            case .format:
                var body = body
                if !options.keepTrailingNewline, body.hasSuffix("\n") { body.removeLast() }
                let template = PromptTemplate(body, firstLine: firstLine)
                if let failure = template.failure { throw failure }
                return .format(template)
            case .jinja:
                let code = try TemplateCode(source: body, name: self.path, options: options)
                return .jinja(JinjaTemplate(code: code, environment: JinjaEnvironment(options: options)))
            }
        } catch let failure as TemplateFailure {
            let column = failure.position.map { ", column \($0.column)" } ?? ""
            throw Failure(line: failure.position.map { Int($0.line) }, message: "\(failure.message)\(column)")
        } catch {
            throw Failure(line: nil, message: "\(error)")
        }
    }

    // MARK: Front matter

    private struct Field {
        let line: Int
        let value: JSONValue
    }

    private mutating func fields(_ yaml: String) throws(Failure) -> [String: Field] {
        guard yaml.utf8.count <= Self.maximumFrontMatter else {
            throw Failure(line: 1, message: "The front matter is longer than \(Self.maximumFrontMatter) bytes.")
        }
        let root: Node?
        do { root = try Yams.compose(yaml: yaml) } catch let error as YamlError {
            throw Failure(line: Self.line(of: error), message: "The front matter is no valid YAML: \(error)")
        } catch { throw Failure(line: 1, message: "The front matter is no valid YAML: \(error)") }
        guard case .mapping(let mapping)? = root else {
            throw Failure(line: 1, message: "The front matter must have lines such as 'name: …'.")
        }
        var fields: [String: Field] = [:]
        for (key, value) in mapping {
            // The first line of the file is the `---` before the YAML.
            let line = (key.mark?.line ?? 1) + 1
            let name = key.string ?? ""
            guard Self.keys.contains(name) else {
                let hint = NearestName.hint(for: name, in: Self.keys)
                throw Failure(line: line, message: "The front matter has no key '\(name)'. \(hint)")
            }
            fields[name] = Field(line: line, value: try self.json(value, isText: name != "input_schema", line: line))
        }
        return fields
    }

    private static func line(of error: YamlError) -> Int {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line + 1
        default: 1
        }
    }

    /// A YAML value as JSON; `version: 1.0` in text fields stays text.
    private mutating func json(_ node: Node, isText: Bool, line: Int, depth: Int = 0) throws(Failure) -> JSONValue {
        self.nodes += 1
        guard self.nodes <= Self.maximumNodes, depth < 64 else {
            throw Failure(line: line, message: "The front matter has too many or too deeply nested values.")
        }
        switch node {
        case .scalar(let scalar):
            return isText ? .string(scalar.string) : YAMLCoreSchema.value(of: scalar)
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence {
                elements.append(try self.json(element, isText: isText, line: line, depth: depth + 1))
            }
            return .array(elements)
        case .mapping(let mapping):
            var members: OrderedDictionary<String, JSONValue> = [:]
            for (key, value) in mapping {
                members[key.string ?? ""] = try self.json(value, isText: isText, line: line, depth: depth + 1)
            }
            return .object(members)
        case .alias: throw Failure(line: line, message: "Aliases are not supported in front matter.")
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
