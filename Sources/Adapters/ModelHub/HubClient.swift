// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import Synchronization

/// Asks a hub, follows its redirects, and tries again where that may help.
struct HubClient: Sendable {
    /// Which hub, and as whom.
    let settings: HubSettings
    /// How requests are performed.
    let transport: any HubTransport

    private static let maximumRedirects = 8
    /// The largest list of files that is read, in bytes.
    private static let maximumListSize = 64 << 20

    /// What a hub says about a file before sending it.
    struct FileHead: Sendable {
        var size: Int?
        var tag: String?
        var commit: String?
    }

    /// The files of a repository.
    ///
    /// - Throws: ``HubError``; `CancellationError`.
    func files(of repository: HubRepository) async throws -> [HubFile] {
        let revision = HubURL.escaped(repository.revision)
        var next: HubURL? = try self.address("/api/models/\(repository.name)/tree/\(revision)?recursive=true")
        var files = [HubFile]()
        var pages = 0
        while let url = next {
            pages += 1
            guard pages <= 100 else { throw HubError(.badAnswer, "The hub's list of files has no end.") }
            do {
                let (head, json) = try await self.json(url, repository)
                files += try HubFile.list(json)
                next = Self.nextPage(head["link"], after: url)
            } catch let error as HubError where error.code == .notFound && pages == 1 {
                // Smaller hubs have the model's description alone.
                let url = try self.address("/api/models/\(repository.name)/revision/\(revision)")
                return try HubFile.list(try await self.json(url, repository).1)
            }
        }
        return files
    }

