# The words of the public pages, English. Every key stands in ja/pages.ftl too; a test holds that.
# In separators an underscore is a space: Fluent trims spaces at the ends of a message.

language-ja = 日本語
language-en = English
skip-to-content = Skip to content
site-nav = This site
footer-zone = Days are counted in the time zone
footer-made-with = Watched by Yagura
follow = Follow:
follow-api = API
zone-mine = Show times in my zone
zone-site = Show times in the site’s zone
theme = Theme
theme-auto = System
theme-light = Light
theme-dark = Dark
live = Live
live-connecting = Connecting …
live-lost = Connection lost; this page may be out of date

status-operational = Operational
status-degraded-performance = Degraded
status-partial-outage = Partial outage
status-major-outage = Major outage
status-under-maintenance = Maintenance
status-unknown = Unknown
status-unwatched = Not watched

summary-operational = { $total ->
    [one] The one component is operational
   *[other] All { $total } components are operational
}
summary-degraded-performance = { $affected ->
    [one] One component of { $total } is degraded
   *[other] { $affected } of { $total } components are degraded
}
summary-partial-outage = { $affected ->
    [one] One component of { $total } is partly down
   *[other] { $affected } of { $total } components are partly down
}
summary-major-outage = { $affected ->
    [one] One component of { $total } is down
   *[other] { $affected } of { $total } components are down
}
summary-under-maintenance = { $affected ->
    [one] Planned work on one component
   *[other] Planned work on { $affected } components
}
summary-unknown = { $affected ->
    [one] The state of one component of { $total } is not known
   *[other] The state of { $affected } of { $total } components is not known
}
summary-empty = Nothing is shown here yet
others-partial-outage = { $n ->
    [one] 1 more is partly down
   *[other] { $n } more are partly down
}
others-degraded-performance = { $n ->
    [one] 1 more is degraded
   *[other] { $n } more are degraded
}
others-unknown = the state of { $n } more is not known
others-under-maintenance = planned work on { $n } more
checked = checked { $when }
since = since { $when }
uplink-lost = Yagura itself has lost its connection: what is outside cannot be seen
depends-on-troubled = What it depends on is in trouble too: { $names }.
taken-at = These figures were taken on
ungrouped = Other components
components-count = { $n ->
    [one] 1 component
   *[other] { $n } components
}
components = Components
filter = Find
filter-only-troubled = Only in trouble
filter-shown = { $n } of { $total } shown
filter-none = None matches

incidents-open = Happening now
incident-investigating = Investigating
incident-identified = Identified
incident-monitoring = Monitoring
incident-resolved = Resolved
incident-postmortem = Postmortem
impact-none = no impact
impact-minor = minor impact
impact-major = major impact
impact-critical = critical impact
maintenance-ahead = Planned work
maintenance-scheduled = Scheduled
maintenance-in-progress = In progress
maintenance-verifying = Verifying
maintenance-completed = Completed
maintenance-subscribe = Subscribe to maintenance in a calendar (iCal)
updates-older = { $n } earlier
recent = Past 14 days
recent-none = No outage was confirmed in the past 14 days.
recent-left-out = And { $n } more; all are in the history.
history = History
history-open = All outages by month
history-text = Every outage that was confirmed and every incident that was made public, in the month in which it began.
history-none = No outage was confirmed.
history-left-out = And { $n } more in this month.
history-pages = Other months
history-newer = Newer
history-older = Older

empty-text = No component is public. This is how the first one stands in yagura.yaml:
empty-reload = Yagura takes up the change by itself within a few seconds.

uptime = Uptime
percent = { $n } %
uptime-unknown = no data
span-24h = 24 h
span-7d = 7 days
span-30d = 30 days
span-90d = 90 days
bar-label = { $name }, { $days ->
    [one] one day
   *[other] last { $days } days
}: uptime { $uptime }; days with trouble: { $bad }; days without data: { $unknown }
legend = What the bars mean: taller is worse
formula-title = How uptime is computed
formula = Uptime = 1 − (major outage + { $partial } × partial outage + { $degraded } × degraded) ÷ (all time − unknown − maintenance), from the exact intervals of each state.
formula-unknown = Time in which nothing was known counts neither as up nor as down. A span of which less than half is known has no figure. Figures are rounded down.

