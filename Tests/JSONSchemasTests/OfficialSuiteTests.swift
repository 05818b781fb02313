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

    struct Tally {
        var passed = 0
        var failed: [String] = []
        /// Groups that need the meta-schema of the draft, which is not built in, or vocabularies.
        var skipped = 0
    }

    static func run(_ files: [URL], resources: [String: JSONValue]) throws -> Tally {
        var tally = Tally()
        for file in files {
            for group in try Self.json(file).arrayValue ?? [] {
                let tests = group["tests"]?.arrayValue ?? []
                let schema = group["schema"] ?? .null
                let name = "\(file.lastPathComponent): \(group["description"]?.stringValue ?? "")"
                if schema.description.contains("\"$ref\":\"https://json-schema.org/")
                    || schema.description.contains("metaschema")
                {
                    tally.skipped += tests.count
                    continue
                }
                let compiled = Result { try JSONSchema(schema, resources: resources) }
                for test in tests {
                    let isValid = try? compiled.get().isValid(test["data"] ?? .null)
                    if isValid == test["valid"]?.boolValue {
                        tally.passed += 1
                    } else {
                        tally.failed.append("\(name): \(test["description"]?.stringValue ?? "") (\(compiled.failure))")
                    }
                }
            }
        }
        return tally
    }
}

extension Result {
    fileprivate var failure: String { if case .failure(let error) = self { "\(error)" } else { "wrong verdict" } }
}

@Suite(
    "The official JSON Schema test suite",
    .enabled(if: OfficialSuite.isPresent, "The suite is not there; name its data folder in AUTOGLM_TEST_DATA."))
struct OfficialSuiteTests {
    @Test("All required tests of draft 2020-12 pass")
    func required() throws {
        let files = try OfficialSuite.files(under: "draft2020-12").filter { !$0.path.contains("/optional/") }
        let tally = try OfficialSuite.run(files, resources: OfficialSuite.remotes())
        print(
            "JSON Schema 2020-12, required: \(tally.passed) passed, \(tally.failed.count) failed, \(tally.skipped) skipped"
        )
        #expect(tally.failed == [])
        #expect(tally.passed > 1_000)
    }

    @Test("Optional tests for regular expressions, numbers and draft-07 spellings pass")
    func optional() throws {
        let names = ["ecmascript-regex", "non-bmp-regex", "bignum", "float-overflow", "dependencies-compatibility"]
        let files = try OfficialSuite.files(under: "draft2020-12/optional").filter { file in
            !file.path.contains("/format/") && names.contains(file.deletingPathExtension().lastPathComponent)
        }
        let tally = try OfficialSuite.run(files, resources: OfficialSuite.remotes())
        print("JSON Schema 2020-12, optional: \(tally.passed) passed, \(tally.failed.count) failed")
        #expect(tally.failed == [])
        #expect(tally.passed > 80)
    }
}
