// SPDX-License-Identifier: Apache-2.0

internal import JSONSchemas
internal import LLMCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A folder in the form of the official JSON Schema test suite.
struct SchemaSuiteFolder {
    private let root: URL
    private static let remotesName = "remotes"
    /// Where the suite's own schemas are found by its tests.
    private static let remotesAddress = "http://localhost:1234/"

    init(path: String) throws {
        guard (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil else {
            throw CommandError(.badInput, "'\(path)' is no folder; --suite takes one with test files (*.json) in it.")
        }
        self.root = URL(fileURLWithPath: path).standardizedFileURL
    }

    /// Runs every test file under the folder.
    ///
    /// - Parameter withOptional: Whether files in folders named `optional` are run, too.
    func run(withOptional: Bool) throws -> SchemaSuite.Tally {
        let suite = SchemaSuite(resources: try self.remotes())
        var tally = SchemaSuite.Tally()
        let files = try Self.files(under: self.root).filter { file in
            let folders = file.split(separator: "/").dropLast()
            return folders.first.map(String.init) != Self.remotesName && (withOptional || !folders.contains("optional"))
        }
        guard !files.isEmpty else { throw CommandError(.badInput, "There are no test files in '\(self.root.path)'.") }
        for file in files {
            let content = try JSONFile.value(path: self.root.appendingPathComponent(file).path)
            guard let result = suite.run(content, path: self.root.lastPathComponent + "/" + file) else {
                throw CommandError(
                    .badInput, "'\(file)' is no test file: it must be an array of {schema, tests: [{data, valid}]}.")
            }
            tally += result
        }
        return tally
    }

    /// The schemas in the folder `remotes`, which stands in the suite or beside it.
    private func remotes() throws -> [String: JSONValue] {
        let places = [self.root, self.root.deletingLastPathComponent()]
        let folder = places.map { $0.appendingPathComponent(Self.remotesName) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
        guard let folder else { return [:] }
        let pairs = try Self.files(under: folder).map { file in
            (Self.remotesAddress + file, try JSONFile.value(path: folder.appendingPathComponent(file).path))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private static func files(under folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
    }
}