checks = Checks
no-checks = Nothing checks this component yet.
phase-resolve = Name lookup
phase-connect = Connection
phase-tls = Encryption
phase-processing = Waiting
phase-transfer = Reading
day-empty = Nothing was checked in the last 24 hours.
day-cut = Only the newest { $n } results of these 24 hours are shown.
day-unreadable = Single results cannot be read right now. All other figures on this page are complete.
day-counts = Last 24 hours: { $up } up, { $degraded } degraded, { $down } down, { $unknown } unknown
key-p50 = median
key-p95 = 95th percentile
axis-from = 24 hours ago
axis-until = now
stretches-open = Show every change as a table
stretches-caption = Results that follow each other and say the same are one line
stretch-from = From
stretch-result = Result
stretch-until = To
stretch-count = Checks
stretches-left-out = And { $n } older lines.
results-all = Every single result of the last 24 hours (CSV)
latency-24h = Response times of the last 24 hours
response-time = Response time:
latency = p50 { $p50 } · p95 { $p95 }
column-p50 = median { $took }
column-p95 = 95 % within { $took }
column-up = { $n } up
column-degraded = { $n } degraded
column-down = { $n } down
column-unknown = { $n } unknown
column-nothing = nothing measured
check-took = Took
check-http = HTTP
check-tcp = TCP
check-heartbeat = Heartbeat
not-checked-yet = Not checked yet
heartbeat-new = has never called
heartbeat-on-time = on time
heartbeat-late = late
heartbeat-missed = missed
heartbeat-failed = failed
heartbeat-unsure = may have called while Yagura was away
verdict-up = Up
verdict-degraded = Degraded
verdict-down = Down
verdict-unknown = Unknown
cause-timeout = No answer in time
cause-dns = The name does not resolve
cause-connect = No connection
cause-tls = No secure connection
cause-protocol = The connection broke
cause-redirect = Redirects lead nowhere
cause-condition = Not the expected answer
cause-body-too-large = The answer is too large
cause-expect = Not the expected reply
cause-missed = Did not call in time
cause-reported-failure = Reported a failure
cause-local-resources = Unknown: Yagura lacks resources
cause-local-network = Unknown: Yagura has no network
cause-resolver = Unknown: Yagura's resolver does not answer
cause-uplink = Unknown: Yagura's uplink is gone
cause-internal = Unknown: the check itself failed
cause-not-allowed = Unknown: Yagura may not connect to the address

outages = Outages of the last 90 days
no-outages = None was confirmed.
outages-left-out = And { $n } more in these 90 days.
outage-began = Began
outage-recovered = Ended
outage-unwatched = No longer watched since
outage-state = State
outage-lasting = Not over yet
outage-so-far = { $length } so far
segments-left-out = { $n } earlier changes
days = Day by day
days-open = Show the last 90 days as a table
day-column = Day
status-column = Worst state
down-column = Down
unknown-column = Unknown
watched-since = Watched since
back-to-status = ← All components

day = { $date }: { $facts }
day-no-data = no data
day-not-watched = not yet watched
day-up = { $uptime } up
day-down = { $length } down
day-degraded = { $length } degraded
day-maintenance = { $length } of maintenance
day-partly-unknown = { $length } not known
list-separator = ,_
unit-separator = _
unit-day = { $n } d
unit-hour = { $n } h
unit-minute = { $n } min
unit-second = { $n } s
under-a-second = under 1 s
took-ms = { $n } ms
took-s = { $n } s
date = { $day } { $month } { $year }
month-of-year = { $month } { $year }
moment = { $date }, { $time } { $zone }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

not-found-title = There is no such page
not-found-text = The address leads nowhere. What it named may have been renamed or removed.
unavailable-title = This page cannot be shown right now
unavailable-text = What it needs cannot be read at the moment. The front page has the present state.

# An incident and its page.
story-lasted = { $length } in all
story-next-update = Next update by { $when }
story-corrects = Corrects an earlier update
story-corrected = Corrected by a later update
story-all-updates = All updates
story-updates = Updates
story-no-updates = Nothing was told yet.
story-affected = Affected components
story-figures = Figures
story-stated = stated: { $length }
story-timeline = Timeline
story-about = about { $when }
story-task-done = done
story-task-open = to do
story-withheld = Withheld
