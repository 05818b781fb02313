// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder of a test's own, removed with the value.
final class TemporaryFolder {
    let path: String

    init(files: [String] = []) throws {
        self.path = NSTemporaryDirectory() + "autoglm-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        for file in files { try Data("not a model".utf8).write(to: URL(fileURLWithPath: "\(self.path)/\(file)")) }
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}
