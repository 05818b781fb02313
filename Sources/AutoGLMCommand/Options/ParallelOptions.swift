// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LLMCore
internal import ModelTraining

/// How several processes train together, where there are several.
struct ParallelOptions: ParsableArguments {
    @Option(help: "In how many portions each process reads its part of a step; more need less memory.")
    var accumulate = 1

    @Option(help: "As what gradients travel between processes: f32, or bf16, which is half of it.")
    var gradientType = Choice(GradientType.f32)

    @Option(help: "At how many bytes of gradients a bucket leaves.")
    var bucketBytes = DataParallel.usualBucketBytes

    func validate() throws {
        guard (1...65536).contains(self.accumulate) else {
            throw ValidationError("--accumulate is a number from 1 to 65,536.")
        }
        guard (1...1 << 30).contains(self.bucketBytes) else {
            throw ValidationError("--bucket-bytes is a number from 1 to 1,073,741,824.")
        }
    }

    /// What the environment says of other processes.
    var environment: LaunchEnvironment { LaunchEnvironment(Settings.environment) }

    /// Joins the processes that were started with this one, and leaves them afterwards.
    ///
    /// A process that fails does not wait for the others: its status ends them.
    /// - Throws: `ExitCode` with ``ExitStatus/temporary`` when the others are gone, after saying so.
    func withGroup(_ body: (DataParallel) throws -> Void) throws {
        let group = try self.environment.join()
        let parallel = DataParallel(
            group, portions: self.accumulate, as: self.gradientType.value, bucketBytes: self.bucketBytes)
        do {
            try body(parallel)
        } catch let error as CancellationError {
            group.leave()
            throw error
        } catch let error as TrainingError where error.code == .lostGroup {
            _ = ErrorReport(error, arguments: [], commandName: nil).send()
            throw ExitCode(ExitStatus.temporary)
        }
        group.leave()
    }
}
