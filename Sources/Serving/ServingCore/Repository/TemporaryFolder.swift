// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

/// Files that a client sent with a request to load a model, as a folder that is removed with this object.
final class TemporaryFolder: Sendable {
    let path: String

    /// Writes files.
    ///
    /// - Parameter files: Contents by paths of two components, such as `1/model.bin`.
    /// - Throws: ``ServingError`` with code `.invalidArgument` for any other path; the system's error.
    init(_ files: [String: [UInt8]]) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("autoglm-model-\(UUID().uuidString)")
        self.path = folder.path
        for (name, bytes) in files {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy(ModelName.isValid), Int(parts[0]) != nil else {
                throw ServingError(.invalidArgument, "'file:\(name.prefix(100))' is not 'file:<version>/<name>'.")
            }
            let target = folder.appendingPathComponent(parts[0])
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try Data(bytes).write(to: target.appendingPathComponent(parts[1]))
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }
}
