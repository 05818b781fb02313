// SPDX-License-Identifier: Apache-2.0
internal import LLMCore
internal import ModelFiles
internal import OrderedCollections

/// What was pulled into a folder: each file's tag, size and hash, in `.pull/record.json`.
struct PullRecord {
    /// What is known of a file.
    struct Entry: Hashable {
        var tag: String
        var size: Int
        var hash: String
    }

    private(set) var files: [String: Entry] = [:]
    private let folder: String

    /// Reads a folder's record; one that is missing or damaged is empty.
    init(folder: String) {
        self.folder = folder
        guard let list = try? ModelFolder(path: folder).json(".pull/record.json"),
            let files = list["files"]?.objectValue
        else { return }
        for (name, entry) in files {
            guard let tag = entry["tag"]?.stringValue, let size = entry["size"]?.integerValue,
                let hash = entry["sha256"]?.stringValue
            else { continue }
            self.files[name] = Entry(tag: tag, size: size, hash: hash)
        }
    }

    /// The entry of a file that is still there with its size.
    func present(_ name: String) -> Entry? {
        guard let entry = self.files[name], PartialFile.size(of: "\(self.folder)/\(name)") == entry.size else {
            return nil
        }
        return entry
    }

    /// Enters a file and writes the record.
    ///
    /// - Throws: ``HubError`` with code `.notWritable`.
    mutating func enter(_ name: String, _ entry: Entry) throws {
        self.files[name] = entry
        let members = self.files.sorted { $0.key < $1.key }.map { name, entry -> (String, JSONValue) in
            (name, ["tag": .string(entry.tag), "size": .integer(entry.size), "sha256": .string(entry.hash)])
        }
        let text = JSONValue.object(["files": .object(OrderedDictionary(uniqueKeysWithValues: members))])
        let path = "\(self.folder)/.pull/record.json"
        let file = try PartialFile(path: path + ".new")
        try file.clear()
        try Array(text.serialized(indentation: 2).utf8).withUnsafeBytes { try file.append($0) }
        try file.move(to: path)
    }
}
