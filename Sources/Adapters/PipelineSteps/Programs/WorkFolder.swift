// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A new, empty folder of this user alone, which goes away with this value.
final class WorkFolder: Sendable {
    /// Where it is.
    let path: String
    private let folder: OpenFolder

    init() throws {
        let name = "autoglm-step-" + String(UInt64.random(in: .min ... .max), radix: 36)
        self.path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(
            atPath: self.path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        self.folder = try OpenFolder(self.path)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// Writes a file.
    func write(_ bytes: [UInt8], to name: String) throws { try self.folder.write(bytes, to: name) }

    /// The bytes of a file, which a program may have replaced by anything.
    func read(_ name: String, maximumBytes: Int) throws -> [UInt8] {
        try self.folder.read(name, maximumBytes: maximumBytes)
    }
}
