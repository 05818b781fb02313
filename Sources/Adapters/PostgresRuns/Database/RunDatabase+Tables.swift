// SPDX-License-Identifier: Apache-2.0

extension RunDatabase {
    /// The letters `AGLM RUN`, a number that no other program locks by; those who make the tables wait for each other by it.
    static let tableLock = 0x4147_4C4D_0052_554E
    /// The letters `AGLM RVA`: shared by who refers to values, held alone by who removes them.
    static let valueLock = 0x4147_4C4D_0052_5641
    /// The letters `AGLM RQU`: held by who takes a run from the queue, so that whose turn it is has one answer.
    static let queueLock = 0x4147_4C4D_0052_5155

    /// How the tables came to be what they are; a released version is never changed, only followed by another.
    static let versions = [RunDatabase.runs + RunDatabase.queue]

    /// Large texts lie in `autoglm_run_values`, once each; columns that end in `_hash` refer to them.
    ///
    /// Who is at work on a run is `holder`, until `held_until` by the server's clock; whoever takes the run next replaces it.
    /// A failure is JSON, since PostgreSQL has no texts with a zero byte.
    private static let runs = [
        "CREATE TABLE autoglm_run_values (hash text COLLATE \"C\" PRIMARY KEY, text text NOT NULL)",
        """
        CREATE TABLE autoglm_runs (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            pipeline text NOT NULL,
            version text NOT NULL,
            file text NOT NULL,
            base_folder text,
            source_hash text COLLATE "C" NOT NULL REFERENCES autoglm_run_values (hash),
            inputs text,
            inputs_hash text COLLATE "C" REFERENCES autoglm_run_values (hash),
            output text,
            output_hash text COLLATE "C" REFERENCES autoglm_run_values (hash),
            state text NOT NULL,
            cancel_requested boolean NOT NULL DEFAULT false,
            attempts bigint NOT NULL DEFAULT 0,
            failure text,
            pending text,
            holder text,
            held_until timestamptz,
            created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
            started_at timestamptz,
            ended_at timestamptz,
            event_trigger text,
            event_id text,
            schedule text,
            scheduled_for bigint
        )
        """,
        "CREATE INDEX autoglm_runs_by_state ON autoglm_runs (state, ended_at)",
        "CREATE INDEX autoglm_runs_by_source ON autoglm_runs (source_hash)",
        "CREATE INDEX autoglm_runs_by_inputs ON autoglm_runs (inputs_hash) WHERE inputs_hash IS NOT NULL",
        "CREATE INDEX autoglm_runs_by_output ON autoglm_runs (output_hash) WHERE output_hash IS NOT NULL",
        """
        CREATE UNIQUE INDEX autoglm_runs_by_event ON autoglm_runs (event_trigger, event_id)
            WHERE event_trigger IS NOT NULL
        """,
        """
        CREATE UNIQUE INDEX autoglm_runs_by_schedule ON autoglm_runs (schedule, scheduled_for)
            WHERE schedule IS NOT NULL
        """,
        """
        CREATE TABLE autoglm_run_steps (
            run bigint NOT NULL REFERENCES autoglm_runs (number) ON DELETE CASCADE,
            key text COLLATE "C" NOT NULL,
            position bigint NOT NULL,
            uses text NOT NULL,
            effect text NOT NULL,
            outputs text,
            outputs_hash text COLLATE "C" REFERENCES autoglm_run_values (hash),
            prompt_tokens bigint,
            completion_tokens bigint,
            cached_prompt_tokens bigint,
            failure text,
            ended_at timestamptz NOT NULL DEFAULT statement_timestamp(),
            seconds float8 NOT NULL,
            PRIMARY KEY (run, key)
        )
        """,
        """
        CREATE INDEX autoglm_run_steps_by_outputs ON autoglm_run_steps (outputs_hash)
            WHERE outputs_hash IS NOT NULL
        """,
    ]

    /// A row's `ready_at` is when it may be delivered; while a worker has it, when its lease runs out.
    ///
    /// `taken` names the call that took it.
    private static let queue = [
        """
        CREATE TABLE autoglm_run_queue (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            run text COLLATE "C" NOT NULL UNIQUE,
            tenant text COLLATE "C" NOT NULL,
            priority bigint NOT NULL,
            ready_at timestamptz NOT NULL,
            trace text,
            lease bigint NOT NULL DEFAULT 0,
            worker text,
            taken text,
            deliveries bigint NOT NULL DEFAULT 0,
            cancel_requested boolean NOT NULL DEFAULT false,
            set_aside text
        )
        """,
        """
        CREATE INDEX autoglm_run_queue_by_tenant ON autoglm_run_queue (tenant, priority DESC, number)
            WHERE set_aside IS NULL
        """,
        "CREATE INDEX autoglm_run_queue_by_time ON autoglm_run_queue (ready_at) WHERE set_aside IS NULL",
        "CREATE TABLE autoglm_run_tenants (tenant text COLLATE \"C\" PRIMARY KEY, served bigint NOT NULL)",
        """
        CREATE TABLE autoglm_run_schedules (
            name text COLLATE "C" PRIMARY KEY,
            pipeline text NOT NULL,
            version text NOT NULL,
            file text NOT NULL,
            base_folder text,
            source_hash text COLLATE "C" NOT NULL REFERENCES autoglm_run_values (hash),
            inputs text,
            inputs_hash text COLLATE "C" REFERENCES autoglm_run_values (hash),
            timing text NOT NULL,
            tenant text NOT NULL,
            priority bigint NOT NULL,
            next_at bigint
        )
        """,
        "CREATE INDEX autoglm_run_schedules_by_time ON autoglm_run_schedules (next_at) WHERE next_at IS NOT NULL",
        "CREATE INDEX autoglm_run_schedules_by_source ON autoglm_run_schedules (source_hash)",
        """
        CREATE INDEX autoglm_run_schedules_by_inputs ON autoglm_run_schedules (inputs_hash)
            WHERE inputs_hash IS NOT NULL
        """,
    ]
}
