// SPDX-License-Identifier: Apache-2.0

extension PostgresExperimentStore {
    /// The letters `AGLM EXP`, a number that no other program locks by.
    static let lock = 0x4147_4C4D_0045_5850

    /// What makes the tables: experiments with where they stand, what happened to them, units in the order in which they
    /// arrived, and what came of units.
    static let statements = [
        """
        CREATE TABLE IF NOT EXISTS autoglm_experiments (
            name text PRIMARY KEY,
            definition text NOT NULL,
            state json NOT NULL
        )
        """,
        """
        CREATE TABLE IF NOT EXISTS autoglm_experiment_events (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            experiment text NOT NULL,
            kind text NOT NULL,
            at float8 NOT NULL,
            person text NOT NULL,
            note text NOT NULL
        )
        """,
        """
        CREATE INDEX IF NOT EXISTS autoglm_experiment_events_by_name
            ON autoglm_experiment_events (experiment, number)
        """,
        """
        CREATE TABLE IF NOT EXISTS autoglm_experiment_units (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            experiment text NOT NULL,
            unit text NOT NULL,
            arm text NOT NULL,
            UNIQUE (experiment, unit)
        )
        """,
        """
        CREATE INDEX IF NOT EXISTS autoglm_experiment_units_in_order
            ON autoglm_experiment_units (experiment, number)
        """,
        """
        CREATE TABLE IF NOT EXISTS autoglm_experiment_outcomes (
            experiment text NOT NULL,
            unit text NOT NULL,
            metric text NOT NULL,
            value float8 NOT NULL,
            covariate float8,
            PRIMARY KEY (experiment, unit, metric)
        )
        """,
    ]
}
