// SPDX-License-Identifier: Apache-2.0

internal import GRDB

/// How the tables came to be what they are; a released step is never changed, only followed by another.
enum StorageMigrations {
    /// Marks the file as this program's: the letters `AGLM`.
    static let applicationID: Int32 = 0x4147_4C4D

    /// Every step, in order.
    static let all: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("runs-1") { try $0.execute(sql: Self.runs) }
        migrator.registerMigration("queue-1") { try $0.execute(sql: Self.queue) }
        migrator.registerMigration("responses-1") { try $0.execute(sql: Self.responses) }
        migrator.registerMigration("vectors-1") { try $0.execute(sql: Self.vectors) }
        migrator.registerMigration("schedules-1") { try $0.execute(sql: Self.schedules) }
        migrator.registerMigration("catalog-1") { try $0.execute(sql: Self.catalog) }
        migrator.registerMigration("usage-1") { try $0.execute(sql: Self.usage) }
        migrator.registerMigration("telemetry-1") { try $0.execute(sql: Self.telemetry) }
        migrator.registerMigration("queue-2") { try $0.execute(sql: "ALTER TABLE queue ADD COLUMN trace TEXT") }
        migrator.registerMigration("experiments-1") { try $0.execute(sql: Self.experiments) }
        migrator.registerMigration("runs-2") { try $0.execute(sql: Self.events) }
        return migrator
    }()

    /// Which event a run is for: of one event a trigger has one run.
    private static let events = """
        ALTER TABLE runs ADD COLUMN event_trigger TEXT;
        ALTER TABLE runs ADD COLUMN event_id TEXT;
        CREATE UNIQUE INDEX runs_by_event ON runs (event_trigger, event_id) WHERE event_trigger IS NOT NULL;
        """

    /// Large texts lie in `shared_values`, once each; columns that end in `_hash` refer to them.
    private static let runs = """
        PRAGMA application_id = \(StorageMigrations.applicationID);
        CREATE TABLE shared_values (hash BLOB NOT NULL UNIQUE, text TEXT NOT NULL);
        CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            pipeline TEXT NOT NULL,
            version TEXT NOT NULL,
            file TEXT NOT NULL,
            base_folder TEXT,
            source_hash BLOB NOT NULL REFERENCES shared_values (hash),
            inputs TEXT,
            inputs_hash BLOB REFERENCES shared_values (hash),
            output TEXT,
            output_hash BLOB REFERENCES shared_values (hash),
            state TEXT NOT NULL,
            cancel_requested INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            failure_code TEXT,
            failure_message TEXT,
            pending TEXT,
            created_at REAL NOT NULL,
            started_at REAL,
            ended_at REAL
        );
        CREATE INDEX runs_by_state ON runs (state, ended_at);
        CREATE INDEX runs_by_source ON runs (source_hash);
        CREATE INDEX runs_by_inputs ON runs (inputs_hash) WHERE inputs_hash IS NOT NULL;
        CREATE INDEX runs_by_output ON runs (output_hash) WHERE output_hash IS NOT NULL;
        CREATE TABLE steps (
            run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            key TEXT NOT NULL,
            position INTEGER NOT NULL,
            uses TEXT NOT NULL,
            effect TEXT NOT NULL,
            outputs TEXT,
            outputs_hash BLOB REFERENCES shared_values (hash),
            prompt_tokens INTEGER,
            completion_tokens INTEGER,
            cached_prompt_tokens INTEGER,
            failure_code TEXT,
            failure_message TEXT,
            ended_at REAL NOT NULL,
            seconds REAL NOT NULL,
            PRIMARY KEY (run, key)
        ) WITHOUT ROWID;
        CREATE INDEX steps_by_outputs ON steps (outputs_hash) WHERE outputs_hash IS NOT NULL;
        """

    /// What a response cache keeps: hashes of requests, and their answers.
    private static let responses = """
        CREATE TABLE responses (key TEXT PRIMARY KEY, answer TEXT NOT NULL, ends_at REAL NOT NULL) WITHOUT ROWID;
        CREATE INDEX responses_by_end ON responses (ends_at);
        """

    private static let queue = """
        CREATE TABLE queue (
            number INTEGER PRIMARY KEY,
            run TEXT NOT NULL UNIQUE,
            tenant TEXT NOT NULL,
            priority INTEGER NOT NULL,
            ready_at REAL NOT NULL,
            lease INTEGER NOT NULL DEFAULT 0,
            worker TEXT,
            deliveries INTEGER NOT NULL DEFAULT 0,
            cancel_requested INTEGER NOT NULL DEFAULT 0,
            set_aside TEXT
        );
        CREATE INDEX queue_by_tenant ON queue (tenant, priority DESC, number) WHERE set_aside IS NULL;
        CREATE TABLE queue_tenants (tenant TEXT PRIMARY KEY, served INTEGER NOT NULL) WITHOUT ROWID;
        """
}
