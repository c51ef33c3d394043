-- Runbooks: every version of their texts, who reviewed them when, and runs with every event and file. Names of words (modes, deeds,
-- outcomes …) stand as they do in JSON. Times are UTC milliseconds.

CREATE TABLE runbook (
    key                  INTEGER PRIMARY KEY,
    slug                 TEXT    NOT NULL UNIQUE,
    created_at           INTEGER NOT NULL,
    -- The version in use, which need not be the newest: who puts an old text back has the old version again.
    current_version_key  INTEGER REFERENCES runbook_version (key)
) STRICT;

-- All languages of a runbook at one time. Never changed: a run points at one.
CREATE TABLE runbook_version (
    key                  INTEGER PRIMARY KEY,
    runbook_key          INTEGER NOT NULL REFERENCES runbook (key),
    -- Counts from 1 within its runbook.
    number               INTEGER NOT NULL,
    -- Of its texts with their languages.
    sha256               BLOB    NOT NULL CHECK (length(sha256) = 32),
    created_at           INTEGER NOT NULL,
    UNIQUE (runbook_key, number),
    UNIQUE (runbook_key, sha256)
) STRICT;

CREATE TABLE runbook_text (
    version_key          INTEGER NOT NULL REFERENCES runbook_version (key),
    language             TEXT    NOT NULL,
    source               TEXT    NOT NULL,
    PRIMARY KEY (version_key, language)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER runbook_version_is_not_changed BEFORE UPDATE ON runbook_version BEGIN
    SELECT RAISE(ABORT, 'versions of runbooks are never changed');
END;
CREATE TRIGGER runbook_version_is_not_deleted BEFORE DELETE ON runbook_version BEGIN
    SELECT RAISE(ABORT, 'versions of runbooks are kept');
END;
CREATE TRIGGER runbook_text_is_not_changed BEFORE UPDATE ON runbook_text BEGIN
    SELECT RAISE(ABORT, 'versions of runbooks are never changed');
END;
CREATE TRIGGER runbook_text_is_not_deleted BEFORE DELETE ON runbook_text BEGIN
    SELECT RAISE(ABORT, 'versions of runbooks are kept');
END;
-- `INSERT OR REPLACE` deletes without asking the triggers above.
CREATE TRIGGER runbook_version_is_not_replaced BEFORE INSERT ON runbook_version
WHEN EXISTS (SELECT 1 FROM runbook_version
             WHERE key = NEW.key OR (runbook_key = NEW.runbook_key AND (number = NEW.number OR sha256 = NEW.sha256))) BEGIN
    SELECT RAISE(ABORT, 'versions of runbooks are never changed');
END;
CREATE TRIGGER runbook_text_is_not_replaced BEFORE INSERT ON runbook_text
WHEN EXISTS (SELECT 1 FROM runbook_text WHERE version_key = NEW.version_key AND language = NEW.language) BEGIN
    SELECT RAISE(ABORT, 'versions of runbooks are never changed');
END;

-- Somebody read it and found it good.
CREATE TABLE runbook_review (
    key                  INTEGER PRIMARY KEY,
    runbook_key          INTEGER NOT NULL REFERENCES runbook (key),
    version_key          INTEGER NOT NULL REFERENCES runbook_version (key),
    at                   INTEGER NOT NULL,
    actor_name           TEXT    NOT NULL,
    note                 TEXT    NOT NULL
) STRICT;
CREATE INDEX runbook_review_by_runbook ON runbook_review (runbook_key, at);

CREATE TABLE run (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    -- What people speak of, `RUN-7`.
    number               INTEGER NOT NULL UNIQUE,
    runbook_key          INTEGER NOT NULL REFERENCES runbook (key),
    -- The version that it follows now; events say which one it was before.
    version_key          INTEGER NOT NULL REFERENCES runbook_version (key),
    incident_key         INTEGER REFERENCES incident (key),
    mode                 TEXT    NOT NULL,
    -- The component that values were taken from.
    component            TEXT,
    -- Values by name, as JSON. Never a secret one.
    params               TEXT    NOT NULL,
    actor_kind           TEXT    NOT NULL,
    actor_id             TEXT    NOT NULL,
    actor_name           TEXT    NOT NULL,
    started_at           INTEGER NOT NULL,
    state                TEXT    NOT NULL,
    finished_at          INTEGER,
    outcome              TEXT,
    -- What was said at its end.
    outcome_text         TEXT,
    -- Slug of the runbook that would have been right.
    right_runbook        TEXT,
    -- The place of its newest event.
    last_seq             INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX run_by_runbook ON run (runbook_key, number);
CREATE INDEX run_by_incident ON run (incident_key) WHERE incident_key IS NOT NULL;
CREATE INDEX run_by_state ON run (state, number);

-- What happened in a run. Append-only: where each step stands is computed from it.
CREATE TABLE run_event (
    run_key              INTEGER NOT NULL REFERENCES run (key),
    seq                  INTEGER NOT NULL,
    -- The id of the step; none: of the run as a whole.
    step                 TEXT,
    deed                 TEXT    NOT NULL,
    actor_kind           TEXT    NOT NULL,
    actor_id             TEXT    NOT NULL,
    actor_name           TEXT    NOT NULL,
    occurred_at          INTEGER NOT NULL,
    recorded_at          INTEGER NOT NULL,
    -- What whoever sent it calls it: kept once, however often it is sent.
    op                   TEXT    NOT NULL,
    answer               TEXT,
    -- The reason, the note, the command that was copied.
    text                 TEXT,
    -- Values that were filled in, as JSON; none: there were none.
    params               TEXT,
    -- Ids of steps whose text has changed, of a rebase, as a JSON list.
    changed              TEXT,
    -- The version that was followed; of a rebase, the new one.
    version_key          INTEGER NOT NULL REFERENCES runbook_version (key),
    PRIMARY KEY (run_key, seq),
    UNIQUE (run_key, op)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER run_event_is_not_changed BEFORE UPDATE ON run_event BEGIN
    SELECT RAISE(ABORT, 'events of runs are append-only');
END;
CREATE TRIGGER run_event_is_not_deleted BEFORE DELETE ON run_event BEGIN
    SELECT RAISE(ABORT, 'events of runs are append-only');
END;
-- `INSERT OR REPLACE` deletes without asking the trigger above.
CREATE TRIGGER run_event_is_not_replaced BEFORE INSERT ON run_event
WHEN EXISTS (SELECT 1 FROM run_event WHERE run_key = NEW.run_key AND (seq = NEW.seq OR op = NEW.op)) BEGIN
    SELECT RAISE(ABORT, 'events of runs are append-only');
END;

-- Output and pictures that were kept with a step.
CREATE TABLE run_evidence (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    run_key              INTEGER NOT NULL,
    seq                  INTEGER NOT NULL,
    name                 TEXT    NOT NULL,
    media_type           TEXT    NOT NULL,
    bytes                INTEGER NOT NULL,
    sha256               BLOB    NOT NULL CHECK (length(sha256) = 32),
    created_at           INTEGER NOT NULL,
    actor_name           TEXT    NOT NULL,
    deleted_at           INTEGER,
    -- The last column, so that the others are read without it. Empty once it was deleted.
    content              BLOB    NOT NULL,
    FOREIGN KEY (run_key, seq) REFERENCES run_event (run_key, seq)
) STRICT;
CREATE INDEX run_evidence_by_run ON run_evidence (run_key, seq);
