-- History is read by month, over all components.

CREATE INDEX outage_by_start ON outage (started_at);
