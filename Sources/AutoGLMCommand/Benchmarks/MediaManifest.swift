// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import LLMCore

/// Pictures and recordings with what is written or said in them, as a folder's manifest.jsonl lists them.
struct MediaManifest {
    /// A picture or a recording.
    struct Item {
        /// Its name in the manifest.
        var name: String
        /// Where it is.
        var path: String
        /// `ocr`, `speech` or `photo`.
        var kind: String
        /// Its language by ISO 639-1.
        var language: String
        /// What is written or said.
        var text: String
    }

    /// All that are listed.
    let items: [Item]

    /// Reads a manifest.
    ///
    /// - Throws: ``CommandError`` where it cannot be read.
    init(folder: String) throws {
        let lines = try InputFile.text(path: "\(folder)/manifest.jsonl").split(whereSeparator: \.isNewline)
        self.items = try lines.map { line in
            let value = try JSONValue(parsing: String(line))
            guard let name = value["file"]?.stringValue, let kind = value["kind"]?.stringValue else {
                throw CommandError(.badInput, "A line of the manifest has no 'file' or no 'kind'.")
            }
            return Item(
                name: name, path: "\(folder)/\(name)", kind: kind, language: value["language"]?.stringValue ?? "",
                text: (value["text"] ?? value["transcript"])?.stringValue ?? "")
        }
    }

    /// The files of a folder, by name.
    static func files(in folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
                .map { "\(folder)/\($0)" }
        } catch {
            throw CommandError(.badInput, "The folder '\(folder)' cannot be read.", cause: error)
        }
    }
}
