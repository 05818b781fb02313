// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import PipelineSteps
import Testing

@Suite("The file step")
struct FileStepTests {
    let inside: TestFolder
    let outside: TestFolder
    let steps: StepRunning

    init() throws {
        self.inside = try TestFolder()
        self.outside = try TestFolder()
        try self.outside.write("secret", to: "secret.txt")
        try self.inside.write("Hello", to: "sub/a.txt")
        try self.inside.link("way", to: self.outside.path)
        try self.inside.link("file.txt", to: self.outside.path + "/secret.txt")
        var access = StepAccess()
        access.folders = [
            "out": FolderAccess(self.inside.path, isWritable: true), "in": FolderAccess(self.inside.path),
        ]
        self.steps = StepRunning(access: access, baseFolder: self.inside.path)
    }

    @Test("A file is read, listed and written, whole and without a draft left")
    func work() async throws {
        #expect(try await self.steps.run("file", ["action": "read", "path": "sub/a.txt"])["text"] == "Hello")
        let written = try await self.steps.run(
            "file", ["action": "write", "path": "new/deep/b.json", "folder": "out", "value": ["a": 1]])
        #expect(written["bytes"] == 13)
        #expect(self.inside.text("new/deep/b.json") == "{\n  \"a\": 1\n}\n")
        _ = try await self.steps.run("file", ["action": "write", "path": "sub/a.txt", "folder": "out", "value": "Bye"])
        #expect(self.inside.text("sub/a.txt") == "Bye")
        #expect(try await self.steps.run("file", ["action": "list", "path": "."])["names"] == ["new/", "sub/"])
        #expect(try await self.steps.run("file", ["action": "list", "path": "sub"])["names"] == ["a.txt"])
    }

    @Test(
        "No name leads out of the folder",
        arguments: [
            "../secret.txt", "sub/../../x", "/etc/passwd", "way/secret.txt", "file.txt", "", ".", "sub", "sub/", "./..",
            "way", "sub/a.txt/b", "none.txt", String(repeating: "a/", count: 2_000) + "b",
        ])
    func escapes(path: String) async throws {
        for action in ["read", "list"] where !(action == "list" && ["", ".", "sub", "sub/"].contains(path)) {
            #expect(await self.steps.failure("file", ["action": .string(action), "path": .string(path)]) != nil)
        }
        let hostile: JSONValue = ["action": "write", "path": .string(path), "folder": "out", "value": "x"]
        if path != "none.txt", path != "file.txt", path != "way" {
            #expect(await self.steps.failure("file", hostile) != nil, "\(path)")
        } else {
            // Takes a link's place, and leaves what it led to as it was.
            _ = try await self.steps.run("file", hostile)
            #expect(self.inside.text(path) == "x")
        }
        #expect(self.outside.text("secret.txt") == "secret")
    }

    @Test("Folders must be allowed, and allowed for writing")
    func folders() async throws {
        for (inputs, part) in [
            (["action": "read", "path": "a", "folder": "ou"], "Did you mean 'out'?"),
            (["action": "write", "path": "a", "folder": "in", "value": "x"], "may only be read"),
            (["action": "write", "path": "a", "value": "x"], "Nothing may be written in the pipeline's folder"),
            (["action": "write", "path": "a", "folder": "out"], "lacks what it is to write"),
            (["action": "read", "path": "a", "value": "x"], "does nothing"),
        ] as [(JSONValue, String)] {
            let failure = await self.steps.failure("file", inputs)
            #expect(failure?.contains(part) == true, "\(failure ?? "")")
        }
    }

    @Test("What is no plain text file is refused at once")
    func notPlain() async throws {
        #expect(mkfifo(self.inside.path + "/pipe", 0o600) == 0)
        #expect(
            await self.steps.failure("file", ["action": "read", "path": "pipe"])?.contains("no plain file") == true)
        try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: self.inside.path + "/bytes"))
        #expect(await self.steps.failure("file", ["action": "read", "path": "bytes"])?.contains("UTF-8") == true)
        let large = open(self.inside.path + "/large", O_CREAT | O_WRONLY, 0o600)
        #expect(ftruncate(large, 1 << 30) == 0)
        close(large)
        #expect(await self.steps.failure("file", ["action": "read", "path": "large"])?.contains("larger than") == true)
    }
}
