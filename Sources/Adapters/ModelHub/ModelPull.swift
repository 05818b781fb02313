// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import Synchronization

/// How far a pull has come.
package struct PullProgress: Sendable, Hashable {
    /// The file that is being fetched.
    package var file: String
    /// Which of the files it is, from 1.
    package var number: Int
    /// How many files there are.
    package var count: Int
    /// Bytes of the file that are there.
    package var bytes: Int
    /// Bytes that the file has, where the hub says it.
    package var total: Int?
}

/// Fetches a model's files from a hub into a folder of their own, as plain files.
///
/// What breaks off is kept under `.pull` and continued; a file appears under its name once its size, and its hash where
/// the hub tells it, were checked.
package struct ModelPull: Sendable {
    /// A file that is there now.
    package struct File: Sendable, Hashable {
        /// How it came there.
        package enum State: String, Sendable {
            case downloaded, resumed, present
        }

        /// Its path in the repository.
        package var path: String
        /// Its size in bytes.
        package var size: Int
        /// The SHA-256 of its bytes.
        package var hash: String
        /// How it came there.
        package var state: State
    }

    /// The folder that holds the files.
    package let folder: String
    private let repository: HubRepository
    private let client: HubClient
    private let onProgress: @Sendable (PullProgress) -> Void

    /// Prepares a pull.
    ///
    /// - Parameters:
    ///   - repository: What to fetch.
    ///   - models: The folder of models, below which the repository gets its own.
    ///   - settings: Which hub, and as whom.
    ///   - onProgress: Told how far it is, at every piece that comes.
    package init(
        _ repository: HubRepository, into models: String, settings: HubSettings,
        onProgress: @escaping @Sendable (PullProgress) -> Void = { _ in }
    ) {
        self.init(
            repository, into: models, client: HubClient(settings: settings, transport: CurlTransport()), onProgress)
    }

    init(
        _ repository: HubRepository, into models: String, client: HubClient,
        _ onProgress: @escaping @Sendable (PullProgress) -> Void
    ) {
        self.repository = repository
        self.folder = "\(models)/\(repository.folder)"
        self.client = client
        self.onProgress = onProgress
    }

    /// Fetches what is missing.
    ///
    /// - Returns: The files, all of them there.
    /// - Throws: ``HubError``; `CancellationError` when the task is cancelled, and what came by then is kept.
    package func run() async throws -> [File] {
        var record = PullRecord(folder: self.folder)
        if self.client.settings.isOffline { return try self.offline(record) }
        let files = try FileSelection.choose(try await self.client.files(of: self.repository), of: self.repository)
        try PartialFile.makeFolder("\(self.folder)/.pull")
        var result = [File]()
        for (index, file) in files.enumerated() {
            try Task.checkCancellation()
            let progress = PullProgress(
                file: file.path, number: index + 1, count: files.count, bytes: 0, total: file.size)
            result.append(try await self.fetch(file, &record, progress))
        }
        return result
    }

    /// What is there already, where the network may not be used.
    private func offline(_ record: PullRecord) throws -> [File] {
        let names = self.repository.file.map { [$0] } ?? record.files.keys.sorted()
        let files = names.compactMap { name in
            record.present(name).map { File(path: name, size: $0.size, hash: $0.hash, state: .present) }
        }
        guard !files.isEmpty, files.count == names.count else {
            throw HubError(
                .offline, "'\(self.repository.name)' is not wholly there, and HF_HUB_OFFLINE forbids fetching it.")
        }
        return files
    }

    /// Fetches one file, unless it is there.
    private func fetch(_ file: HubFile, _ record: inout PullRecord, _ progress: PullProgress) async throws -> File {
        let head = try await self.client.head(of: file.path, in: self.repository)
        let hash = file.hash ?? head.tag.flatMap(HubFile.hash)
        let size = file.hash != nil ? file.size ?? head.size : head.size ?? file.size
        let tag = hash ?? head.tag ?? "-"
        if let known = record.present(file.path), known.tag == tag, size == nil || size == known.size {
            return File(path: file.path, size: known.size, hash: known.hash, state: .present)
        }
        let name = "\(file.path)-\(tag)".map { $0.isLetter || $0.isNumber || $0 == "." ? String($0) : "_" }.joined()
        let part = try PartialFile(path: "\(self.folder)/.pull/\(name.suffix(200)).part")
        let wasThere = part.size > 0
        var progress = progress
        progress.total = size
        try await self.complete(part, file.path, size: size, progress)
        let found = part.hash
        guard hash == nil || hash == found else {
            try part.clear()
            throw HubError(
                .damaged,
                """
                '\(file.path)' came with the SHA-256 \(found) instead of \(hash ?? ""); it was thrown away. Try again; if it \
                happens again, the hub or something on the way changes it.
                """)
        }
        let path = "\(self.folder)/\(file.path)"
        try PartialFile.makeFolder(String(path.prefix(path.count - (path.split(separator: "/").last?.count ?? 0) - 1)))
        try part.move(to: path)
        try record.enter(file.path, .init(tag: tag, size: part.size, hash: found))
        return File(path: file.path, size: part.size, hash: found, state: wasThere ? .resumed : .downloaded)
    }

    /// Fetches the rest of a file; a connection that breaks off is taken up again while bytes come.
    private func complete(_ part: PartialFile, _ file: String, size: Int?, _ progress: PullProgress) async throws {
        if let size, part.size > size { try part.clear() }
        var before = -1
        while size == nil || part.size != size {
            // Another round of tries only after some progress.
            guard part.size > before else {
                throw HubError(
                    .damaged, "'\(file)' ended after \(part.size) bytes instead of \(size ?? 0); try again later.")
            }
            before = part.size
            do {
                let isWhole = try await self.client.retrying {
                    try await self.transfer(part, file, size: size, progress)
                }
                if isWhole { return }
            } catch let error as HubError where error.code == .unreachable && part.size > before {
                continue
            }
        }
    }

    /// One transfer from the present end on.
    ///
    /// - Returns: Whether the file is whole as far as one can know.
    private func transfer(_ part: PartialFile, _ file: String, size: Int?, _ progress: PullProgress) async throws
        -> Bool
    {
        let start = part.size
        let report = self.onProgress
        let isBeyondEnd = Atomic<Bool>(false)
        try await self.client.get(file, in: self.repository, from: start) { head in
            switch head.status {
            case 206: try Self.checkRange(head, start: start, size: size)
            case 416:
                try part.clear()
                isBeyondEnd.store(true, ordering: .relaxed)
            default: if start > 0 { try part.clear() }
            }
        } onBody: { bytes in
            if let size, part.size + bytes.count > size {
                throw HubError(.damaged, "'\(file)' has more than its \(size) bytes; the hub contradicts itself.")
            }
            try part.append(bytes)
            var now = progress
            now.bytes = part.size
            report(now)
        }
        // What was there is no part of the file; from its beginning, then.
        if isBeyondEnd.load(ordering: .relaxed) {
            return try await self.transfer(part, file, size: size, progress)
        }
        return size == nil || part.size == size
    }

    /// Refuses a part of a file that was not asked for.
    private static func checkRange(_ head: HubHead, start: Int, size: Int?) throws {
        let range = head["content-range"] ?? ""
        let numbers = range.split { !$0.isNumber }.compactMap { Int($0) }
        guard range.hasPrefix("bytes "), numbers.first == start, size == nil || numbers.count < 3 || numbers[2] == size
        else {
            throw HubError(
                .badAnswer, "The hub sent the part '\(range)' of a file instead of the one from \(start) on.")
        }
    }
}
