// SPDX-License-Identifier: Apache-2.0

extension StorageMigrations {
    /// Sums of usage: of an account (`kind` is `account`, `name` the model) or of a tag (`tag`, the tag, and no caller).
    static let usage = """
        CREATE TABLE usage_sums (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            caller TEXT NOT NULL,
            requests INTEGER NOT NULL,
            partial INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            cached_prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cost REAL NOT NULL,
            PRIMARY KEY (kind, name, caller)
        ) WITHOUT ROWID;
        """
}
