-- Who this installation is, for ids that others keep: the page id of the Statuspage API, the ids of feeds. A UUIDv7, so it says when
-- the installation began too. One row.

CREATE TABLE site (
    only_row         INTEGER PRIMARY KEY CHECK (only_row = 1),
    id               TEXT    NOT NULL
) STRICT;
