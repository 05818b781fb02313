// SPDX-License-Identifier: Apache-2.0

import Foundation
import KServeProtocol
import LLMCore
import ServingCore
import Synchronization
import Testing

@Suite("The repository of models")
struct RepositoryTests {
    @Test("Who asks a repository that has stopped is told so", .timeLimit(.minutes(5)))
    func stopped() async throws {
        let folder = RepositoryFolder()
        try folder.write("held", Models.identity("dynamic_batching { }"))
        let repository = try await Models.withRepository(folder) { repository in
            try await repository.load("held")
            return repository
        }
        let error = await #expect(throws: ServingError.self) {
            _ = try await repository.infer(try Models.text("held"))
        }
        #expect(error?.code == .unavailable)
    }

    @Test("A model is loaded, asked, and unloaded")
    func life() async throws {
        let folder = RepositoryFolder()
        try folder.write("sums", Models.addSub)
        try await Models.withRepository(folder) { repository in
            await #expect(throws: ServingError.self) { try await repository.infer(try Models.request("sums")) }
            #expect(repository.index(onlyReady: false).map(\.name) == ["sums"])
            try await repository.load("sums")
            let answer = try await repository.infer(try Models.request("sums"))
            #expect(try answer.outputs.map { try $0.values(as: Int32.self) } == [[11, 22], [-9, -18]])
            #expect(answer.version == "1")
            #expect(repository.index(onlyReady: true).map(\.state) == ["READY"])
            try await repository.unload("sums")
            let error = await #expect(throws: ServingError.self) {
                try await repository.infer(try Models.request("sums"))
            }
            #expect(error?.code == .unavailable)
            #expect(repository.index(onlyReady: true).isEmpty)
        }
    }

    @Test(
        "The policy chooses versions",
        arguments: [
            ("", ["7"]), ("version_policy { all { } }", ["1", "3", "7"]),
            ("version_policy { latest { num_versions: 2 } }", ["3", "7"]),
            ("version_policy { specific { versions: [ 1, 9 ] } }", ["1"]),
        ])
    func versions(policy: String, expected: [String]) async throws {
        let folder = RepositoryFolder()
        try folder.write("texts", Models.identity(policy), versions: [1, 3, 7])
        try await Models.withRepository(folder, { $0.control = .none }) { repository in
            try await repository.load("texts")
            #expect(try repository.models(named: "texts").map(\.version) == expected)
            #expect(try await repository.infer(try Models.text("texts")).version == expected.last)
            var request = try Models.text("texts")
            request.version = "9"
            await #expect(throws: ServingError.self) { try await repository.infer(request) }
            request.version = "x"
            await #expect(throws: ServingError.self) { try await repository.infer(request) }
        }
    }

    @Test(
        "A model that is not there is unavailable while those of the start are loaded, and unknown afterwards",
        arguments: [(ModelControl.none, [String](), true), (.explicit, ["*"], true), (.explicit, [], false)])
    func starting(control: ModelControl, loaded: [String], isAwaited: Bool) async throws {
        let folder = RepositoryFolder()
        try folder.write("texts", Models.identity())
        var options = ModelRepository.Options()
        (options.folders, options.control, options.loadedAtStart) = ([folder.path], control, loaded)
        let before = ModelRepository(options, logger: Models.logger)
        let error = #expect(throws: ServingError.self) { try before.model(named: "texts") }
        #expect(error?.code == (isAwaited ? .unavailable : .notFound) && before.isStarting == isAwaited)
        let unload = await #expect(throws: ServingError.self) { try await before.unload("texts") }
        #expect(unload?.code == error?.code)
        try await Models.withRepository(folder, { $0 = options }) { repository in
            while !repository.isReady { await Task.yield() }
            let unknown = #expect(throws: ServingError.self) { try repository.model(named: "nothing") }
            #expect(unknown?.code == .notFound && !repository.isStarting)
        }
    }

    @Test("Loading a model anew drops no request")
    func reload() async throws {
        let folder = RepositoryFolder()
        try folder.write("texts", Models.identity("dynamic_batching { max_queue_delay_microseconds: 200 }"))
        try await Models.withRepository(folder) { repository in
            try await repository.load("texts")
            let progress = Progress()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<16 {
                    group.addTask {
                        var count = 0
                        while !progress.isOver.load(ordering: .relaxed) || count == 0 {
                            let text = "\(client)-\(count)"
                            let answer = try await repository.infer(try Models.text("texts", text))
                            #expect(try answer.outputs.first?.strings() == [text])
                            count += 1
                            progress.answered.add(1, ordering: .relaxed)
                        }
                    }
                }
                for version in 1...40 {
                    var parameters = LoadParameters()
                    parameters.configuration =
                        #"{"backend":"identity","max_batch_size":\#(version),"dynamic_batching":{},"input":[{"name":"INPUT0","data_type":"TYPE_STRING","dims":[-1]}],"output":[{"name":"OUTPUT0","data_type":"TYPE_STRING","dims":[-1]}]}"#
                    try await repository.load("texts", parameters)
                    let before = progress.answered.load(ordering: .relaxed)
                    while progress.answered.load(ordering: .relaxed) < before + 16 { await Task.yield() }
                }
                progress.isOver.store(true, ordering: .relaxed)
                try await group.waitForAll()
            }
            #expect(try repository.model(named: "texts").configuration.maximumBatchSize == 40)
            #expect(progress.answered.load(ordering: .relaxed) >= 640)
        }
    }

    @Test("A model that cannot be loaded leaves what there is, and says why")
    func failure() async throws {
        let folder = RepositoryFolder()
        try folder.write("sums", Models.addSub)
        try folder.write("broken", "backend: \"add_sbu\"")
        try await Models.withRepository(folder) { repository in
            try await repository.load("sums")
            var parameters = LoadParameters()
            parameters.configuration = #"{"backend":"add_sub","max_batch_size":-4}"#
            await #expect(throws: ServingError.self) { try await repository.load("sums", parameters) }
            #expect(try await repository.infer(try Models.request("sums")).outputs.count == 2)
            let error = await #expect(throws: ServingError.self) { try await repository.load("broken") }
            #expect(error?.message.contains("add_sub") == true)
            let line = repository.index(onlyReady: false).first { $0.name == "broken" }
            #expect(line?.state == "UNAVAILABLE")
            #expect(line?.reason == error?.message)
            for name in ["nothing", "../sums", "", "."] {
                await #expect(throws: ServingError.self) { try await repository.load(name) }
            }
            #expect(repository.index(onlyReady: false).count == 2)
        }
    }

    @Test("Files come with a request, and only where they may")
    func files() async throws {
        let folder = RepositoryFolder()
        try folder.write("other", Models.addSub)
        try await Models.withRepository(folder) { repository in
            var parameters = LoadParameters()
            parameters.files = ["3/model.bin": [1, 2, 3]]
            await #expect(throws: ServingError.self) { try await repository.load("sent", parameters) }
            parameters.configuration =
                #"{"backend":"identity","input":[{"name":"INPUT0","data_type":"TYPE_FP32","dims":[1]}],"output":[{"name":"OUTPUT0","data_type":"TYPE_FP32","dims":[1]}]}"#
            try await repository.load("sent", parameters)
            #expect(try repository.model(named: "sent").version == "3")
            for path in ["../3/x", "3/../x", "3", "x/model", "3/a/b", "3/"] {
                parameters.files = [path: [1]]
                await #expect(throws: ServingError.self) { try await repository.load("sent", parameters) }
            }
        }
    }

    @Test("Polling loads what is new, and ends what is gone")
    func polling() async throws {
        let folder = RepositoryFolder()
        try folder.write("first", Models.addSub)
        let path = folder.path
        try await Models.withRepository(folder) { repository in
            await repository.poll()
            #expect(repository.index(onlyReady: true).map(\.name) == ["first"])
            let model = try repository.model(named: "first")
            await repository.poll()
            #expect(try repository.model(named: "first") === model)
            try FileManager.default.createDirectory(atPath: "\(path)/first/2", withIntermediateDirectories: true)
            await repository.poll()
            #expect(try repository.model(named: "first").version == "2")
            try FileManager.default.moveItem(atPath: "\(path)/first", toPath: "\(path)/second")
            await repository.poll()
            #expect(repository.index(onlyReady: true).map(\.name) == ["second"])
        }
    }

    @Test("Warm-ups run before a model serves, and fail it")
    func warmUp() async throws {
        let folder = RepositoryFolder()
        let warmUp = { (dims: String) in
            "model_warmup { name: \"w\" batch_size: 1 inputs { key: \"INPUT0\" value { data_type: TYPE_STRING dims: [ \(dims) ] zero_data: true } } }"
        }
        try folder.write("good", Models.identity(warmUp("1")))
        try folder.write("bad", Models.identity(warmUp("-1")))
        try folder.write("huge", Models.identity(warmUp("4611686018427387904, 4")))
        try await Models.withRepository(folder) { repository in
            try await repository.load("good")
            await #expect(throws: ServingError.self) { try await repository.load("bad") }
            await #expect(throws: ServingError.self) { try await repository.load("huge") }
        }
    }

    @Test("An ensemble is made of others")
    func ensemble() async throws {
        let folder = RepositoryFolder()
        try folder.write("sums", Models.addSub)
        let ensemble = { (last: String) in
            """
            platform: "ensemble" max_batch_size: 8
            input [ { name: "A" data_type: TYPE_INT32 dims: [ 2 ] }, { name: "B" data_type: TYPE_INT32 dims: [ 2 ] } ]
            output { name: "C" data_type: TYPE_INT32 dims: [ 2 ] }
            ensemble_scheduling { step [
              { model_name: "sums" input_map { key: "INPUT0" value: "sum" } input_map { key: "INPUT1" value: "difference" } output_map { key: "OUTPUT0" value: "\(last)" } },
              { model_name: "sums" input_map { key: "INPUT0" value: "A" } input_map { key: "INPUT1" value: "B" } output_map { key: "OUTPUT0" value: "sum" } output_map { key: "OUTPUT1" value: "difference" } }
            ] }
            """
        }
        try folder.write("twice", ensemble("C"))
        try folder.write("open", ensemble("D"))
        try await Models.withRepository(folder) { repository in
            // What it is made of is loaded with it.
            try await repository.load("twice")
            #expect(repository.index(onlyReady: true).map(\.name) == ["sums", "twice"])
            var request = try Models.request("twice")
            request.inputs = [
                try KServeTensor("A", shape: [1, 2], values: [1, 2] as [Int32]),
                try KServeTensor("B", shape: [1, 2], values: [10, 20] as [Int32]),
            ]
            // (a + b) + (a - b)
            #expect(try await repository.infer(request).outputs.first?.values(as: Int32.self) == [2, 4])
            await #expect(throws: ServingError.self) { try await repository.load("open") }
        }
    }

    @Test("Ensembles wait for what they are made of, and one that is made of itself is refused")
    func ensembleOrder() async throws {
        let ensemble = { (step: String) in
            """
            platform: "ensemble" max_batch_size: 8
            input { name: "INPUT0" data_type: TYPE_STRING dims: [ -1 ] }
            output { name: "OUTPUT0" data_type: TYPE_STRING dims: [ -1 ] }
            ensemble_scheduling { step { model_name: "\(step)"
              input_map { key: "INPUT0" value: "INPUT0" } output_map { key: "OUTPUT0" value: "OUTPUT0" } } }
            """
        }
        let folder = RepositoryFolder()
        try folder.write("first", ensemble("second"))
        try folder.write("second", ensemble("texts"))
        try folder.write("ring", ensemble("chain"))
        try folder.write("chain", ensemble("ring"))
        try await Models.withRepository(folder) { repository in
            await repository.poll()
            #expect(repository.index(onlyReady: true).isEmpty)
            let states = repository.index(onlyReady: false).map(\.state)
            #expect(states == ["UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE"])
            try folder.write("texts", Models.identity())
            await repository.poll()
            #expect(repository.index(onlyReady: true).map(\.name).sorted() == ["first", "second", "texts"])
            #expect(try await repository.infer(try Models.text("first")).outputs.first?.strings() == ["hello"])
            for name in ["ring", "chain"] {
                let error = await #expect(throws: ServingError.self) { try await repository.load(name) }
                #expect(error?.message.contains("made of itself") == true)
            }
        }
    }
}

/// How far clients are that ask while a model is loaded anew.
private final class Progress: Sendable {
    let isOver = Atomic(false)
    let answered = Atomic(0)
}
