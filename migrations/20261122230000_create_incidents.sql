-- Incidents: what people work on, its timeline with every revision, its markers, what the public was told, files, and the index that is
-- searched. Names of words (states, kinds, severities …) stand as they do in JSON. Times are UTC milliseconds.

CREATE TABLE incident (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    -- What people speak of, `INC-42`.
    number               INTEGER NOT NULL UNIQUE,
    -- In order of first publication, and kept for ever: numbers outside say nothing of incidents that were never shown.
    public_number        INTEGER UNIQUE,
    -- As JSON: a text, or one in each language, `{"ja": …, "en": …}`.
    title                TEXT    NOT NULL,
    kind                 TEXT    NOT NULL,
    state                TEXT    NOT NULL,
    severity             TEXT    NOT NULL,
    impact               TEXT    NOT NULL,
    is_public            INTEGER NOT NULL,
    shows_metrics        INTEGER NOT NULL,
    -- Name of the time zone in which its times are shown and understood.
    zone                 TEXT    NOT NULL,
    lead                 INTEGER REFERENCES user (key),
    scribe               INTEGER REFERENCES user (key),
    comms                INTEGER REFERENCES user (key),
    -- As its authors say.
    stated_duration_ms   INTEGER,
    next_update_due_at   INTEGER,
    opened_at            INTEGER NOT NULL,
    resolved_at          INTEGER,
    made_public_at       INTEGER,
    -- Where its rows are now.
    merged_into          INTEGER REFERENCES incident (key) CHECK (merged_into <> key),
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    version              INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX incident_by_state ON incident (state, number);
CREATE INDEX incident_by_merger ON incident (merged_into) WHERE merged_into IS NOT NULL;

-- What an incident affects, from when to when. By slug: a component may leave the configuration.
CREATE TABLE incident_component (
    key                  INTEGER PRIMARY KEY,
    incident_key         INTEGER NOT NULL REFERENCES incident (key),
    component            TEXT    NOT NULL,
    status               TEXT    NOT NULL,
    from_at              INTEGER NOT NULL,
    -- None: it goes on.
    until_at             INTEGER
) STRICT;
CREATE INDEX incident_component_by_incident ON incident_component (incident_key, from_at);

CREATE TABLE incident_relation (
    a_key                INTEGER NOT NULL REFERENCES incident (key),
    b_key                INTEGER NOT NULL REFERENCES incident (key),
    PRIMARY KEY (a_key, b_key),
    CHECK (a_key < b_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_relation_by_other ON incident_relation (b_key);

CREATE TABLE timeline_entry (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    incident_key         INTEGER NOT NULL REFERENCES incident (key),
    -- Its place among rows of the same moment; grows within the incident.
    seq                  INTEGER NOT NULL,
    occurred_at          INTEGER NOT NULL,
    precision            TEXT    NOT NULL,
    recorded_at          INTEGER NOT NULL,
    kind                 TEXT    NOT NULL,
    source               TEXT    NOT NULL,
    actor_kind           TEXT    NOT NULL,
    actor_id             TEXT    NOT NULL,
    actor_name           TEXT    NOT NULL,
    -- As JSON: `{"body": …, "rejected": […], "hypothesis": …}` of a person, `{"machine": {"event": …}}` of Yagura.
    content              TEXT    NOT NULL,
    is_starred           INTEGER NOT NULL,
    visibility           TEXT    NOT NULL,
    annotation           TEXT,
    revision             INTEGER NOT NULL DEFAULT 1,
    -- When it became what it is, and who made it so.
    changed_at           INTEGER NOT NULL,
    changed_by           TEXT    NOT NULL,
    deleted_at           INTEGER,
    -- What whoever sent it calls it: kept once, however often it is sent.
    op                   TEXT,
    UNIQUE (incident_key, seq)
) STRICT;
CREATE UNIQUE INDEX timeline_entry_by_op ON timeline_entry (incident_key, op) WHERE op IS NOT NULL;
CREATE INDEX timeline_entry_by_time ON timeline_entry (incident_key, occurred_at, seq);
CREATE TRIGGER timeline_entry_is_recorded_once
BEFORE UPDATE OF id, recorded_at, source, actor_kind, actor_id, actor_name ON timeline_entry BEGIN
    SELECT RAISE(ABORT, 'who wrote a row of a timeline, and when, is not changed');
END;
CREATE TRIGGER timeline_entry_of_yagura_is_not_changed BEFORE UPDATE ON timeline_entry
WHEN json_type(OLD.content, '$.machine') IS NOT NULL AND (
    NEW.content IS NOT OLD.content OR NEW.occurred_at IS NOT OLD.occurred_at OR NEW.precision IS NOT OLD.precision
    OR NEW.kind IS NOT OLD.kind OR NEW.deleted_at IS NOT NULL) BEGIN
    SELECT RAISE(ABORT, 'what Yagura wrote into a timeline is not changed');
END;
CREATE TRIGGER timeline_entry_is_not_deleted BEFORE DELETE ON timeline_entry BEGIN
    SELECT RAISE(ABORT, 'rows of a timeline are kept; `deleted_at` says that one was deleted');
END;

-- Rows as they once were. Append-only.
CREATE TABLE timeline_revision (
    entry_key            INTEGER NOT NULL REFERENCES timeline_entry (key),
    revision             INTEGER NOT NULL,
    occurred_at          INTEGER NOT NULL,
    precision            TEXT    NOT NULL,
    kind                 TEXT    NOT NULL,
    content              TEXT    NOT NULL,
    -- When it became so, and who made it so.
    at                   INTEGER NOT NULL,
    actor_name           TEXT    NOT NULL,
    PRIMARY KEY (entry_key, revision)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER timeline_revision_is_not_changed BEFORE UPDATE ON timeline_revision BEGIN
    SELECT RAISE(ABORT, 'revisions are append-only');
END;
CREATE TRIGGER timeline_revision_is_not_deleted BEFORE DELETE ON timeline_revision BEGIN
    SELECT RAISE(ABORT, 'revisions are append-only');
END;
-- `INSERT OR REPLACE` deletes without asking the trigger above.
CREATE TRIGGER timeline_revision_is_not_replaced BEFORE INSERT ON timeline_revision
WHEN EXISTS (SELECT 1 FROM timeline_revision WHERE entry_key = NEW.entry_key AND revision = NEW.revision) BEGIN
    SELECT RAISE(ABORT, 'revisions are append-only');
END;

-- A moment that figures are computed from, as the row that tells of it.
CREATE TABLE marker (
    incident_key         INTEGER NOT NULL REFERENCES incident (key),
    marker               TEXT    NOT NULL,
    entry_key            INTEGER NOT NULL REFERENCES timeline_entry (key),
    PRIMARY KEY (incident_key, marker)
) STRICT, WITHOUT ROWID;

-- What the public was told. Never changed: a mistake is corrected by the next one.
CREATE TABLE status_update (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    incident_key         INTEGER NOT NULL REFERENCES incident (key),
    -- Within the incident, from 1.
    number               INTEGER NOT NULL,
    status               TEXT    NOT NULL,
    -- As JSON, like titles.
    body                 TEXT    NOT NULL,
    -- As JSON: `[{"component": …, "before": …, "after": …}]`.
    changes              TEXT    NOT NULL,
    author               TEXT    NOT NULL,
    published_at         INTEGER NOT NULL,
    display_at           INTEGER NOT NULL,
    -- Number of the one that it corrects.
    corrects             INTEGER,
    UNIQUE (incident_key, number)
) STRICT;
-- Only a merge takes it elsewhere, where it has another number.
CREATE TRIGGER status_update_is_not_changed BEFORE UPDATE ON status_update
WHEN NEW.incident_key IS OLD.incident_key OR NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.status IS NOT OLD.status
    OR NEW.body IS NOT OLD.body OR NEW.changes IS NOT OLD.changes OR NEW.author IS NOT OLD.author
    OR NEW.published_at IS NOT OLD.published_at OR NEW.display_at IS NOT OLD.display_at
    OR (NEW.corrects IS NULL) <> (OLD.corrects IS NULL) BEGIN
    SELECT RAISE(ABORT, 'what the public was told is not changed');
END;
CREATE TRIGGER status_update_is_not_deleted BEFORE DELETE ON status_update BEGIN
    SELECT RAISE(ABORT, 'what the public was told is not deleted');
END;
-- `INSERT OR REPLACE` deletes without asking the trigger above.
CREATE TRIGGER status_update_is_not_replaced BEFORE INSERT ON status_update
WHEN EXISTS (SELECT 1 FROM status_update
             WHERE key = NEW.key OR id = NEW.id OR (incident_key = NEW.incident_key AND number = NEW.number)) BEGIN
    SELECT RAISE(ABORT, 'what the public was told is not changed');
END;

-- Files that belong to rows of a timeline.
CREATE TABLE evidence (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    incident_key         INTEGER NOT NULL REFERENCES incident (key),
    entry_key            INTEGER NOT NULL REFERENCES timeline_entry (key),
    name                 TEXT    NOT NULL,
    -- As found out from its bytes.
    media_type           TEXT    NOT NULL,
    bytes                INTEGER NOT NULL,
    sha256               BLOB    NOT NULL,
    created_at           INTEGER NOT NULL,
    actor_name           TEXT    NOT NULL,
    deleted_at           INTEGER,
    -- The last column, so that the others are read without it. None once it was deleted.
    content              BLOB
) STRICT;
CREATE INDEX evidence_by_incident ON evidence (incident_key, created_at);

-- Outages that were seen, so that each is suggested and written down once, and those that somebody does not want to hear of.
CREATE TABLE outage_mark (
    component            TEXT    NOT NULL,
    started_at           INTEGER NOT NULL,
    seen_at              INTEGER NOT NULL,
    dismissed_at         INTEGER,
    PRIMARY KEY (component, started_at)
) STRICT, WITHOUT ROWID;

-- Titles, rows and updates, each once: `text` is folded, as what is searched for is, `shown` is as it was written; `place` is `title`,
-- `entry` or `update`, `place_id` of a row its id and of an update its number. The rowid of a row of a timeline is its key, that of an
-- update its key + 2^60, that of a title the key of its incident + 2^61: so each is found again, and of its kind the newest is the last.
-- Trigrams find nothing that is shorter than three characters.
CREATE VIRTUAL TABLE incident_search USING fts5 (
    text, incident_key UNINDEXED, place UNINDEXED, place_id UNINDEXED, at UNINDEXED, shown UNINDEXED, tokenize = 'trigram'
);
