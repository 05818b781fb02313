// SPDX-License-Identifier: Apache-2.0

extension StorageMigrations {
    /// Spans and log lines in the order in which they came; `record` is the whole of each as JSON.
    static let telemetry = """
        CREATE TABLE telemetry (
            number INTEGER PRIMARY KEY,
            trace TEXT,
            is_span INTEGER NOT NULL,
            is_root INTEGER NOT NULL,
            is_error INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            took INTEGER NOT NULL,
            name TEXT NOT NULL,
            record TEXT NOT NULL,
            size INTEGER NOT NULL
        );
        CREATE INDEX telemetry_by_trace ON telemetry (trace) WHERE trace IS NOT NULL;
        CREATE INDEX telemetry_roots ON telemetry (number) WHERE is_root = 1;
        CREATE INDEX telemetry_logs ON telemetry (number) WHERE is_span = 0;
        """
}
