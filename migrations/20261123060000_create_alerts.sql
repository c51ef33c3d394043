-- Alerts: one row for each trouble, whoever reported it how often; and what happened to it. Names of words (origins, severities, events …)
-- stand as they do in JSON. Times are UTC milliseconds.

ALTER TABLE alert RENAME TO tower_alert;

CREATE TABLE alert (
    -- What people speak of, `ALERT-7`. Given in memory, before anything is on disk.
    number               INTEGER PRIMARY KEY,
    -- Who reports it: the name of an API key; empty: Yagura itself, or a person at the desk.
    source               TEXT    NOT NULL,
    -- How it came: `alertmanager`, `grafana`, `script`, `probe`, `tower`, `person`.
    origin               TEXT    NOT NULL,
    -- What the source knows it by.
    fingerprint          TEXT    NOT NULL,
    -- When its first occurrence began, and when the newest one began and ended.
    began_at             INTEGER NOT NULL,
    starts_at            INTEGER NOT NULL,
    ended_at             INTEGER,
    -- By our clock.
    received_at          INTEGER NOT NULL,
    -- How often it was said to fire.
    received             INTEGER NOT NULL,
    -- Until when the source promised to say it again.
    promised_until       INTEGER,
    -- The newest turns between firing and over, as a JSON list.
    turns                TEXT    NOT NULL,
    -- True (1) while it turns too often to be told of each time.
    is_flapping          INTEGER NOT NULL DEFAULT 0,
    -- JSON objects of texts. What stands in them comes from anywhere.
    labels               TEXT    NOT NULL,
    annotations          TEXT    NOT NULL,
    -- True (1) when something of them was left out.
    is_cut               INTEGER NOT NULL DEFAULT 0,
    -- Addresses that came with it, as a JSON object: `generator`, `dashboard`, `panel`, `silence`, `sender`.
    links                TEXT    NOT NULL DEFAULT '{}',
    -- What it is called, and that in the form in which names are compared.
    name                 TEXT    NOT NULL,
    name_key             TEXT    NOT NULL,
    -- Slug of its type.
    type                 TEXT,
    severity             TEXT    NOT NULL,
    component            TEXT,
    -- The alert under which it is folded, and why.
    above                INTEGER,
    because              TEXT,
    -- What people decided.
    incident_key         INTEGER REFERENCES incident (key),
    acknowledged_at      INTEGER,
    acknowledged_by      TEXT,
    -- Who said that it is over; none: its source did.
    ended_by             TEXT
) STRICT;
CREATE INDEX alert_by_identity ON alert (source, fingerprint, number);
CREATE INDEX alert_that_fires ON alert (number) WHERE ended_at IS NULL;
CREATE INDEX alert_by_end ON alert (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX alert_by_name ON alert (name_key, number);
CREATE INDEX alert_by_component ON alert (component, number) WHERE component IS NOT NULL;
CREATE INDEX alert_by_head ON alert (above, number) WHERE above IS NOT NULL;
CREATE INDEX alert_by_beginning ON alert (began_at);
CREATE INDEX alert_by_incident ON alert (incident_key, number) WHERE incident_key IS NOT NULL;

-- What happened to an alert. Append-only.
CREATE TABLE alert_event (
    alert_number         INTEGER NOT NULL REFERENCES alert (number) ON DELETE CASCADE,
    seq                  INTEGER NOT NULL,
    event                TEXT    NOT NULL,
    occurred_at          INTEGER NOT NULL,
    recorded_at          INTEGER NOT NULL,
    actor_kind           TEXT    NOT NULL,
    actor_name           TEXT    NOT NULL,
    -- What belongs to it: the number of an incident, of the alert above.
    number               INTEGER,
    -- A reason, in somebody's words.
    text                 TEXT,
    PRIMARY KEY (alert_number, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER alert_event_is_not_changed BEFORE UPDATE ON alert_event BEGIN
    SELECT RAISE(ABORT, 'events of alerts are append-only');
END;
-- `INSERT OR REPLACE` deletes without asking a trigger.
CREATE TRIGGER alert_event_is_not_replaced BEFORE INSERT ON alert_event
WHEN EXISTS (SELECT 1 FROM alert_event WHERE alert_number = NEW.alert_number AND seq = NEW.seq) BEGIN
    SELECT RAISE(ABORT, 'events of alerts are append-only');
END;

-- What Yagura itself rang for before alerts were kept as they are now.
INSERT INTO alert (number, source, origin, fingerprint, began_at, starts_at, ended_at, received_at, received, turns, labels, annotations,
                   name, name_key, severity)
SELECT ROW_NUMBER() OVER (ORDER BY started_at, key), '', 'tower', 'tower:' || kind, started_at, started_at, ended_at,
       COALESCE(ended_at, started_at), 1,
       CASE WHEN ended_at IS NULL THEN json_array(started_at) ELSE json_array(started_at, ended_at) END,
       json_object('alertname', kind), '{}', kind, kind, 'sev2'
FROM tower_alert;
INSERT INTO alert_event (alert_number, seq, event, occurred_at, recorded_at, actor_kind, actor_name)
SELECT number, 1, 'began', began_at, began_at, 'system', 'Yagura' FROM alert
UNION ALL
SELECT number, 2, 'ended', ended_at, ended_at, 'system', 'Yagura' FROM alert WHERE ended_at IS NOT NULL;
DROP TABLE tower_alert;

-- The alert for which a runbook is followed.
ALTER TABLE run ADD COLUMN alert_number INTEGER REFERENCES alert (number) ON DELETE SET NULL;
CREATE INDEX run_by_alert ON run (alert_number) WHERE alert_number IS NOT NULL;
