// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import ModelFiles
internal import ModelTraining

/// `autoglm train sample`: dialogues to try training with.
struct TrainSampleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Write dialogues of a small world, to try training with.",
        discussion: """
            Example:
              autoglm train sample --out sample
              autoglm train intent --data sample --turns 2 --width 64 --epochs 6 --out intents

            Writes train.jsonl, dev.jsonl and test.jsonl: what users of five services want, whose answers say little \
            without the turns before them. The same seed writes the same dialogues.
            """)

    @Option(help: "The folder for the files; it is made where it is missing.")
    var out: String

    @Option(help: "How many dialogues to learn from; a fifth as many to choose by, and to judge by.")
    var dialogues = 1000

    @Option(help: "What everything random depends on.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (5...1_000_000).contains(self.dialogues) else {
            throw ValidationError("--dialogues is a number from 5 to 1,000,000.")
        }
    }

    func run() async throws {
        try FilePath.makeFolders(self.out)
        for (name, count, seed) in [
            ("train", self.dialogues, self.seed), ("dev", self.dialogues / 5, ~self.seed),
            ("test", self.dialogues / 5, self.seed ^ 0x5EED),
        ] {
            let lines = SampleDialogues.dialogues(count, seed: seed).map { $0.line + "\n" }.joined()
            try ReplacingFile.replace("\(self.out)/\(name).jsonl", with: lines)
            Console.note("\(self.out)/\(name).jsonl: \(count) dialogues.")
        }
    }
}
