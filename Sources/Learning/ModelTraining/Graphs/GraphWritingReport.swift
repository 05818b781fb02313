// SPDX-License-Identifier: Apache-2.0

internal import DifferentiableTensors
package import LLMCore
package import OrderedCollections
package import TaskModels

/// How faithful the texts are that a model writes: which of the graph's entities they name, and which others.
package struct GraphWritingReport: Sendable {
    /// A text that was written, beside those that people wrote.
    package struct Entry: Sendable {
        /// What the model wrote.
        package let text: WrittenText
        /// What people wrote.
        package let references: [String]
        /// How many of the entities that people name are named, and of how many.
        package let recalled: Int, entities: Int
        /// The names in the text that are neither in the input nor in what people wrote.
        package let invented: [[String]]

        init(_ text: GraphText, by model: GraphLanguageModel, _ writing: GraphWriting) throws {
            let input = model.pieces(text.input)
            self.text = try writing.write(input, by: model)
            self.references = text.texts
            let keys = text.input.nodes.map(EntityName.key)
            let named = text.texts.map { EntityName.entities(keys, in: $0) }.reduce(into: Set()) { $0.formUnion($1) }
            self.entities = named.count
            self.recalled = named.intersection(EntityName.entities(keys, in: self.text.text)).count
            let allowed = model.allowedNames(input) + keys + text.texts.flatMap { model.names.others(in: $0, than: []) }
            self.invented = model.names.others(in: self.text.text, than: allowed)
        }
    }

    /// The texts, in the order of their graphs.
    package private(set) var entries: [Entry] = []

    /// Lets a model write.
    ///
    /// - Parameters:
    ///   - texts: What to write about, and what people wrote.
    ///   - writing: How.
    ///   - threads: How many texts are written at a time.
    ///   - onProgress: Is told how many of how many texts were written.
    /// - Throws: `CancellationError` when the task is cancelled.
    package init(
        _ texts: [GraphText], by model: GraphLanguageModel, _ writing: GraphWriting, threads: Int,
        _ onProgress: (_ done: Int, _ all: Int) -> Void
    ) async throws {
        self.entries = try await withThrowingTaskGroup(of: (Int, Entry).self) { group in
            var (entries, next) = ([Int: Entry](), 0)
            func start() {
                guard next < texts.count else { return }
                let index = next
                next += 1
                group.addTask { @concurrent in
                    try ComputePool.$current.withValue(ComputePool(threads: 1)) {
                        (index, try Entry(texts[index], by: model, writing))
                    }
                }
            }
            for _ in 0..<max(1, threads) { start() }
            for try await (index, entry) in group {
                entries[index] = entry
                onProgress(entries.count, texts.count)
                start()
            }
            return texts.indices.compactMap { entries[$0] }
        }
    }

    /// The share of the entities named by people that are named.
    package var entityRecall: Double {
        Double(self.entries.reduce(0) { $0 + $1.recalled })
            / Double(max(1, self.entries.reduce(0) { $0 + $1.entities }))
    }

    /// How many names a text has that are nowhere in the input nor in what people wrote.
    package var inventedEach: Double {
        Double(self.entries.reduce(0) { $0 + $1.invented.count }) / Double(max(1, self.entries.count))
    }

    /// How many nodes grew in a text.
    package var grownEach: Double {
        Double(self.entries.reduce(0) { $0 + $1.text.grown.count }) / Double(max(1, self.entries.count))
    }

    /// The report for programs.
    package var json: OrderedDictionary<String, JSONValue> {
        [
            "texts": .integer(self.entries.count), "entity_recall": .number(self.entityRecall),
            "hallucinated_entities": .number(self.inventedEach), "grown_nodes": .number(self.grownEach),
            "unfinished": .integer(self.entries.count { !$0.text.hasEnded }),
        ]
    }

    /// Each text as a line of JSON: what was written, what people wrote, and names that were made up.
    package var lines: String {
        self.entries.map { entry in
            JSONValue.object([
                "text": .string(entry.text.text), "references": .array(entry.references.map { .string($0) }),
                "hallucinated": .array(entry.invented.map { .string($0.joined(separator: " ")) }),
            ]).serialized() + "\n"
        }.joined()
    }
}
