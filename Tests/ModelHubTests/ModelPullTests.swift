// SPDX-License-Identifier: Apache-2.0
import Foundation
import LLMCore
import ModelHub
import Synchronization
import Testing

@Suite("Models are pulled from hubs")
struct ModelPullTests {
    static let weights = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    static let files: [String: [UInt8]] = [
        "config.json": Array("{}".utf8), "model.safetensors": weights, "tokenizer.json": Array(#"{"a":1}"#.utf8),
        "1_Pooling/config.json": Array("{ }".utf8), "pytorch_model.bin": [1], "onnx/model.onnx": [1],
        ".gitattributes": [1],
        "empty.txt": [], "model.Q4_0.gguf": Array(weights.reversed()),
    ]
    static let wanted = ["1_Pooling/config.json", "config.json", "empty.txt", "model.safetensors", "tokenizer.json"]

    /// Lends a folder that is removed afterwards.
    private static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let path = NSTemporaryDirectory() + "pull-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    /// Pulls from a hub without waiting between tries.
    private static func pull(
        _ hub: SmallHub, _ what: String = SmallHub.name, into folder: String, environment: [String: String] = [:]
    ) async throws -> [ModelPull.File] {
        var settings = try HubSettings(environment: hub.environment(environment))
        settings.waits = [.zero, .zero, .zero]
        return try await ModelPull(try HubRepository(what), into: folder, settings: settings).run()
    }

    private static func bytes(_ path: String) -> [UInt8]? {
        (try? Data(contentsOf: URL(filePath: path))).map { Array($0) }
    }

    @Test("what a model needs is fetched once, and no more")
    func pullsModel() async throws {
        try await Self.withFolder { folder in
            let hub = try SmallHub(Self.files)
            let files = try await Self.pull(hub, into: folder)
            #expect(files.map(\.path) == Self.wanted)
            #expect(files.allSatisfy { $0.state == .downloaded })
            for name in Self.wanted {
                #expect(Self.bytes("\(folder)/owner/model/\(name)") == Self.files[name], "\(name)")
            }
            #expect(files.first { $0.path == "model.safetensors" }?.hash == SmallHub.hash(Self.weights))
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/owner/model/pytorch_model.bin"))
            let before = hub.server?.requests.count { $0.method == "GET" && $0.path.contains("/resolve/") }
            let again = try await Self.pull(hub, into: folder)
            #expect(again.allSatisfy { $0.state == .present })
            #expect(hub.server?.requests.count { $0.method == "GET" && $0.path.contains("/resolve/") } == before)
            let offline = try await Self.pull(hub, into: folder, environment: ["HF_HUB_OFFLINE": "1"])
            #expect(offline.map(\.path) == Self.wanted)
        }
    }

    @Test("a file is fetched alone")
    func pullsFile() async throws {
        try await Self.withFolder { folder in
            let files = try await Self.pull(try SmallHub(Self.files), "owner/model:model.Q4_0.gguf", into: folder)
            #expect(files.map(\.path) == ["model.Q4_0.gguf"])
            #expect(Self.bytes("\(folder)/owner/model/model.Q4_0.gguf") == Self.files["model.Q4_0.gguf"])
        }
    }

    static let passing: [SmallHub.Fault] = [
        .cut(at: 30_000, times: 2), .cut(at: 1, times: 7), .cut(at: 0, times: 3), .status(503, times: 2),
        .status(429, times: 3),
        .status(500, times: 1), .ignoresRange, .lacksTree, .hidesSizes, .wantsToken("secret-token"),
    ]

    @Test("what goes wrong for a while is tried again", arguments: passing)
    func recovers(_ fault: SmallHub.Fault) async throws {
        try await Self.withFolder { folder in
            let hub = try SmallHub(Self.files, fault: fault)
            let files = try await Self.pull(hub, into: folder, environment: ["HF_TOKEN": "secret-token"])
            #expect(files.map(\.path) == Self.wanted)
            #expect(Self.bytes("\(folder)/owner/model/model.safetensors") == Self.weights)
        }
    }

    @Test(
        "what broke off is kept, and continued from there",
        arguments: [nil, .ignoresRange, .refusesRange] as [SmallHub.Fault?])
    func resumes(_ fault: SmallHub.Fault?) async throws {
        try await Self.withFolder { folder in
            let name = "owner/model:model.safetensors"
            let parts = "\(folder)/owner/model/.pull"
            try FileManager.default.createDirectory(atPath: parts, withIntermediateDirectories: true)
            let part = "\(parts)/model.safetensors_\(SmallHub.hash(Self.weights)).part"
            try Data(Self.weights[..<40_000]).write(to: URL(filePath: part))
            let hub = try SmallHub(Self.files, fault: fault)
            let files = try await Self.pull(hub, name, into: folder)
            #expect(files.map(\.state) == [.resumed])
            #expect(Self.bytes("\(folder)/owner/model/model.safetensors") == Self.weights)
            #expect(hub.server?.requests.contains { $0.headers["range"] == "bytes=40000-" } == true)
        }
    }

    static let failing: [(fault: SmallHub.Fault, code: HubError.Code, mention: String)] = [
        (.changes, .damaged, "SHA-256"), (.adds, .damaged, "more than its 100000 bytes"),
        (.status(403, times: 9), .unauthorized, "HF_TOKEN"), (.status(404, times: 9), .notFound, "404"),
        (.status(503, times: 99), .unreachable, "503"), (.status(418, times: 9), .badAnswer, "418"),
        (.wantsToken("other"), .unauthorized, "set HF_TOKEN"), (.cut(at: 0, times: 99), .unreachable, "127.0.0.1"),
    ]

    @Test("what does not pass is an error that says what to do, and leaves no file", arguments: failing.indices)
    func fails(_ index: Int) async throws {
        let (fault, code, mention) = Self.failing[index]
        try await Self.withFolder { folder in
            let hub = try SmallHub(Self.files, fault: fault)
            let error = await #expect(throws: HubError.self, "\(fault)") {
                try await Self.pull(hub, "owner/model:model.safetensors", into: folder)
            }
            #expect(error?.code == code, "\(fault): \(error?.message ?? "")")
            #expect(error?.message.contains(mention) == true, "\(fault): \(error?.message ?? "")")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/owner/model/model.safetensors"))
        }
    }

