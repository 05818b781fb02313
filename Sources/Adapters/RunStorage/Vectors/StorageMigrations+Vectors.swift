// SPDX-License-Identifier: Apache-2.0

extension StorageMigrations {
    /// Texts with their vectors, float32 in little-endian order.
    static let vectors = """
        CREATE TABLE vectors (
            collection TEXT NOT NULL,
            id TEXT NOT NULL,
            hash TEXT NOT NULL,
            text TEXT NOT NULL,
            metadata TEXT NOT NULL,
            vector BLOB NOT NULL,
            UNIQUE (collection, id)
        );
        CREATE INDEX vectors_by_hash ON vectors (collection, hash);
        """
}
