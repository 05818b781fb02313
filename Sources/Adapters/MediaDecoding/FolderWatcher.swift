// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore
package import MultimodalInputs

/// Brings the files of a folder as they appear, such as those that a camera writes.
///
/// A file is taken once its size has stayed the same from one look to the next; names that begin with a dot are left out.
package struct FolderWatcher: Sendable {
    private static let maximumFiles = 100_000

    /// The folder.
    package let folder: String
    /// The source of its files.
    package let source: String
    /// How long it is from one look to the next.
    package var pause = Duration.milliseconds(100)

    /// Names a folder.
    ///
    /// - Parameters:
    ///   - folder: Where it is.
    ///   - source: The source of its files; nil for the folder's name.
    package init(_ folder: String, source: String? = nil) {
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
    package func run(
        untilIdle idle: Duration? = nil, _ give: @Sendable (Result<InputEvent, any Error>) async throws -> Void
    ) async throws {
        try InputEvent.check(source: self.source)
        var (sizes, taken) = ([String: Int](), Set<String>())
        var last = ContinuousClock.now
        while true {
            try Task.checkCancellation()
            let found = try self.files()
            var isWaiting = false
            for (name, size) in found where !taken.contains(name) {
                guard sizes[name] == size else {
                    sizes[name] = size
                    isWaiting = true
                    continue
                }
                taken.insert(name)
                sizes[name] = nil
                last = .now
                let file = MediaFile("\(self.folder)/\(name)", source: self.source)
                try await give(Result { try file.event() })
            }
            taken.formIntersection(found.map(\.name))
            if let idle, !isWaiting, ContinuousClock.now - last >= idle { return }
            try await Task.sleep(for: self.pause)
        }
    }

    /// The files, the oldest first.
    private func files() throws -> [(name: String, size: Int)] {
        let manager = FileManager.default
        let names: [String]
        do {
            names = try manager.contentsOfDirectory(atPath: self.folder)
        } catch {
            throw MultimodalError(.damaged, "The folder '\(self.folder)' cannot be read.", cause: error)
        }
        let files = names.filter { !$0.hasPrefix(".") }.prefix(Self.maximumFiles).compactMap {
            name -> (name: String, size: Int, time: Date)? in
            guard let attributes = try? manager.attributesOfItem(atPath: "\(self.folder)/\(name)"),
                attributes[.type] as? FileAttributeType == .typeRegular
            else { return nil }
            let time = attributes[.modificationDate] as? Date ?? .distantPast
            return (name, (attributes[.size] as? Int) ?? 0, time)
        }
        return files.sorted { ($0.time, $0.name) < ($1.time, $1.name) }.map { ($0.name, $0.size) }
    }
}
