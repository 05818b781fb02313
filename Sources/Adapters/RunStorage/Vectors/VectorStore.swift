// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import GRDB
public import LLMCore
internal import OrderedCollections

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Texts found again by their meaning: their vectors lie in SQLite, and a search looks at each.
///
/// Vectors are stored with length 1, so that the cosine of two is their product.
public struct VectorStore: Sendable {
    private let file: StorageFile

    /// Uses a storage file.
    public init(_ file: StorageFile) { self.file = file }

    /// Puts texts into a collection, or in the place of those with their identifiers.
    ///
    /// Texts that the collection has already, from the same model, are not embedded again.
    /// - Parameters:
    ///   - items: The texts; of two with one identifier the last counts.
    ///   - collection: The collection's name.
    ///   - model: Who embeds.
    /// - Returns: How many texts were embedded, and how many items the collection has then.
    /// - Throws: ``StorageError``; what the model throws.
    public func index(
        _ items: [VectorItem], in collection: String, model: any ModelAdapter
    ) async throws -> (embedded: Int, total: Int) {
        let hashes = items.map { Self.hash($0.text, model: model.name) }
        let known = try await self.knownHashes(in: collection)
        let new = Dictionary(zip(hashes, items.map(\.text))) { first, _ in first }.filter { !known.contains($0.key) }
        let order = new.keys.sorted()
        let vectors = order.isEmpty ? [] : try await model.embed(order.map { new[$0] ?? "" })
        guard vectors.count == order.count else {
            throw LLMError(.backendFailed, "'\(model.name)' gave \(vectors.count) vectors for \(order.count) texts.")
        }
        let blobs = Dictionary(uniqueKeysWithValues: zip(order, vectors.map { UnitVector($0).bytes }))
        let total = try await self.file.write { database in
            for (item, hash) in zip(items, hashes) {
                try Self.store(item, hash: hash, vector: blobs[hash], in: collection, database)
            }
            return try Int.fetchOne(
                database, sql: "SELECT count(*) FROM vectors WHERE collection = ?", arguments: [collection])
        }
        return (order.count, total ?? 0)
    }

    /// The texts of a collection that are nearest to a question.
    ///
    /// - Parameters:
    ///   - question: What is looked for.
    ///   - collection: The collection's name.
    ///   - count: The most texts.
    ///   - filter: Members that the metadata must have.
    ///   - model: Who embeds; the one that embedded the collection.
    /// - Returns: The nearest first.
    /// - Throws: ``StorageError`` with code `.unreadable` where the collection's vectors are another model's.
    public func search(
        _ question: String, in collection: String, count: Int, filter: JSONValue = [:], model: any ModelAdapter
    ) async throws -> [VectorMatch] {
        guard let vector = try await model.embed([question]).first else {
            throw LLMError(.backendFailed, "'\(model.name)' gave no vector for the question.")
        }
        let wanted = UnitVector(vector)
        let found = try await self.file.perform { database in
            var nearest = NearestItems(count: count)
            let rows = try Row.fetchCursor(
                database, sql: "SELECT rowid, vector, metadata FROM vectors WHERE collection = ?",
                arguments: [collection])
            while let row = try rows.next() {
                if let members = filter.objectValue, !members.isEmpty {
                    let metadata = try JSONValue(parsing: row.value("metadata", as: String.self))
                    guard members.allSatisfy({ metadata[$0.key] == $0.value }) else { continue }
                }
                guard let score = wanted.product(with: Array(try row.value("vector", as: Data.self))) else {
                    throw StorageError(
                        .unreadable,
                        "The collection '\(collection)' was embedded by another model than '\(model.name)'; index it again."
                    )
                }
                nearest.add(try row.value("rowid"), score: score)
            }
            return try nearest.items.compactMap { number, score in
                try Row.fetchOne(
                    database, sql: "SELECT id, text, metadata FROM vectors WHERE rowid = ?", arguments: [number]
                ).map { row in
                    VectorMatch(
                        item: VectorItem(
                            id: try row.value("id"), text: try row.value("text"),
                            metadata: try JSONValue(parsing: row.value("metadata", as: String.self))),
                        score: Double(score))
                }
            }
        }
        return found
    }

    private func knownHashes(in collection: String) async throws -> Set<String> {
        try await self.file.perform {
            try Set(String.fetchAll($0, sql: "SELECT hash FROM vectors WHERE collection = ?", arguments: [collection]))
        }
    }

    /// Stores an item; one whose text is known takes that one's vector.
    private static func store(
        _ item: VectorItem, hash: String, vector: [UInt8]?, in collection: String, _ database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO vectors (collection, id, hash, text, metadata, vector)
                VALUES (:collection, :id, :hash, :text, :metadata, coalesce(
                    :vector, (SELECT vector FROM vectors WHERE collection = :collection AND hash = :hash LIMIT 1)))
                ON CONFLICT (collection, id) DO UPDATE
                SET hash = excluded.hash, text = excluded.text, metadata = excluded.metadata, vector = excluded.vector
                """,
            arguments: [
                "collection": collection, "id": item.id, "hash": hash, "text": item.text,
                "metadata": item.metadata.serialized(), "vector": vector.map { Data($0) },
            ])
    }

    private static func hash(_ text: String, model: String) -> String {
        SHA256.hash(data: Array("\(model)\u{0}\(text)".utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
