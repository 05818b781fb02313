// SPDX-License-Identifier: Apache-2.0

extension StorageMigrations {
    /// Schedules, and which of their times a run is for: of one time there is one run.
    static let schedules = """
        ALTER TABLE runs ADD COLUMN schedule TEXT;
        ALTER TABLE runs ADD COLUMN scheduled_for INTEGER;
        CREATE UNIQUE INDEX runs_by_schedule ON runs (schedule, scheduled_for) WHERE schedule IS NOT NULL;
        CREATE TABLE schedules (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            pipeline TEXT NOT NULL,
            version TEXT NOT NULL,
            file TEXT NOT NULL,
            base_folder TEXT,
            source_hash BLOB NOT NULL REFERENCES shared_values (hash),
            inputs TEXT,
            inputs_hash BLOB REFERENCES shared_values (hash),
            timing TEXT NOT NULL,
            tenant TEXT NOT NULL,
            priority INTEGER NOT NULL,
            next_at INTEGER
        );
        CREATE INDEX schedules_by_time ON schedules (next_at) WHERE next_at IS NOT NULL;
        CREATE INDEX schedules_by_source ON schedules (source_hash);
        CREATE INDEX schedules_by_inputs ON schedules (inputs_hash) WHERE inputs_hash IS NOT NULL;
        """
}
