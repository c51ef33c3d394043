-- What was made at the desk: groups, components and probes beside those in the file, pauses of probes, and planned work.

CREATE TABLE definition (
    -- `group`, `component` or `probe`.
    kind                 TEXT    NOT NULL,
    slug                 TEXT    NOT NULL,
    -- As it would stand in the configuration file, as JSON.
    body                 TEXT    NOT NULL,
    -- Where it stands among those of its kind.
    ordinal              INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    version              INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (kind, slug)
) STRICT, WITHOUT ROWID;

-- A probe that is not run. By slug: the file's probes can be paused too.
CREATE TABLE pause (
    probe_slug           TEXT    PRIMARY KEY,
    since                INTEGER NOT NULL,
    -- None: until somebody lets it go on.
    until                INTEGER,
    reason               TEXT    NOT NULL,
    paused_by            TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE maintenance (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    -- As JSON: a text, or one in each language, `{"ja": …, "en": …}`.
    title                TEXT    NOT NULL,
    description          TEXT,
    -- Local date and time, `2026-11-29T02:00`, and the zone they are in.
    starts               TEXT    NOT NULL,
    zone                 TEXT    NOT NULL,
    duration_ms          INTEGER NOT NULL,
    -- RFC 5545, section 3.3.10; none: once.
    rule                 TEXT,
    -- Slugs with spaces between them.
    components           TEXT    NOT NULL,
    excludes_uptime      INTEGER NOT NULL,
    holds_alerts         INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    -- Nothing of it begins from then on.
    cancelled_at         INTEGER,
    version              INTEGER NOT NULL DEFAULT 1
) STRICT;

-- Windows that have begun: facts, whatever becomes of the plan. Uptime is computed with these.
CREATE TABLE maintenance_window (
    maintenance_key      INTEGER NOT NULL REFERENCES maintenance (key),
    starts_at            INTEGER NOT NULL,
    ends_at              INTEGER NOT NULL,
    -- As they were in the plan when the window began.
    components           TEXT    NOT NULL,
    excludes_uptime      INTEGER NOT NULL,
    -- When it was found over, by the clock or by a person.
    completed_at         INTEGER,
    PRIMARY KEY (maintenance_key, starts_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX maintenance_window_by_end ON maintenance_window (ends_at);
