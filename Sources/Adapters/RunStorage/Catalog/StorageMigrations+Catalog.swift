// SPDX-License-Identifier: Apache-2.0

extension StorageMigrations {
    /// The events of models; rows are added, and the file itself refuses to change or remove them.
    static let catalog = """
        CREATE TABLE catalog_events (
            model TEXT NOT NULL,
            position INTEGER NOT NULL,
            registered_id TEXT UNIQUE,
            event TEXT NOT NULL,
            PRIMARY KEY (model, position)
        ) WITHOUT ROWID;
        CREATE TRIGGER catalog_events_stay BEFORE UPDATE ON catalog_events
            BEGIN SELECT RAISE(ABORT, 'the history of models is not changed'); END;
        CREATE TRIGGER catalog_events_remain BEFORE DELETE ON catalog_events
            BEGIN SELECT RAISE(ABORT, 'the history of models is not changed'); END;
        """
}
