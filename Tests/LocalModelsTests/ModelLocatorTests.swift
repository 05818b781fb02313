// SPDX-License-Identifier: Apache-2.0

import Foundation
import LLMCore
import LocalModels
import Testing

@Suite("A model is found by its name")
struct ModelLocatorTests {
    private static let files = ["SmolLM2-135M-Instruct.Q4_1.gguf", "Tiny.Q8_0.gguf", ".hidden.gguf", "notes.txt"]

    @Test(
        "A name leads to a file in the folder",
        arguments: [
            ("smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"), ("SmolLM2", "SmolLM2-135M-Instruct.Q4_1.gguf"),
            ("SmolLM2-135M-Instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"),
            ("smollm2-135m-instruct.q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf"),
            ("SmolLM2-135M-Instruct.Q4_1.gguf", "SmolLM2-135M-Instruct.Q4_1.gguf"),
            ("Tiny.Q8_0", "Tiny.Q8_0.gguf"), ("tiny.q8_0.GGUF", "Tiny.Q8_0.gguf"),
        ])
    func names(name: String, file: String) throws {
        let folder = try TemporaryFolder(files: Self.files)
        #expect(try ModelLocator(folder: folder.path).path(of: name) == "\(folder.path)/\(file)")
    }

    @Test("A path is taken as it is, whatever the file is called")
    func paths() throws {
        let folder = try TemporaryFolder(files: Self.files)
        let path = "\(folder.path)/notes.txt"
        #expect(try ModelLocator(folder: "nowhere").path(of: path) == path)
    }

    @Test(
        "An unknown name is an error that names the nearest one",
        arguments: [
            ("smolm2", "Did you mean 'smollm2'?"), ("tiny.q8", "Did you mean 'Tiny.Q8_0'?"),
            ("gpt-oss-120b", "Known: "), ("", "There is no model ''."),
        ])
    func unknownNames(name: String, said: String) throws {
        let folder = try TemporaryFolder(files: Self.files)
        let error = try #require(throws: LLMError.self) { try ModelLocator(folder: folder.path).path(of: name) }
        #expect(error.code == .unknownModel)
        #expect(error.message.contains(said))
        #expect(error.message.contains(folder.path))
    }

    @Test("A path that leads nowhere is an error that names the nearest file beside it")
    func unknownPaths() throws {
        let folder = try TemporaryFolder(files: Self.files)
        let locator = ModelLocator(folder: folder.path)
        let error = try #require(throws: LLMError.self) { try locator.path(of: "\(folder.path)/Tiny.Q4_0.gguf") }
        #expect(error.message.contains("Did you mean 'Tiny.Q8_0.gguf'?"))
        let isFolder = try #require(throws: LLMError.self) { try locator.path(of: "\(folder.path)/") }
        #expect(isFolder.message.contains("is a folder"))
    }

    @Test("Where the default model is missing, the error says how to fetch it")
    func missingDefaultModel() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: LLMError.self) { try ModelLocator(folder: folder.path).path(of: "smollm2") }
        #expect(error.code == .unknownModel)
        #expect(error.message.contains("make setup"))
    }

    @Test(
        "The folder is the user's cache",
        arguments: [
            (["XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/autoglm/models"),
            (["XDG_CACHE_HOME": "", "HOME": "/h"], "/h/.cache/autoglm/models"),
            (["HOME": "/h"], "/h/.cache/autoglm/models"),
        ])
    func folder(environment: [String: String], expected: String) {
        #expect(ModelLocator(environment: environment).folder == expected)
    }

    @Test("The models that are there are listed without what is no model")
    func installed() throws {
        let folder = try TemporaryFolder(files: Self.files)
        #expect(
            ModelLocator(folder: folder.path).installedModels == ["SmolLM2-135M-Instruct.Q4_1", "Tiny.Q8_0"])
    }
}

@Suite("A device is where a model computes")
struct DeviceTests {
    @Test("The local engine refuses GPUs and names the backends that have them", arguments: ["cuda", "gpu", "MPS"])
    func gpus(name: String) throws {
        let device = try Device(named: name)
        let error = try #require(throws: LLMError.self) { try LocalModel("smollm2", device: device) }
        #expect(error.code == .unsupported)
        for backend in ["vLLM", "TGI", "Triton"] { #expect(error.message.contains(backend)) }
    }

    @Test("An unknown device is an error that names the nearest one")
    func unknown() throws {
        let error = try #require(throws: LLMError.self) { try Device(named: "cdua") }
        #expect(error.message.contains("Did you mean 'cuda'?"))
        #expect(try Device(named: "CPU") == .cpu)
    }
}
