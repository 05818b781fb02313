// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import Pipelines
import RunStorage

/// A folder of a test's own, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        self.path = NSTemporaryDirectory() + "autoglm-storage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// The database file.
    var file: String { "\(self.path)/runs.sqlite" }

    /// The store in the folder, opened anew.
    func store(now: @escaping @Sendable () -> Date = { Date() }) throws -> SQLiteRunStore {
        try SQLiteRunStore(StorageFile(path: self.file), now: now)
    }
}

/// Values that tests share.
enum Samples {
    static let source = PipelineSource(
        name: "capital", version: "1.2.0", file: "capital.yaml", text: "pipeline: capital\n",
        included: ["more.yaml": "pipeline: more\n"], baseFolder: "examples")

    static let longText = JSONValue.string(String(repeating: "long ", count: 10_000))
}

/// Chance that is the same in every run of a test (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (self.state ^ (self.state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