    /// What the hub says about a file: the numbers of large files stand in the answer that leads to their bytes.
    ///
    /// - Throws: ``HubError``; `CancellationError`.
    func head(of file: String, in repository: HubRepository) async throws -> FileHead {
        var url = try self.address(of: file, in: repository)
        return try await self.retrying {
            for _ in 0...Self.maximumRedirects {
                let head = try await self.transport.perform(
                    HubRequest(url: url, headOnly: true, headers: self.headers(for: url)), onHead: { _ in },
                    onBody: { _ in })
                let isRedirect = (300..<400).contains(head.status)
                if isRedirect, head["x-linked-etag"] == nil, head["x-linked-size"] == nil {
                    url = try self.redirect(head, from: url)
                    continue
                }
                if !isRedirect { try self.check(head, repository) }
                let size = head["x-linked-size"] ?? (isRedirect ? nil : head["content-length"])
                return FileHead(
                    size: size.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil },
                    tag: (head["x-linked-etag"] ?? head["etag"]).map(HubHead.plainTag), commit: head["x-repo-commit"])
            }
            throw HubError(.badAnswer, "The hub leads in circles for '\(file)'.")
        }
    }

    /// Gets a file's bytes from some place on.
    ///
    /// - Parameters:
    ///   - file: Its path.
    ///   - repository: Where it is.
    ///   - offset: The first byte that is wanted.
    ///   - onHead: Gets the head of the answer with the bytes: 200 with all of them, 206 with those asked for, or 416.
    ///   - onBody: Gets the bytes.
    /// - Throws: ``HubError`` after one try; `CancellationError`.
    func get(
        _ file: String, in repository: HubRepository, from offset: Int,
        onHead: @escaping @Sendable (HubHead) throws -> Void,
        onBody: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        var url = try self.address(of: file, in: repository)
        for _ in 0...Self.maximumRedirects {
            var headers = self.headers(for: url)
            if offset > 0 { headers["Range"] = "bytes=\(offset)-" }
            // The body of an answer without the bytes is for people.
            let hasBytes = Atomic<Bool>(false)
            let head = try await self.transport.perform(HubRequest(url: url, headers: headers)) { head in
                guard [200, 206, 416].contains(head.status) else { return }
                try onHead(head)
                hasBytes.store(head.status != 416, ordering: .relaxed)
            } onBody: { bytes in
                if hasBytes.load(ordering: .relaxed) { try onBody(bytes) }
            }
            guard (300..<400).contains(head.status) else {
                if head.status != 416 || offset == 0 { try self.check(head, repository) }
                return
            }
            url = try self.redirect(head, from: url)
        }
        throw HubError(.badAnswer, "The hub leads in circles for '\(file)'.")
    }

    /// Does something, again after a while where it failed for a reason that may pass.
    func retrying<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        for wait in self.settings.waits {
            do {
                return try await body()
            } catch let error as HubError where error.code == .unreachable {
                try await Task.sleep(for: wait)
            }
        }
        return try await body()
    }

    /// Refuses answers that are no success.
    func check(_ head: HubHead, _ repository: HubRepository) throws {
        let what = "'\(repository.name)' at '\(repository.revision)'"
        switch head.status {
        case 200..<300: return
        case 401, 403:
            let advice =
                self.settings.token == nil
                ? "If the repository is private or asks for consent, set HF_TOKEN to a token of an account that has access."
                : "The token in HF_TOKEN is not valid, or its account has no access; consent may have to be given on the hub."
            throw HubError(.unauthorized, "The hub does not show \(what) (status \(head.status)). \(advice)")
        case 404, 410: throw HubError(.notFound, "The hub has no \(what), or not that file (status \(head.status)).")
        case 408, 425, 429, 500...599:
            throw HubError(.unreachable, "The hub could not answer (status \(head.status)); try again later.")
        default: throw HubError(.badAnswer, "The hub answered with the status \(head.status) for \(what).")
        }
    }

    /// The headers for a server; only the hub itself gets the token.
    private func headers(for url: HubURL) -> [String: String] {
        var headers = ["User-Agent": "open-autoglm", "Accept-Encoding": "identity"]
        if let token = self.settings.token, url.isSameServer(as: self.settings.endpoint) {
            headers["Authorization"] = "Bearer \(token)"
        }
        return headers
    }

    /// Where a redirect leads; never from a protected connection to an open one.
    private func redirect(_ head: HubHead, from url: HubURL) throws -> HubURL {
        guard let location = head["location"], let next = url.following(location) else {
            throw HubError(.badAnswer, "The hub redirects to no address (status \(head.status)).")
        }
        guard next.scheme == "https" || url.scheme == "http" else {
            throw HubError(.badAnswer, "The hub redirects to \(next.authority) without encryption; that is refused.")
        }
        return next
    }

    private func address(of file: String, in repository: HubRepository) throws -> HubURL {
        let path = HubURL.escaped(file, keeping: "/")
        return try self.address("/\(repository.name)/resolve/\(HubURL.escaped(repository.revision))/\(path)")
    }

    private func address(_ path: String) throws -> HubURL {
        guard let url = HubURL(self.settings.endpoint.description.trimmedSlash + path) else {
            throw HubError(.invalidName, "There is no address for '\(path)'.")
        }
        return url
    }

    /// Gets a small JSON answer.
    private func json(_ start: HubURL, _ repository: HubRepository) async throws -> (HubHead, JSONValue) {
        try await self.retrying {
            var url = start
            for _ in 0...Self.maximumRedirects {
                let body = Mutex([UInt8]())
                let head = try await self.transport.perform(
                    HubRequest(url: url, headers: self.headers(for: url)), onHead: { _ in },
                    onBody: { bytes in
                        try body.withLock { body in
                            guard body.count + bytes.count <= Self.maximumListSize else {
                                throw HubError(.badAnswer, "The hub's list of files is too long.")
                            }
                            body.append(contentsOf: bytes)
                        }
                    })
                if (300..<400).contains(head.status) {
                    url = try self.redirect(head, from: url)
                    continue
                }
                try self.check(head, repository)
                do {
                    return (head, try JSONValue(parsing: body.withLock { $0 }, maximumDepth: 64))
                } catch let error as JSONError {
                    throw HubError(.badAnswer, "The hub's list of files is no valid JSON.", cause: error)
                }
            }
            throw HubError(.badAnswer, "The hub leads in circles for the list of files.")
        }
    }

    /// The address in `<…>; rel="next"`; it must be the hub's own.
    private static func nextPage(_ link: String?, after url: HubURL) -> HubURL? {
        guard let link, link.contains("rel=\"next\""), let start = link.firstIndex(of: "<"),
            let end = link.firstIndex(of: ">"), start < end,
            let next = url.following(String(link[link.index(after: start)..<end])), next.isSameServer(as: url)
        else { return nil }
        return next
    }
}

extension String {
    /// The text without a slash at its end.
    fileprivate var trimmedSlash: String { self.hasSuffix("/") ? String(self.dropLast()) : self }
}
