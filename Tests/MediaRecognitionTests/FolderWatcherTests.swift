// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import MediaDecoding
import MultimodalInputs
import Synchronization
import Testing

@Suite("Watched folders", .timeLimit(.minutes(5)))
struct FolderWatcherTests {
    @Test("Files come as events in the order in which they were written, damaged ones as errors, hidden ones never")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("watched-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ bytes: [UInt8], at seconds: Double) throws {
            let file = folder.appendingPathComponent(name)
            try Data(bytes).write(to: file)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: file.path)
        }
        try write("b.png", MediaSamples.bytes("quarters.png"), at: 1_000.5)
        try write("a.txt", Array("two".utf8), at: 2_000)
        try write("c.bin", [0, 1, 2], at: 3_000)
        try write(".hidden", Array("no".utf8), at: 10)
        var watcher = FolderWatcher(folder.path, source: "camera")
        watcher.pause = .milliseconds(5)
        let came = Mutex<[(source: String, timestamp: Int64)]>([])
        let failures = Mutex(0)
        try await watcher.run(untilIdle: .milliseconds(30)) { result in
            switch result {
            case .success(let event):
                came.withLock { $0.append(("\(event.source)/\(event.name ?? "")", event.timestamp)) }
            case .failure: failures.withLock { $0 += 1 }
            }
        }
        let events = came.withLock { $0 }
        #expect(events.map(\.source) == ["camera/b.png", "camera/a.txt"])
        #expect(events.map(\.timestamp) == [1_000_500_000_000, 2_000_000_000_000])
        #expect(failures.withLock { $0 } == 1)
    }

    @Test("A file that is written anew comes again, one that is only looked at does not")
    func overwritten() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("watched-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let latest = folder.appendingPathComponent("latest.txt")
        try Data("frame 1".utf8).write(to: latest)
        var watcher = FolderWatcher(folder.path, source: "camera")
        watcher.pause = .milliseconds(5)
        let came = Mutex<[String]>([])
        try await watcher.run(untilIdle: .milliseconds(100)) { result in
            guard case .text(let text) = try result.get().payload else { return }
            let count = came.withLock { came in
                came.append(text)
                return came.count
            }
            // As many bytes each time.
            if count < 4 { try Data("frame \(count + 1)".utf8).write(to: latest) }
        }
        #expect(came.withLock { $0 } == ["frame 1", "frame 2", "frame 3", "frame 4"])
    }

    @Test("What is wrong with a file names it")
    func named() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).bin")
        try Data([0, 1, 2]).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let error = #expect(throws: MultimodalError.self) { try MediaFile(file.path).event() }
        #expect(error?.code == .unknownFormat && error?.message.contains(file.lastPathComponent) == true)
    }

    @Test("A folder that is not there is an error")
    func missing() async {
        await #expect(throws: MultimodalError.self) { try await FolderWatcher("/nowhere").run { _ in } }
    }
}