    @Test("a wrong part is refused")
    func refusesWrongPart() async throws {
        try await Self.withFolder { folder in
            let hub = try SmallHub(["model.safetensors": Self.weights], fault: .cut(at: 10, times: 1))
            _ = try await Self.pull(hub, into: folder)
            try FileManager.default.removeItem(atPath: "\(folder)/owner/model/model.safetensors")
            let name = "model.safetensors_\(SmallHub.hash(Self.weights)).part"
            try Data(Self.weights[..<9]).write(to: URL(filePath: "\(folder)/owner/model/.pull/\(name)"))
            let error = await #expect(throws: HubError.self) {
                try await Self.pull(try SmallHub(["model.safetensors": Self.weights], fault: .wrongRange), into: folder)
            }
            #expect(error?.code == .badAnswer)
        }
    }

    @Test("the token goes to the hub, and not to the server that the hub names")
    func keepsToken() async throws {
        try await Self.withFolder { folder in
            let other = try SmallHub(Self.files)
            let hub = try SmallHub(Self.files, fault: .redirects(try #require(other.server?.address)))
            _ = try await Self.pull(
                hub, "owner/model:model.safetensors", into: folder, environment: ["HF_TOKEN": "secret-token"])
            #expect(Self.bytes("\(folder)/owner/model/model.safetensors") == Self.weights)
            #expect(hub.server?.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret-token" } == true)
            let seen = try #require(other.server?.requests)
            #expect(!seen.isEmpty && seen.allSatisfy { $0.headers["authorization"] == nil })
        }
    }

    @Test(
        "files that would leave the folder are refused",
        arguments: ["../x.json", "/x.json", "a/../../x.json", "a//x.json"])
    func refusesNames(_ name: String) async throws {
        try await Self.withFolder { folder in
            let hub = try SmallHub(["model.safetensors": [1], name: [2]])
            let error = await #expect(throws: HubError.self) { try await Self.pull(hub, into: folder) }
            #expect(error?.code == .badAnswer)
            #expect(error?.message.contains("outside") == true)
        }
    }

    static let nothing: [(files: [String], mention: String)] = [
        (["a.Q4.gguf", "b.gguf"], "name one, such as owner/model:a.Q4.gguf"),
        (["pytorch_model.bin", "config.json"], "pickled"), (["README.md"], "no safetensors"),
    ]

    @Test("a repository without a model says what it has", arguments: nothing.indices)
    func refusesRepository(_ index: Int) async throws {
        let (files, mention) = Self.nothing[index]
        try await Self.withFolder { folder in
            let hub = try SmallHub(Dictionary(uniqueKeysWithValues: files.map { ($0, [1]) }))
            let error = await #expect(throws: HubError.self) { try await Self.pull(hub, into: folder) }
            #expect(error?.code == .nothingToPull)
            #expect(error?.message.contains(mention) == true, "\(error?.message ?? "")")
        }
    }

    @Test(
        "names that are none are refused",
        arguments: ["x", "a/b/c", "../b", "a/..", "a/b:../c", "a/b:", "a b/c", "a/.b", "/a"])
    func refusesRepositories(_ name: String) {
        #expect(throws: HubError.self) { try HubRepository(name) }
    }

    @Test("revisions are named, and hubs are addresses")
    func readsSettings() throws {
        #expect(try HubRepository("a/b").folder == "a/b")
        #expect(try HubRepository("a/b", revision: "refs/pr/1").folder == "a/b@refs--pr--1")
        #expect(throws: HubError.self) { try HubRepository("a/b", revision: "../x") }
        for address in ["ftp://x", "hub", "http://user@x", "https://x/?q"] {
            #expect(throws: HubError.self, "\(address)") { try HubSettings(environment: ["HF_ENDPOINT": address]) }
        }
    }

    @Test("offline without the files is an error")
    func refusesOffline() async throws {
        try await Self.withFolder { folder in
            let hub = try SmallHub(Self.files)
            let error = await #expect(throws: HubError.self) {
                try await Self.pull(hub, into: folder, environment: ["HF_HUB_OFFLINE": "1"])
            }
            #expect(error?.code == .offline)
            #expect(hub.server?.requests.isEmpty == true)
        }
    }

    @Test("cancelling keeps what came")
    func keepsPartial() async throws {
        try await Self.withFolder { folder in
            let hub = try SmallHub(Self.files)
            let settings = try HubSettings(environment: hub.environment())
            let task = Mutex<Task<Void, any Error>?>(nil)
            let started = Task {
                let repository = try HubRepository("owner/model:model.safetensors")
                _ = try await ModelPull(repository, into: folder, settings: settings) { _ in
                    withUnsafeCurrentTask { _ in task.withLock { $0?.cancel() } }
                }.run()
            }
            task.withLock { $0 = started }
            _ = await started.result
            // Either the end came first, or the part is there.
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/owner/model/.pull")
            let isWhole = FileManager.default.fileExists(atPath: "\(folder)/owner/model/model.safetensors")
            #expect(isWhole || names.contains { $0.hasSuffix(".part") })
        }
    }
}
