// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What steps share that work on long texts piece by piece.
enum LongTexts {
    /// The inputs, for a step's definition.
    static let ports = [
        StepPort(
            "chunk_tokens", .integer, "The most tokens of the text that the model sees at once; 1000 if not given."),
        StepPort("concurrency", .integer, "How many pieces are worked on at once, from 1 to 64; 4 if not given."),
    ]

    /// Finds what is wrong with the inputs that are known before running.
    static func check(_ inputs: StaticInputs) -> [StaticInputs.Problem] {
        [
            inputs.problem(with: "chunk_tokens", outside: 64...Int.max),
            inputs.problem(with: "concurrency", outside: 1...64),
        ].compactMap(\.self) + TaskInputs.check(inputs)
    }

    /// The most tokens of a piece.
    static func chunkTokens(_ inputs: StepInputs) -> Int { max(64, inputs["chunk_tokens"]?.integerValue ?? 1_000) }

    /// How many pieces are worked on at once.
    static func concurrency(_ inputs: StepInputs) -> Int { min(max(1, inputs["concurrency"]?.integerValue ?? 4), 64) }

    /// Works on pieces, a few at once.
    ///
    /// - Returns: What became of each, in their order.
    /// - Throws: The first failure; the others are cancelled.
    static func map(
        _ pieces: [String], concurrency: Int, _ work: @escaping @Sendable (String) async throws -> String
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            var results = pieces
            for (index, piece) in pieces.enumerated() {
                if index >= concurrency, let (done, result) = try await group.next() { results[done] = result }
                group.addTask { (index, try await work(piece)) }
            }
            for try await (done, result) in group { results[done] = result }
            return results
        }
    }
}
