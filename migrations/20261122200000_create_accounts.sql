-- Who may work at the desk, how they show who they are, and who did what. Secrets are kept as hashes, but for the second factor's,
-- which must be computed with. Times are UTC milliseconds.

CREATE TABLE user (
    key                  INTEGER PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    name                 TEXT    NOT NULL,
    -- The name by which it is found: case makes no other person.
    name_key             TEXT    NOT NULL UNIQUE,
    role                 TEXT    NOT NULL,
    -- Argon2id in PHC form; none until a link has been used, or for those who only have passkeys.
    password_hash        TEXT,
    totp_secret          BLOB,
    -- The newest time step whose code was used: no code is good twice.
    totp_step            INTEGER,
    -- The language they read the desk in; none: the browser's.
    language             TEXT,
    created_at           INTEGER NOT NULL,
    disabled_at          INTEGER,
    version              INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE passkey (
    id                   TEXT    PRIMARY KEY,
    user_key             INTEGER NOT NULL REFERENCES user (key),
    name                 TEXT    NOT NULL,
    credential_id        BLOB    NOT NULL UNIQUE,
    credential           TEXT    NOT NULL,
    created_at           INTEGER NOT NULL,
    last_used_at         INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_by_user ON passkey (user_key);

CREATE TABLE recovery_code (
    user_key             INTEGER NOT NULL REFERENCES user (key),
    hash                 BLOB    NOT NULL,
    used_at              INTEGER,
    PRIMARY KEY (user_key, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    -- SHA-256 of the token in the cookie.
    hash                 BLOB    PRIMARY KEY,
    id                   TEXT    NOT NULL UNIQUE,
    user_key             INTEGER NOT NULL REFERENCES user (key),
    -- `second_factor` while only the password was shown, then `open`.
    state                TEXT    NOT NULL,
    created_at           INTEGER NOT NULL,
    last_seen_at         INTEGER NOT NULL,
    expires_at           INTEGER NOT NULL,
    -- When they last showed who they are.
    confirmed_at         INTEGER NOT NULL,
    address              TEXT,
    user_agent           TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_user ON session (user_key, state, last_seen_at);
CREATE INDEX session_by_expiry ON session (expires_at);

-- One-time links: to set up the first account, to take up an invitation, to choose a new password.
CREATE TABLE link (
    hash                 BLOB    PRIMARY KEY,
    -- Whose account it opens; none: it makes the first one.
    user_key             INTEGER REFERENCES user (key),
    created_at           INTEGER NOT NULL,
    expires_at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
    id                   TEXT    PRIMARY KEY,
    name                 TEXT    NOT NULL,
    -- The first characters of the key, by which people tell keys apart.
    prefix               TEXT    NOT NULL,
    hash                 BLOB    NOT NULL UNIQUE,
    -- Names of scopes with spaces between them.
    scopes               TEXT    NOT NULL,
    created_by           TEXT    NOT NULL,
    created_at           INTEGER NOT NULL,
    expires_at           INTEGER,
    last_used_at         INTEGER,
    revoked_at           INTEGER
) STRICT, WITHOUT ROWID;

-- Append-only, chained: each row's hash covers the row and the hash before it, so that a row that was changed or taken out shows.
CREATE TABLE audit_log (
    seq                  INTEGER PRIMARY KEY,
    at                   INTEGER NOT NULL,
    -- `user`, `key`, `shell` or `system`.
    actor_kind           TEXT    NOT NULL,
    actor_id             TEXT    NOT NULL,
    actor_name           TEXT    NOT NULL,
    action               TEXT    NOT NULL,
    object_kind          TEXT    NOT NULL,
    object_id            TEXT    NOT NULL,
    object_name          TEXT    NOT NULL,
    -- What changed, as JSON, without secrets.
    change               TEXT    NOT NULL,
    address              TEXT,
    request_id           TEXT    NOT NULL,
    hash                 BLOB    NOT NULL
) STRICT;
CREATE INDEX audit_log_by_object ON audit_log (object_kind, object_id, seq);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, seq);
CREATE INDEX audit_log_by_action ON audit_log (action, seq);
CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_log_is_not_deleted BEFORE DELETE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- `INSERT OR REPLACE` deletes without asking the trigger above.
CREATE TRIGGER audit_log_is_not_replaced BEFORE INSERT ON audit_log WHEN EXISTS (SELECT 1 FROM audit_log WHERE seq = NEW.seq) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- How far the log goes, so that rows taken off its end show too. One row.
CREATE TABLE audit_head (
    only_row             INTEGER PRIMARY KEY CHECK (only_row = 1),
    seq                  INTEGER NOT NULL,
    hash                 BLOB    NOT NULL
) STRICT;

-- What requests with an `Idempotency-Key` answered, for a day.
CREATE TABLE idempotency (
    actor_id             TEXT    NOT NULL,
    key                  TEXT    NOT NULL,
    -- Of what was asked: the same key for something else is a mistake of the caller.
    request_hash         BLOB    NOT NULL,
    outcome              TEXT    NOT NULL,
    at                   INTEGER NOT NULL,
    PRIMARY KEY (actor_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency (at);
