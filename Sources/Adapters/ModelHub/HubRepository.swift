// SPDX-License-Identifier: Apache-2.0
internal import LLMCore

/// A repository of a hub at a revision, and perhaps one file in it.
package struct HubRepository: Sendable, Hashable {
    /// The name, such as `HuggingFaceTB/SmolLM2-135M-Instruct`.
    package let name: String
    /// The branch, tag or commit.
    package let revision: String
    /// The file that is wanted alone; nil for what a model needs.
    package let file: String?

    /// Reads `OWNER/NAME` or `OWNER/NAME:FILE`.
    ///
    /// - Throws: ``HubError`` with code `.invalidName`.
    package init(_ text: String, revision: String = "main") throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(Self.isName) else {
            throw HubError(
                .invalidName,
                "'\(text)' is no repository; give OWNER/NAME, or OWNER/NAME:FILE, such as HuggingFaceTB/SmolLM2-135M-Instruct."
            )
        }
        guard !revision.isEmpty,
            revision.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isName)
        else {
            throw HubError(.invalidName, "'\(revision)' is no revision; give a branch, a tag or a commit.")
        }
        if parts.count == 2, !Self.isSafe(path: parts[1]) {
            throw HubError(.invalidName, "'\(parts[1])' is no file of a repository.")
        }
        self.name = parts[0]
        self.revision = revision
        self.file = parts.count == 2 ? parts[1] : nil
    }

    /// Whether a text may be a part of a repository's name or of a revision.
    private static func isName(_ text: Substring) -> Bool {
        text != "." && text != ".." && (1...96).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_.".utf8.contains(byte)
            } && !text.hasPrefix(".")
    }

    /// Whether a file's path stays below the repository's folder.
    static func isSafe(path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return path.utf8.count < 1024 && !parts.contains { $0.isEmpty || $0.hasPrefix(".") }
            && !path.unicodeScalars.contains { $0.value < 0x20 || $0 == "\\" || $0 == ":" || $0.value == 0x7F }
    }

    /// Whether a file's path would lead out of the repository's folder.
    static func leavesFolder(path: String) -> Bool {
        path.split(separator: "/", omittingEmptySubsequences: false).contains { ["", ".", ".."].contains($0) }
            || path.contains("\\") || path.unicodeScalars.contains("\0")
    }

    /// Where the files go below the folder of models; revisions other than `main` have folders of their own.
    package var folder: String {
        self.revision == "main" ? self.name : "\(self.name)@\(self.revision.replacing("/", with: "--"))"
    }
}
