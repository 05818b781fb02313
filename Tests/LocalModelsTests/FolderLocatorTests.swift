// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import LocalModels
import Testing

@Suite("Folders and pulled models are found by their names")
struct FolderLocatorTests {
    private static let files = [
        "owner/model/config.json", "owner/model/model.safetensors", "owner/one/m.gguf", "owner/many/a.gguf",
        "owner/many/b.gguf", "owner/many/sub/c.gguf", "owner/none/x.txt", "plain/config.json",
        "plain/model.safetensors",
        "owner/model@v1/config.json", "owner/model@v1/model.safetensors.index.json",
    ]

    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for file in self.files {
            let path = "\(folder.path)/\(file)"
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: path))
        }
        return folder
    }

    @Test(
        "A name leads to a folder or to a file",
        arguments: [
            ("owner/model", "owner/model"), ("owner/model@v1", "owner/model@v1"), ("owner/one", "owner/one/m.gguf"),
            ("owner/many:a.gguf", "owner/many/a.gguf"), ("owner/many:sub/c.gguf", "owner/many/sub/c.gguf"),
            ("plain", "plain"), ("PLAIN", "plain"),
        ])
    func names(name: String, expected: String) throws {
        let folder = try Self.folder()
        let locator = ModelLocator(folder: folder.path)
        #expect(try locator.path(of: name) == "\(folder.path)/\(expected)")
        #expect(try locator.path(of: "\(folder.path)/\(expected)") == "\(folder.path)/\(expected)")
        #expect(locator.installedModels.contains("owner/model") && locator.installedModels.contains("plain"))
    }

    @Test(
        "What leads nowhere says what is there",
        arguments: [
            ("owner/many", "a.gguf, b.gguf"), ("owner/none", "without config.json"), ("owner/else", "autoglm pull"),
            ("owner/many:d.gguf", "no model file"), ("../owner", "autoglm pull"),
            ("owner/many:../one/m.gguf", "lead out"),
        ])
    func unknown(name: String, said: String) throws {
        let folder = try Self.folder()
        let error = #expect(throws: (any Error).self) { try ModelLocator(folder: folder.path).path(of: name) }
        #expect((error as? any CodedError)?.message.contains(said) == true, "\(String(describing: error))")
    }
}
