// SPDX-License-Identifier: Apache-2.0

extension StorageMigrations {
    /// Experiments with where they stand, what happened to them, units in the order in which they arrived, and what came of units.
    static let experiments = """
        CREATE TABLE experiments (
            name TEXT PRIMARY KEY,
            definition TEXT NOT NULL,
            state TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE experiment_events (
            number INTEGER PRIMARY KEY,
            experiment TEXT NOT NULL,
            kind TEXT NOT NULL,
            at REAL NOT NULL,
            person TEXT NOT NULL,
            note TEXT NOT NULL
        );
        CREATE INDEX experiment_events_by_name ON experiment_events (experiment, number);
        CREATE TABLE experiment_units (
            number INTEGER PRIMARY KEY,
            experiment TEXT NOT NULL,
            unit TEXT NOT NULL,
            arm TEXT NOT NULL,
            UNIQUE (experiment, unit)
        );
        CREATE TABLE experiment_outcomes (
            experiment TEXT NOT NULL,
            unit TEXT NOT NULL,
            metric TEXT NOT NULL,
            value REAL NOT NULL,
            covariate REAL,
            PRIMARY KEY (experiment, unit, metric)
        ) WITHOUT ROWID;
        """
}
