// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONSchemas
import LLMCore
import Testing

/// The official JSON Schema test suite, which is not part of this repository.
enum OfficialSuite {
    static var folder: URL {
        let dataFolder =
            ProcessInfo.processInfo.environment["AUTOGLM_TEST_DATA"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data")
        return dataFolder.appendingPathComponent("json_schema_test_suite")
    }

    static var isPresent: Bool {
        FileManager.default.fileExists(atPath: Self.folder.appendingPathComponent("draft2020-12").path)
    }

    static func json(_ file: URL) throws -> JSONValue { try JSONValue(parsing: Data(contentsOf: file)) }

    static func files(under path: String) throws -> [URL] {
        let folder = Self.folder.appendingPathComponent(path)
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasSuffix(".json") }.map { folder.appendingPathComponent($0) }
    }

    /// The schemas that the suite wants to find at `http://localhost:1234/`.
    static func remotes() throws -> [String: JSONValue] {
        let root = Self.folder.appendingPathComponent("remotes").path
        let pairs = try Self.files(under: "remotes").map { file in
            ("http://localhost:1234" + file.path.dropFirst(root.count), try Self.json(file))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    static func run(_ files: [URL]) throws -> SchemaSuite.Tally {
        let suite = SchemaSuite(resources: try Self.remotes())
        var tally = SchemaSuite.Tally()
        for file in files {
            let path = file.path.dropFirst(Self.folder.path.count + 1)
            tally += try #require(suite.run(try Self.json(file), path: String(path)))
        }
        return tally
    }
}

@Suite(
    "The official JSON Schema test suite",
    .enabled(if: OfficialSuite.isPresent, "The suite is not there; name its data folder in AUTOGLM_TEST_DATA."))
struct OfficialSuiteTests {
    @Test("All required tests of draft 2020-12 pass")
    func required() throws {
        let files = try OfficialSuite.files(under: "draft2020-12").filter { !$0.path.contains("/optional/") }
        let tally = try OfficialSuite.run(files)
        #expect(tally.failures == [])
        #expect(tally.passed > 1_000)
    }

    @Test("All optional tests pass, formats included, whose remote schemas are there")
    func optional() throws {
        let tally = try OfficialSuite.run(try OfficialSuite.files(under: "draft2020-12/optional"))
        #expect(tally.failures.filter { !$0.contains("nothing is fetched") } == [])
        #expect(tally.passed > 700)
    }
}
