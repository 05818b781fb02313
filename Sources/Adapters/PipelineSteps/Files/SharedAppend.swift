// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Pipelines

/// Appends bytes to a file that others append to as well: once, however often the step is tried, and by whichever process.
///
/// Before it writes, the step notes where its bytes will be; who appends in the same way waits meanwhile. Tried again, it looks
/// whether they are at a place that it noted. Nothing that is in the file is ever taken out of it.
struct SharedAppend {
    private let bytes: [UInt8]
    private let name: String
    private let folder: OpenFolder

    /// Prepares to append to a file of a folder, which is made where it is missing.
    init(_ bytes: [UInt8], to name: String, in folder: OpenFolder) {
        self.bytes = bytes
        self.name = name
        self.folder = folder
    }

    /// Appends what an earlier attempt of the step has not.
    func perform(_ context: StepContext) async throws {
        let file = try self.folder.append(to: self.name)
        try await file.alone {
            let count = try await self.written(to: file, context)
            try file.append(Array(self.bytes.dropFirst(count)))
            try file.sync()
        }
    }

    /// How many of the bytes are in the file already, those before them included.
    private func written(to file: WrittenFile, _ context: StepContext) async throws -> Int {
        var attempt = 0
        while true {
            let end = try file.length()
            let place = try await context.note("place-\(attempt)") { .integer(end) }
            guard !place.isNew, let start = place.value.integerValue else { return 0 }
            let found = try self.folder.read(self.name, from: start, count: self.bytes.count)
            // A write that was cut off goes on only where nobody has written behind it.
            let isCut = start + found.count == end && !found.isEmpty
            if found.count == self.bytes.count || isCut, self.bytes.starts(with: found) { return found.count }
            attempt += 1
        }
    }
}
