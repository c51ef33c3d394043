-- The outbox: what is to be said to the people on duty, and what became of it. Kept before it is sent, unless the disk takes too long; said at
-- least once, under a name by which whoever gets it twice knows it. Times are UTC milliseconds.

CREATE TABLE notification (
    -- In the order in which it was decided.
    seq          INTEGER PRIMARY KEY,
    -- What it is called, the same whenever it is tried again.
    key          TEXT    NOT NULL UNIQUE,
    alert_number INTEGER NOT NULL REFERENCES alert (number) ON DELETE CASCADE,
    -- Slug of the channel.
    channel      TEXT    NOT NULL,
    -- How many were said of this alert on this channel, with this one.
    ordinal      INTEGER NOT NULL,
    -- `fires`, `again`, `acknowledged`, `over`.
    say          TEXT    NOT NULL,
    -- How often it was said to fire since it was last said to be over, with this time.
    times        INTEGER NOT NULL,
    -- What is said, in words.
    severity     TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    -- A JSON list of pairs of texts.
    facts        TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    link         TEXT    NOT NULL,
    decided_at   INTEGER NOT NULL,
    -- `waiting`, `sent`, `replaced` (by a newer one before it could be sent), `dead` (given up).
    state        TEXT    NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    -- When it was tried last, and when it is to be tried next.
    tried_at     INTEGER,
    next_at      INTEGER,
    -- Why the last attempt failed.
    error        TEXT
) STRICT;
CREATE INDEX notification_by_alert ON notification (alert_number, channel, seq);
CREATE INDEX notification_by_state ON notification (state, seq);
CREATE INDEX notification_by_channel ON notification (channel, seq);
