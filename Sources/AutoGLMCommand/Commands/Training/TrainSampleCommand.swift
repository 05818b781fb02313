// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import ModelFiles
internal import ModelTraining

/// `autoglm train sample`: dialogues to try training with.
struct TrainSampleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Write dialogues or graphs of a small world, to try training with.",
        discussion: """
            Example:
              autoglm train sample --out sample
              autoglm train intent --data sample --turns 2 --width 64 --epochs 6 --out intents
              autoglm train sample --graphs 2000 --out graphs

            Writes train.jsonl, dev.jsonl and test.jsonl: what users of five services want, whose answers say little \
            without the turns before them; or, with --graphs, graphs of people and towns with texts that say what is in them. \
            The same seed writes the same.
            """)

    @Option(help: "The folder for the files; it is made where it is missing.")
    var out: String

    @Option(help: "How many dialogues to learn from; a fifth as many to choose by, and to judge by.")
    var dialogues = 1000

    @Option(help: "How many graphs with texts to learn from, instead of dialogues.")
    var graphs: Int?

    @Option(help: "What everything random depends on.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (5...1_000_000).contains(self.dialogues) else {
            throw ValidationError("--dialogues is a number from 5 to 1,000,000.")
        }
        if let graphs, !(5...1_000_000).contains(graphs) {
            throw ValidationError("--graphs is a number from 5 to 1,000,000.")
        }
    }

    func run() async throws {
        try FilePath.makeFolders(self.out)
        let all = self.graphs ?? self.dialogues
        for (name, count, seed) in [
            ("train", all, self.seed), ("dev", all / 5, ~self.seed), ("test", all / 5, self.seed ^ 0x5EED),
        ] {
            let lines =
                self.graphs == nil
                ? SampleDialogues.dialogues(count, seed: seed).map(\.line)
                : SampleGraphs.texts(count, seed: seed).map(\.line)
            try ReplacingFile.replace("\(self.out)/\(name).jsonl", with: lines.map { $0 + "\n" }.joined())
            Console.note("\(self.out)/\(name).jsonl: \(count) \(self.graphs == nil ? "dialogues" : "graphs").")
        }
    }
}
