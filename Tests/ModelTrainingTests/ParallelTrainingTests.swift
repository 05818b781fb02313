// SPDX-License-Identifier: Apache-2.0

import DifferentiableTensors
import LLMCore
import ModelTraining
import OrderedCollections
import TaskModels
import Testing

@Suite("Training by several processes")
struct ParallelTrainingTests {
    /// The losses of a training that is made by so many processes.
    private func losses(
        _ processes: Int, portions: Int = 1, as type: GradientType = .f32, bucketBytes: Int = 4096,
        _ settings: IntentTrainingSettings = TinyDialogues.settings(), resume: String? = nil
    ) throws -> [[Double]] {
        try InProcessGroup.run(processes) { group in
            try ComputePool.$current.withValue(ComputePool(threads: 1)) {
                let parallel = DataParallel(group, portions: portions, as: type, bucketBytes: bucketBytes)
                var trainer = try TinyDialogues.trainer(settings, parallel)
                if let resume, group.isLeader { try trainer.resume(from: resume) }
                try trainer.synchronize()
                while !trainer.isDone { try trainer.advance(for: .seconds(60)) { _ in } }
                if processes > 1 { #expect(trainer.report(data: "")["parallel"]?["exchange"]?["steps"] != nil) }
                return trainer.history.epochs.flatMap { [$0.loss, $0.developmentLoss, $0.accuracy] }
            }
        }
    }

    private func check(_ losses: [[Double]], _ others: [[Double]], within bound: Double) {
        for (index, all) in losses.enumerated() {
            #expect(all == losses[0], "process \(index)")
            #expect(all.count == others[0].count)
            for (one, other) in zip(all, others[0]) {
                #expect(abs(one - other) <= bound * abs(other), "\(one) \(other)")
            }
        }
    }

    @Test(
        "However many they are, and in however many portions they read, they learn what one learns",
        arguments: [(8, 0), (3, 0), (8, 64)])
    func sameLosses(batch: Int, ngrams: Int) throws {
        var settings = TinyDialogues.settings(ngrams: ngrams)
        (settings.batch, settings.rate, settings.epochs) = (batch, 3e-3, 2)
        let one = try self.losses(1, settings)
        for (processes, portions) in [(2, 1), (4, 1), (1, 3), (2, 2)] {
            try self.check(self.losses(processes, portions: portions, settings), one, within: 1e-5)
        }
        try self.check(self.losses(2, bucketBytes: 1, settings), one, within: 1e-5)
        try self.check(self.losses(2, as: .bf16, settings), one, within: 0.05)
    }

    @Test("Two processes come to what one comes to in two portions, to the last bit")
    func sameBits() throws {
        let (two, one) = try (self.losses(2), self.losses(1, portions: 2))
        // Each epoch's loss, its loss on the development part and its accuracy; the development part is read otherwise.
        for epoch in stride(from: 0, to: two[0].count, by: 3) { #expect(two[0][epoch] == one[0][epoch]) }
    }

    @Test("Followers of a teacher share what it says")
    func teacher() throws {
        let teacher = try TinyDialogues.trainer().best
        var settings = TinyDialogues.settings()
        (settings.distillation, settings.epochs, settings.rate) = (Distillation(), 1, 3e-3)
        let all = try [1, 2].map { [settings] size in
            try InProcessGroup.run(size) { group in
                let answers = try TeacherAnswers(by: teacher, of: TinyDialogues.make(60), in: group)
                var trainer = try IntentTrainer(
                    settings, training: TinyDialogues.make(60), development: TinyDialogues.make(20, seed: 2),
                    answers: answers, parallel: DataParallel(group))
                try trainer.advance(for: .seconds(60)) { _ in }
                return trainer.history.epochs.map(\.loss)
            }
        }
        self.check(all[1], all[0], within: 1e-5)
    }

    @Test("A checkpoint of one process is gone on from by three")
    func resume() throws {
        try TinyDialogues.withFolder { folder in
            var settings = TinyDialogues.settings()
            (settings.rate, settings.epochs) = (3e-3, 3)
            let one = try self.losses(1, settings)
            var trainer = try TinyDialogues.trainer(settings)
            for _ in 0..<20 { try trainer.advance(for: .zero) { _ in } }
            try trainer.writeCheckpoint(to: "\(folder)/a")
            try self.check(self.losses(3, settings, resume: "\(folder)/a"), one, within: 1e-5)
        }
    }

    @Test("A process that reads other data ends all, and each says which one it was")
    func otherData() throws {
        let messages = try InProcessGroup.run(3) { group in
            var trainer = try IntentTrainer(
                TinyDialogues.settings(), training: TinyDialogues.make(60, seed: group.rank == 2 ? 9 : 1),
                development: TinyDialogues.make(20, seed: 2), parallel: DataParallel(group))
            let error = #expect(throws: TrainingError.self) { try trainer.synchronize() }
            #expect(error?.code == .otherTraining)
            return error?.message ?? ""
        }
        #expect(messages.allSatisfy { $0.contains("Process 2 reads") }, "\(messages)")
    }

    @Test("What the environment says is understood, and what cannot be joined is an error")
    func environment() throws {
        #expect(LaunchEnvironment([:]).size == 1 && LaunchEnvironment(["WORLD_SIZE": "x"]).size == 1)
        let torchrun = LaunchEnvironment(["RANK": "3", "WORLD_SIZE": "8", "LOCAL_WORLD_SIZE": "4"])
        #expect((torchrun.rank, torchrun.size, torchrun.localSize) == (3, 8, 4))
        let mpi = LaunchEnvironment([
            "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_SIZE": "2", "RANK": "0",
        ])
        #expect((mpi.rank, mpi.size, mpi.localSize) == (1, 2, 2))
        #expect(try LaunchEnvironment([:]).join().size == 1)
        let error = #expect(throws: TrainingError.self) { try mpi.join("libnothing.so") }
        #expect(error?.code == .noGroup && error?.message.contains("openmpi-bin") == true)
    }
}

@Suite("Training from graphs by several processes")
struct ParallelGraphTrainingTests {
    /// The losses of a training that is made by so many processes, with some numbers dropped.
    private func losses(
        _ processes: Int, portions: Int = 1, _ channel: GraphModelSettings.Channel
    ) throws -> [[Double]] {
        try InProcessGroup.run(processes) { group in
            try ComputePool.$current.withValue(ComputePool(threads: 1)) {
                var settings = TinyGraphs.settings(channel)
                (settings.dropout, settings.epochs, settings.rate) = (0.1, 2, 2e-3)
                var trainer = try GraphTrainer(
                    settings, training: SampleGraphs.texts(40, seed: 1), development: SampleGraphs.texts(9, seed: 2),
                    parallel: DataParallel(group, portions: portions, bucketBytes: 4096))
                try trainer.synchronize()
                while !trainer.isDone { try trainer.advance(for: .seconds(60)) { _ in } }
                return trainer.history.epochs.flatMap { [$0.loss, $0.developmentLoss] }
            }
        }
    }

    @Test(
        "However many they are, and in however many portions they read, they learn what one learns",
        arguments: GraphModelSettings.Channel.allCases)
    func sameLosses(channel: GraphModelSettings.Channel) throws {
        let one = try self.losses(1, channel)[0]
        for (processes, portions) in [(2, 1), (1, 3), (3, 2)] {
            for all in try self.losses(processes, portions: portions, channel) {
                #expect(all.count == one.count)
                for (own, other) in zip(all, one) { #expect(abs(own - other) <= 1e-5 * other, "\(own) \(other)") }
            }
        }
    }
}
