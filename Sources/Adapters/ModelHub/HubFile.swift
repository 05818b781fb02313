// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// A file as a hub lists it.
struct HubFile: Sendable, Hashable {
    /// Its path in the repository.
    let path: String
    /// Its size in bytes, where the list says it.
    let size: Int?
    /// The SHA-256 of its bytes, where the list says it, as for large files.
    let hash: String?

    /// The files in a list of `/tree` or of a model's description.
    ///
    /// - Throws: ``HubError`` with code `.badAnswer` when it is no list, or names a file outside the repository.
    static func list(_ json: JSONValue) throws -> [HubFile] {
        guard let entries = json.arrayValue ?? json["siblings"]?.arrayValue else {
            throw HubError(.badAnswer, "The hub's list of files is none.")
        }
        return try entries.compactMap { entry in
            if let type = entry["type"]?.stringValue, type != "file" { return nil }
            guard let path = entry["path"]?.stringValue ?? entry["rfilename"]?.stringValue else {
                throw HubError(.badAnswer, "The hub lists a file without a name.")
            }
            guard !HubRepository.leavesFolder(path: path) else {
                throw HubError(.badAnswer, "The hub lists a file '\(path)', which would lie outside the repository.")
            }
            // Hidden files, and names that some systems cannot have, are of no use here.
            guard HubRepository.isSafe(path: path) else { return nil }
            let size = (entry["lfs"]?["size"] ?? entry["size"])?.integerValue
            let hash = (entry["lfs"]?["oid"] ?? entry["lfs"]?["sha256"])?.stringValue.flatMap(Self.hash)
            return HubFile(path: path, size: size.flatMap { $0 >= 0 ? $0 : nil }, hash: hash)
        }
    }

    /// A SHA-256 in hexadecimal, or nil when a text is none.
    static func hash(_ text: String) -> String? {
        let plain = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        return plain.utf8.count == 64 && plain.allSatisfy(\.isHexDigit) ? plain.lowercased() : nil
    }
}

/// Chooses the files that a model needs.
enum FileSelection {
    /// Files of settings, templates and tokenizers.
    private static let endings = [".json", ".jinja", ".txt", ".model"]

    /// What is to be pulled.
    ///
    /// - Parameters:
    ///   - files: The repository's files.
    ///   - repository: Which one, and perhaps which file.
    /// - Throws: ``HubError`` that says what there is instead.
    static func choose(_ files: [HubFile], of repository: HubRepository) throws -> [HubFile] {
        if let name = repository.file {
            guard let file = files.first(where: { $0.path == name }) else {
                let near = NearestName.hint(for: name, in: files.map(\.path))
                throw HubError(
                    .notFound, "'\(repository.name)' has no file '\(name)' at '\(repository.revision)'. \(near)")
            }
            return [file]
        }
        let weights = Self.weights(files)
        guard !weights.isEmpty else { throw Self.nothing(files, repository) }
        return files.filter { file in
            let isTop = !file.path.contains("/")
            let isPart = file.path.hasSuffix("/config.json") || file.path.hasPrefix("additional_chat_templates/")
            // Another way to store the same weights is not needed, and pickles are not read.
            if file.path.hasSuffix(".index.json") { return isTop && file.path == "model.safetensors.index.json" }
            return weights.contains(file) || ((isTop || isPart) && Self.endings.contains(where: file.path.hasSuffix))
        }
    }

    /// The safetensors that hold the model: `model.safetensors` or its parts, and those of modules in folders.
    private static func weights(_ files: [HubFile]) -> Set<HubFile> {
        let all = files.filter { $0.path.hasSuffix(".safetensors") }
        let top = all.filter { !$0.path.contains("/") }
        let single = top.filter { $0.path == "model.safetensors" }
        let parts = top.filter { $0.path.hasPrefix("model-") }
        let main = !single.isEmpty ? single : !parts.isEmpty ? parts : top
        let modules = all.filter { $0.path.split(separator: "/").count == 2 && $0.path.first?.isNumber == true }
        return main.isEmpty ? [] : Set(main + modules)
    }

    private static func nothing(_ files: [HubFile], _ repository: HubRepository) -> HubError {
        let ggufs = files.map(\.path).filter { $0.hasSuffix(".gguf") }
        if !ggufs.isEmpty {
            return HubError(
                .nothingToPull,
                "'\(repository.name)' holds GGUF files; name one, such as \(repository.name):\(ggufs[0]). "
                    + "There are: \(ggufs.joined(separator: ", ")).")
        }
        let pickle = files.map(\.path).first { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }
        let what =
            pickle.map { "only pickled weights ('\($0)'), which can run code and are not read" } ?? "no safetensors"
        return HubError(
            .nothingToPull,
            "'\(repository.name)' has \(what) at '\(repository.revision)'; try another revision or repository.")
    }
}
