-- Postmortems with their revisions, reviews, comments, files and publications; what people are writing; and action items. Names of words (states,
-- verdicts, kinds …) stand as they do in JSON. Times are UTC milliseconds.

CREATE TABLE postmortem (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    -- What people speak of, `PM-7`.
    number               INTEGER NOT NULL UNIQUE,
    incident_key         INTEGER NOT NULL UNIQUE REFERENCES incident (key),
    -- Its public address; given when it is first published, and kept.
    slug                 TEXT    UNIQUE,
    state                TEXT    NOT NULL,
    analysis             TEXT    NOT NULL,
    cause                TEXT    NOT NULL,
    owner                INTEGER REFERENCES user (key),
    -- Why there are no action items.
    no_actions           TEXT,
    -- Publications up to this number were taken back and stay so; 0: none.
    retracted            INTEGER NOT NULL DEFAULT 0,
    -- Why there is none, or why it was taken back.
    reason               TEXT,
    reason_by            TEXT,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    version              INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX postmortem_by_state ON postmortem (state, number);

-- What was written, every time it was saved. Append-only.
CREATE TABLE postmortem_revision (
    key                  INTEGER PRIMARY KEY,
    postmortem_key       INTEGER NOT NULL REFERENCES postmortem (key),
    -- Within the postmortem, from 1.
    number               INTEGER NOT NULL,
    -- The revision that it was made from.
    base_number          INTEGER,
    -- As JSON: `{"title": {"ja": …, "en": …}, "body": {…}, "only": …}`.
    content              TEXT    NOT NULL,
    message              TEXT    NOT NULL,
    is_minor             INTEGER NOT NULL,
    author_id            TEXT    NOT NULL,
    author_name          TEXT    NOT NULL,
    created_at           INTEGER NOT NULL,
    -- SHA-256 of the content in its canonical form.
    sha256               BLOB    NOT NULL CHECK (length(sha256) = 32),
    UNIQUE (postmortem_key, number)
) STRICT;
CREATE TRIGGER postmortem_revision_is_not_changed BEFORE UPDATE ON postmortem_revision BEGIN
    SELECT RAISE(ABORT, 'revisions are append-only');
END;
CREATE TRIGGER postmortem_revision_is_not_deleted BEFORE DELETE ON postmortem_revision BEGIN
    SELECT RAISE(ABORT, 'revisions are append-only');
END;

-- What everybody could read, and can: a revision with its live blocks as they were then. Append-only.
CREATE TABLE postmortem_publication (
    key                  INTEGER PRIMARY KEY,
    postmortem_key       INTEGER NOT NULL REFERENCES postmortem (key),
    -- Within the postmortem, from 1.
    number               INTEGER NOT NULL,
    revision_number      INTEGER NOT NULL,
    -- What its blocks say, as JSON.
    record               TEXT    NOT NULL,
    analysis             TEXT    NOT NULL,
    -- What changed, for everybody to read.
    message              TEXT    NOT NULL,
    is_minor             INTEGER NOT NULL,
    -- What the check list said and whoever published decided all the same, as JSON.
    decided              TEXT    NOT NULL,
    published_at         INTEGER NOT NULL,
    published_by         TEXT    NOT NULL,
    UNIQUE (postmortem_key, number),
    FOREIGN KEY (postmortem_key, revision_number) REFERENCES postmortem_revision (postmortem_key, number)
) STRICT;
CREATE TRIGGER postmortem_publication_is_not_changed BEFORE UPDATE ON postmortem_publication BEGIN
    SELECT RAISE(ABORT, 'publications are append-only');
END;
CREATE TRIGGER postmortem_publication_is_not_deleted BEFORE DELETE ON postmortem_publication BEGIN
    SELECT RAISE(ABORT, 'publications are append-only');
END;

-- What somebody is typing and has not saved.
CREATE TABLE postmortem_buffer (
    postmortem_key       INTEGER NOT NULL REFERENCES postmortem (key),
    user_key             INTEGER NOT NULL REFERENCES user (key),
    -- The revision that they began from; 0: none.
    base_number          INTEGER NOT NULL,
    content              TEXT    NOT NULL,
    message              TEXT    NOT NULL,
    -- By the clock of the browser.
    typed_at             INTEGER NOT NULL,
    saved_at             INTEGER NOT NULL,
    PRIMARY KEY (postmortem_key, user_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE postmortem_review (
    key                  INTEGER PRIMARY KEY,
    postmortem_key       INTEGER NOT NULL REFERENCES postmortem (key),
    revision_number      INTEGER NOT NULL,
    verdict              TEXT    NOT NULL,
    note                 TEXT    NOT NULL,
    actor_id             TEXT    NOT NULL,
    actor_name           TEXT    NOT NULL,
    -- True when they wrote it themselves.
    is_own               INTEGER NOT NULL,
    at                   INTEGER NOT NULL
) STRICT;
CREATE INDEX postmortem_review_by_postmortem ON postmortem_review (postmortem_key, at);

CREATE TABLE postmortem_comment (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    postmortem_key       INTEGER NOT NULL REFERENCES postmortem (key),
    -- The comment that it answers.
    parent_key           INTEGER REFERENCES postmortem_comment (key),
    -- The revision that its passage was marked in.
    revision_number      INTEGER NOT NULL,
    language             TEXT    NOT NULL,
    -- The passage, as JSON; none: it speaks of all of it.
    anchor               TEXT,
    body                 TEXT    NOT NULL,
    actor_id             TEXT    NOT NULL,
    actor_name           TEXT    NOT NULL,
    created_at           INTEGER NOT NULL,
    resolved_at          INTEGER,
    resolved_by          TEXT
) STRICT;
CREATE INDEX postmortem_comment_by_postmortem ON postmortem_comment (postmortem_key, created_at);

-- Pictures in its text.
CREATE TABLE postmortem_file (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    postmortem_key       INTEGER NOT NULL REFERENCES postmortem (key),
    name                 TEXT    NOT NULL,
    media_type           TEXT    NOT NULL,
    bytes                INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    actor_name           TEXT    NOT NULL,
    content              BLOB    NOT NULL
) STRICT;
CREATE INDEX postmortem_file_by_postmortem ON postmortem_file (postmortem_key);

-- What is to be done so that it does not happen again.
CREATE TABLE action_item (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    -- What people speak of, `AI-12`.
    number               INTEGER NOT NULL UNIQUE,
    text                 TEXT    NOT NULL,
    kind                 TEXT    NOT NULL,
    horizon              TEXT    NOT NULL,
    priority             TEXT    NOT NULL,
    owner                INTEGER REFERENCES user (key),
    -- A day, `2026-07-01`.
    due                  TEXT,
    url                  TEXT,
    -- As JSON: `[{"kind": "probe", "slug": …}]`.
    bound                TEXT    NOT NULL,
    -- As JSON: `{"stage": "open"}`.
    standing             TEXT    NOT NULL,
    -- The same in a word, to be looked for.
    stage                TEXT    NOT NULL,
    -- Where it came from.
    origin               TEXT    NOT NULL,
    incident_key         INTEGER REFERENCES incident (key),
    run_number           INTEGER,
    created_at           INTEGER NOT NULL,
    created_by           TEXT    NOT NULL,
    updated_at           INTEGER NOT NULL,
    version              INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX action_item_by_stage ON action_item (stage, number);
CREATE INDEX action_item_by_incident ON action_item (incident_key) WHERE incident_key IS NOT NULL;

-- What became of one. Append-only.
CREATE TABLE action_event (
    item_key             INTEGER NOT NULL REFERENCES action_item (key),
    -- Within the item, from 1.
    seq                  INTEGER NOT NULL,
    at                   INTEGER NOT NULL,
    actor_name           TEXT    NOT NULL,
    -- What it was then, as JSON; none: it was changed in another way.
    standing             TEXT,
    note                 TEXT,
    PRIMARY KEY (item_key, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER action_event_is_not_changed BEFORE UPDATE ON action_event BEGIN
    SELECT RAISE(ABORT, 'events of action items are append-only');
END;
CREATE TRIGGER action_event_is_not_deleted BEFORE DELETE ON action_event BEGIN
    SELECT RAISE(ABORT, 'events of action items are append-only');
END;
