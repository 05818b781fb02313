// SPDX-License-Identifier: Apache-2.0
import Foundation
import LLMCore
import ModelFiles
import Testing

/// A folder's files by name.
struct FolderCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var files: [String: [UInt8]]
    var code: ModelFileError.Code
    var mention: String

    init(_ what: String, _ code: ModelFileError.Code, _ mention: String, _ files: [String: [UInt8]]) {
        (self.testDescription, self.files, self.code, self.mention) = (what, files, code, mention)
    }
}

/// Lends a folder with some files, which is removed afterwards.
func withFolder<Result>(_ files: [String: [UInt8]], _ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "folder-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, bytes) in files {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
    return try body(folder.path)
}

@Suite("Hugging Face folders")
struct HuggingFaceFolderTests {
    static let config = Array(#"{"model_type":"llama","rms_norm_eps":1e-05}"#.utf8)
    static let first = safetensors(header("F32", "[2]", "[0,8]", name: "a"), data: 8)
    static let second = safetensors(header("F16", "[3,1]", "[0,6]", name: "b"), data: 6)

    /// An index of files by tensor.
    static func index(_ map: [String: String]) -> [UInt8] {
        let members = map.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
        return Array(#"{"metadata":{"total_size":14},"weight_map":{\#(members)}}"#.utf8)
    }

    @Test("one file of weights, with the settings beside it")
    func opensSingleFile() throws {
        let files = [
            "config.json": Self.config, "model.safetensors": Self.first,
            "generation_config.json": Array(#"{"top_k":20}"#.utf8), "1_Pooling/config.json": Array("{}".utf8),
        ]
        try withFolder(files) { path in
            let folder = try HuggingFaceFolder(path: path + "/")
            #expect(folder.path == path)
            #expect(folder.configuration["model_type"] == "llama")
            #expect(folder.generationConfiguration?["top_k"] == 20)
            #expect(folder.tensors.map(\.name) == ["a"])
            #expect(try folder.folder.json("1_Pooling/config.json") == [:])
            #expect(try folder.folder.json("none.json") == nil)
            #expect(try folder.folder.text("none/none.txt") == nil)
        }
    }

    @Test("weights in several files are one source")
    func opensShards() throws {
        let index = Self.index(["a": "x-1.safetensors", "b": "x-2.safetensors"])
        let files = [
            "config.json": Self.config, "x-1.safetensors": Self.first, "x-2.safetensors": Self.second,
            "model.safetensors.index.json": index,
        ]
        try withFolder(files) { path in
            let source: any TensorSource = try HuggingFaceFolder(path: path)
            #expect(source.tensors.map(\.name) == ["a", "b"])
            let tensor = try #require(try source.tensor(named: "b"))
            #expect(tensor.dimensions == [1, 3] && tensor.type == .f16)
            #expect(Array(source.bytes(of: tensor)) == Array(0..<6))
            source.adviseUnneeded(tensor)
            try source.checkIntact()
            #expect(Array(source.bytes(of: tensor)) == Array(0..<6))
            #expect(try source.tensor(named: "c") == nil)
        }
    }

    static let refused: [FolderCase] = [
        FolderCase("nothing in it", .notFound, "no 'config.json'", [:]),
        FolderCase("a GGUF file", .notFound, "To open 'm.gguf'", ["m.gguf": [1]]),
        FolderCase("no weights", .notFound, "neither 'model.safetensors'", ["config.json": config]),
        FolderCase(
            "only pickled weights", .notAModel, "'pytorch_model.bin' is a pickled PyTorch model",
            ["config.json": config, "pytorch_model.bin": [1]]),
        FolderCase(
            "only pickled weights in parts", .notAModel, "'pytorch_model-00001-of-00002.bin'",
            ["config.json": config, "pytorch_model-00001-of-00002.bin": [1], "a.bin": [1]]),
        FolderCase(
            "settings that are a list", .malformed, "must be a JSON object",
            ["config.json": Array("[]".utf8), "model.safetensors": first]),
        FolderCase(
            "settings that are no JSON", .malformed, "config.json: is no valid JSON",
            ["config.json": Array("{".utf8), "model.safetensors": first]),
        FolderCase(
            "empty settings", .truncated, "empty", ["config.json": [], "model.safetensors": first]),
        FolderCase(
            "an index without a map", .malformed, "'weight_map'",
            ["config.json": config, "model.safetensors.index.json": Array("{}".utf8)]),
        FolderCase(
            "a file outside", .malformed, "same folder",
            ["config.json": config, "model.safetensors.index.json": index(["a": "../x.safetensors"])]),
        FolderCase(
            "a file at the root", .malformed, "same folder",
            ["config.json": config, "model.safetensors.index.json": index(["a": "/x.safetensors"])]),
        FolderCase(
            "a pickled part", .malformed, "must be a .safetensors",
            ["config.json": config, "model.safetensors.index.json": index(["a": "x.bin"])]),
        FolderCase(
            "a part that is missing", .notFound, "x.safetensors",
            ["config.json": config, "model.safetensors.index.json": index(["a": "x.safetensors"])]),
        FolderCase(
            "a tensor in another part than the index says", .malformed, "'x.safetensors' should hold tensor 'b'",
            [
                "config.json": config, "x.safetensors": first, "y.safetensors": second,
                "model.safetensors.index.json": index([
                    "a": "x.safetensors", "b": "x.safetensors", "c": "y.safetensors",
                ]),
            ]),
        FolderCase(
            "a tensor in two parts", .malformed, "'a' is in another file",
            [
                "config.json": config, "x.safetensors": first, "y.safetensors": first,
                "model.safetensors.index.json": index(["a": "x.safetensors", "b": "y.safetensors"]),
            ]),
    ]

    @Test("a folder that cannot be opened says why and what to do", arguments: refused)
    func refuses(_ folder: FolderCase) throws {
        try withFolder(folder.files) { path in
            let error = #expect(throws: ModelFileError.self) { try HuggingFaceFolder(path: path) }
            #expect(error?.code == folder.code, "\(error?.message ?? "")")
            #expect(error?.message.contains(folder.mention) == true, "\(error?.message ?? "")")
        }
    }

    @Test(
        "names that lead out of the folder are refused",
        arguments: ["../x", "/x", "a/../../x", ".", "", "a//b", "a\\b", "a\0"])
    func refusesNames(_ name: String) throws {
        try withFolder([:]) { path in
            let folder = try ModelFolder(path: path)
            #expect(throws: ModelFileError.self) { try folder.text(name) }
        }
    }

    @Test("a path that is no folder is refused")
    func refusesPaths() throws {
        try withFolder(["x": [1]]) { path in
            #expect(ModelFolder.exists(at: path))
            #expect(!ModelFolder.exists(at: path + "/x"))
            #expect(throws: ModelFileError.self) { try ModelFolder(path: path + "/none") }
            #expect(throws: ModelFileError.self) { try ModelFolder(path: path + "/x") }
        }
    }
}
