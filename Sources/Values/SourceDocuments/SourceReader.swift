// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Yams

/// Reads YAML, within limits.
package struct SourceReader {
    let file: String
    private let beginning: String
    private var nodesLeft = 20_000
    private static let maximumSize = 1 << 20
    private static let maximumDepth = 64

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - file: The file's name, for messages.
    ///   - beginning: How such a file begins, for whoever left it empty.
    package init(file: String, beginning: String) {
        self.file = file
        self.beginning = beginning
    }

    /// Reads one document.
    ///
    /// - Throws: ``SourceError`` with the place of a syntax error, or of what breaks a limit.
    package mutating func read(_ yaml: String) throws -> SourceNode {
        guard yaml.utf8.count <= Self.maximumSize else {
            throw self.issue(1, 1, "The file is larger than 1 MiB.", "Move long texts into files of their own.")
        }
        do {
            // A byte order mark, as some editors write it, is no part of the text; the YAML library stumbles over it.
            guard let root = try Yams.compose(yaml: yaml.withoutByteOrderMark) else {
                throw self.issue(1, 1, "The file is empty.", self.beginning)
            }
            return try self.convert(root, depth: 0)
        } catch let error as YamlError {
            throw self.issue(for: error)
        }
    }

    private mutating func convert(_ node: Node, depth: Int) throws -> SourceNode {
        let place = self.place(node.mark)
        self.nodesLeft -= 1
        guard self.nodesLeft > 0, depth < Self.maximumDepth else {
            throw self.issue(
                place.line, place.column, "The file has more than 20,000 values or is nested more than 64 levels deep.",
                "Split it into several files; an alias ('*name') counts for all that it stands for.")
        }
        switch node {
        case .scalar(let scalar): return SourceNode(kind: .scalar(YAMLCoreSchema.value(of: scalar)), place: place)
        case .sequence(let sequence):
            return SourceNode(
                kind: .sequence(try sequence.map { try self.convert($0, depth: depth + 1) }), place: place)
        case .mapping(let mapping):
            let members = try mapping.map { key, value in
                guard case .scalar(let name) = key else {
                    let place = self.place(key.mark)
                    throw self.issue(place.line, place.column, "A key must be a text.", "")
                }
                return SourceNode.Member(
                    key: name.string, keyPlace: self.place(key.mark), value: try self.convert(value, depth: depth + 1))
            }
            return SourceNode(kind: .mapping(members), place: place)
        case .alias: throw self.issue(place.line, place.column, "The alias has no anchor.", "")
        }
    }

    private func place(_ mark: Mark?) -> SourcePlace {
        SourcePlace(file: self.file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    private func issue(_ line: Int, _ column: Int, _ message: String, _ suggestion: String) -> SourceError {
        SourceError(SourcePlace(file: self.file, line: line, column: column), message, suggestion: suggestion)
    }

    private func issue(for error: YamlError) -> SourceError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.issue(
                mark.line, mark.column, "The YAML is malformed: \(problem).", "Check indentation, quotes and colons.")
        case .reader(let problem, _, _, _):
            self.issue(1, 1, "The file is no readable text: \(problem).", "Save it as UTF-8.")
        case .duplicatedKeysInMapping(let duplicates, let context):
            self.issue(
                context.mark.line, context.mark.column,
                "The key '\(duplicates.joined(separator: "', '"))' is written twice.",
                "Keep one of them.")
        default: self.issue(1, 1, "The YAML cannot be read: \(error).", "")
        }
    }
}
