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
    /// - Parameter receive: Receives what became of each, in their order, as soon as those before it are done.
    /// - Returns: What became of each, in their order.
    /// - Throws: The first failure; the others are cancelled.
    static func map(
        _ pieces: [String], concurrency: Int, _ work: @escaping @Sendable (String) async throws -> String,
        receive: (String) async throws -> Void = { _ in }
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            var results = [String?](repeating: nil, count: pieces.count)
            var begun = 0
            var given = 0
            while given < pieces.count {
                while begun < pieces.count, begun - given < concurrency {
                    let (index, piece) = (begun, pieces[begun])
                    group.addTask { (index, try await work(piece)) }
                    begun += 1
                }
                if let result = results[given] {
                    try await receive(result)
                    given += 1
                } else if let (index, result) = try await group.next() {
                    results[index] = result
                }
            }
            return results.compactMap(\.self)
        }
    }
}
