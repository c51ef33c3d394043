-- What is watched, what was seen, what is believed, and for how long it was so.
-- Times are UTC milliseconds. Keys are small integers because they stand in millions of rows; `id` is the UUIDv7 the world sees.

CREATE TABLE component (
    key              INTEGER PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    slug             TEXT    NOT NULL UNIQUE,
    watched_since    INTEGER NOT NULL,
    removed_at       INTEGER,
    -- Which probes make it and how, as text; `member_since` is when that last changed.
    members          TEXT    NOT NULL,
    member_since     INTEGER NOT NULL
) STRICT;

CREATE TABLE probe (
    key              INTEGER PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    slug             TEXT    NOT NULL UNIQUE,
    component_key    INTEGER NOT NULL REFERENCES component (key),
    -- `active` or `heartbeat`; one that becomes the other begins anew.
    kind             TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    removed_at       INTEGER
) STRICT;

-- Texts that explain bad results; the same few come again and again.
CREATE TABLE result_detail (
    key              INTEGER PRIMARY KEY,
    text             TEXT    NOT NULL UNIQUE,
    -- When the newest result that has it was; with the last of those it goes too.
    last_used_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX result_detail_by_use ON result_detail (last_used_at);

-- One row per execution of a probe. Clustered by probe, so that a probe's last hours are neighbours.
CREATE TABLE result (
    probe_key        INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    verdict          INTEGER NOT NULL,
    duration_us      INTEGER,
    code             INTEGER,
    cause            INTEGER,
    detail_key       INTEGER,
    PRIMARY KEY (probe_key, at)
) STRICT, WITHOUT ROWID;

-- Believed histories: each row says what holds from `at` until the next row.
CREATE TABLE probe_state (
    probe_key        INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    state            INTEGER NOT NULL,
    PRIMARY KEY (probe_key, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE component_state (
    component_key    INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    status           INTEGER NOT NULL,
    PRIMARY KEY (component_key, at)
) STRICT, WITHOUT ROWID;

-- Kept for ever. Severities within an outage are the rows of component_state in its interval.
CREATE TABLE outage (
    component_key    INTEGER NOT NULL REFERENCES component (key),
    ordinal          INTEGER NOT NULL,
    id               TEXT    NOT NULL UNIQUE,
    started_at       INTEGER NOT NULL,
    ended_at         INTEGER,
    ended_by         INTEGER,
    worst            INTEGER NOT NULL,
    PRIMARY KEY (component_key, ordinal)
) STRICT, WITHOUT ROWID;

-- Counts and latencies per probe and bucket; `size_s` is 60, 3600 or 86400, buckets are aligned to UTC.
CREATE TABLE rollup (
    size_s           INTEGER NOT NULL,
    probe_key        INTEGER NOT NULL,
    bucket_at        INTEGER NOT NULL,
    n_up             INTEGER NOT NULL,
    n_degraded       INTEGER NOT NULL,
    n_down           INTEGER NOT NULL,
    n_unknown        INTEGER NOT NULL,
    latencies        BLOB    NOT NULL,
    PRIMARY KEY (size_s, probe_key, bucket_at)
) STRICT, WITHOUT ROWID;

-- Calls of heartbeats.
CREATE TABLE ping (
    key              INTEGER PRIMARY KEY,
    probe_key        INTEGER NOT NULL,
    at               INTEGER NOT NULL,
    signal           INTEGER NOT NULL,
    exit_code        INTEGER,
    run_id           TEXT,
    run_ms           INTEGER,
    body             BLOB
) STRICT;
CREATE INDEX ping_by_probe ON ping (probe_key, at);

-- What Yagura itself rings for (its own uplink); `kind` is the slug of the alert type.
CREATE TABLE alert (
    key              INTEGER PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    kind             TEXT    NOT NULL,
    started_at       INTEGER NOT NULL,
    ended_at         INTEGER
) STRICT;

-- Single numbers: `alive_at` (when Yagura last watched), `rolled_up_until`.
CREATE TABLE mark (
    name             TEXT    PRIMARY KEY,
    value            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
