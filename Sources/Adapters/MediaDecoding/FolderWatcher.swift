// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore
public import MultimodalInputs

/// Brings the files of a folder as they appear, such as those that a camera writes.
///
/// A file is taken once it has stayed the same from one look to the next, and again after it was written anew; names that begin with a dot
/// are left out.
public struct FolderWatcher: Sendable {
    /// What of a file changes when it is written.
    private struct Stamp: Hashable {
        var seconds: Int, nanoseconds: Int, bytes: Int
    }

    /// The folder.
    public let folder: String
    /// The source of its files.
    public let source: String
    /// How long it is from one look to the next; nine times as long as a look takes, where that is more.
    public var pause = Duration.milliseconds(100)

    /// Names a folder.
    ///
    /// - Parameters:
    ///   - folder: Where it is.
    ///   - source: The source of its files; nil for the folder's name.
    public init(_ folder: String, source: String? = nil) {
        self.folder = folder
        self.source = source ?? URL(fileURLWithPath: folder).lastPathComponent
    }

    /// Watches until the task is cancelled, or nothing new has come for a while.
    ///
    /// - Parameters:
    ///   - idle: After how long without a new file it ends; nil for never.
    ///   - give: Takes each file's event, or why it cannot be read.
    /// - Throws: ``MultimodalError`` where the folder cannot be read or its name cannot be that of a source; what `give`
    ///   throws; `CancellationError`.
    public func run(
        untilIdle idle: Duration? = nil, _ give: @Sendable (Result<InputEvent, any Error>) async throws -> Void
    ) async throws {
        try InputEvent.check(source: self.source)
        var (seen, taken) = ([String: Stamp](), [String: Stamp]())
        var last = ContinuousClock.now
        while true {
            try Task.checkCancellation()
            let start = ContinuousClock.now
            let found = try self.files()
            let effort = ContinuousClock.now - start
            var (waiting, kept) = ([String: Stamp](), [String: Stamp](minimumCapacity: found.count))
            for (name, stamp) in found {
                if taken[name] == stamp {
                    kept[name] = stamp
                } else if seen[name] == stamp {
                    kept[name] = stamp
                    last = .now
                    let file = MediaFile("\(self.folder)/\(name)", source: self.source)
                    try await give(Result { try file.event() })
                } else {
                    waiting[name] = stamp
                }
            }
            (seen, taken) = (waiting, kept)
            if let idle, waiting.isEmpty, ContinuousClock.now - last >= idle { return }
            try await Task.sleep(for: max(self.pause, effort * 9))
        }
    }

    /// The files, the oldest first.
    private func files() throws -> [(name: String, stamp: Stamp)] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: self.folder)
        } catch {
            throw MultimodalError(.damaged, "The folder '\(self.folder)' cannot be read.", cause: error)
        }
        let files = names.filter { !$0.hasPrefix(".") }.compactMap { name -> (name: String, stamp: Stamp)? in
            Self.stamp(of: "\(self.folder)/\(name)").map { (name, $0) }
        }
        return files.sorted {
            ($0.stamp.seconds, $0.stamp.nanoseconds, $0.name) < ($1.stamp.seconds, $1.stamp.nanoseconds, $1.name)
        }
    }

    /// A plain file's stamp; nil for anything else, links among them.
    private static func stamp(of path: String) -> Stamp? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let time = status.modified
        return Stamp(seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec), bytes: Int(status.st_size))
    }
}
