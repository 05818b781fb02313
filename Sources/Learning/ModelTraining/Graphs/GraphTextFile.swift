// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore
internal import ModelFiles
internal import OrderedCollections
package import TaskModels

/// Files of graphs with their texts, and of graphs alone.
package enum GraphTextFile {
    /// Reads a file with a JSON object in each line, as ``GraphText`` says; what properties are called is in `relation_names.json` beside it,
    /// where that is there.
    ///
    /// - Throws: ``TrainingError`` that names the file and the line; ``ModelFileError`` where the file cannot be read.
    package static func texts(path: String) throws -> [GraphText] {
        let folder = URL(filePath: path).deletingLastPathComponent().path()
        let names = "\(folder)/relation_names.json"
        var relations: [String: String] = [:]
        if let storage = try? ByteStorage(mapping: names) {
            for (property, name) in try Self.json(storage, names).objectValue ?? [:] {
                relations[property] = name.stringValue
            }
        }
        let texts = try LineFile.read(path: path) { try GraphText.texts($0, relations: relations) }.flatMap(\.self)
        guard !texts.isEmpty else { throw TrainingError(.noData, "\(path): there is no graph with a text in it.") }
        return texts
    }

    /// Reads a graph: a list of triples, or an object with `triples` and perhaps `context` and `entities`.
    ///
    /// - Throws: ``TrainingError`` that names the file; ``ModelFileError`` where the file cannot be read.
    package static func input(path: String) throws -> GraphInput {
        let json = try Self.json(ByteStorage(mapping: path), path)
        do { return try GraphInput(json: json.arrayValue == nil ? json : .object(["triples": json])) } catch {
            throw TrainingError(.badData, "\(path): \((error as? any CodedError)?.message ?? "\(error)")", cause: error)
        }
    }

    private static func json(_ storage: ByteStorage, _ path: String) throws -> JSONValue {
        do { return try JSONValue(parsing: Array(storage.bytes)) } catch {
            throw TrainingError(.badData, "\(path): this is no JSON.", cause: error)
        }
    }
}
