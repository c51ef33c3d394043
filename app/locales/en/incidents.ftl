# The words about incidents at the desk, English: states, kinds, markers and so on, the list, and the forms. Every key stands in
# ja/incidents.ftl too; a test holds that.

state-triage = Triage
state-investigating = Investigating
state-identified = Identified
state-mitigated = Mitigated
state-resolved = Resolved
state-closed = Closed
state-cancelled = Cancelled

incident-kind-incident = Incident
incident-kind-near-miss = Near miss
incident-kind-drill = Drill

entry-kind-observation = Observation
entry-kind-action = Action
entry-kind-decision = Decision
entry-kind-hypothesis = Hypothesis
entry-kind-next-action = Next action
entry-kind-change = Change
entry-kind-communication = Communication
entry-kind-context = Context
entry-kind-note = Note
entry-kind-alert = Alert
entry-kind-probe = Probe
entry-kind-status = State
entry-kind-severity = Severity
entry-kind-impact = Impact
entry-kind-role = Role
entry-kind-update = Public update
entry-kind-marker = Marker
entry-kind-record = Record
entry-kind-step = Runbook step

visibility-internal = Internal
visibility-public = Public
visibility-redacted = Withheld

marker-impact-start = Impact began
marker-detected = Detected
marker-acknowledged = Acknowledged
marker-response-started = Response began
marker-access-gained = Access gained
marker-cause-identified = Cause identified
marker-mitigated = Mitigated
marker-resolved = Resolved
marker-impact-end = Impact ended
marker-first-public-update = First public update

incident-role-lead = Lead
incident-role-scribe = Scribe
incident-role-comms = Communications

hypothesis-open = Open
hypothesis-supported = Supported
hypothesis-refuted = Refuted
hypothesis-abandoned = Abandoned

metric-detect = Time to detect
metric-acknowledge = Time to acknowledge
metric-respond = Time to respond
metric-access = Time to access
metric-identify = Time to identify
metric-mitigate = Time to mitigate
metric-recover = Time to recover
metric-tell = Time to first public update

precision-exact = To the second
precision-minute = To the minute
precision-about = About then

hit-title = Title
hit-entry = Timeline
hit-update = Public update

incidents-title = Incidents
incidents-new = Open an incident
incidents-suggested = Suggested
incidents-work = Being worked on
incidents-over = Earlier
incidents-matching = Matching incidents
incidents-found = Found
incidents-none = There has been no incident yet. Open one when something is wrong, even if you are not sure: what you write down while it happens is what you will tell from afterwards. Yagura suggests one when it confirms an outage.
incidents-none-read = There has been no incident yet. Responders can open one; Yagura suggests one when it confirms an outage.
incidents-none-open = Nobody is working on an incident. Open one as soon as something is wrong; it can be cancelled if it was nothing.
incidents-none-open-read = Nobody is working on an incident.
incidents-none-over = None is over yet.
incidents-none-matching = No incident matches. Take something out of the filter, or show all.
incidents-none-found = Nothing was found for “{ $name }”. Try fewer or other words; titles, timelines and public updates are searched, in Japanese and English.
incidents-search = Search
incidents-search-hint = In titles, timelines and public updates.
incidents-filter = Filter
incidents-show = Search
incidents-all = Show all
incidents-state = State
incidents-any = any
incidents-state-open = being worked on
incidents-state-ended = over
incidents-severity = Severity
incidents-component = Component
incidents-kind = Kind
incidents-older = Older incidents
incidents-pages = More incidents
incidents-lead = Lead: { $name }
incidents-no-lead = No lead
incidents-public = Public
incidents-not-public = Not public
incidents-took = took { $length }
incidents-update-due = next update due { $when }
incidents-update-overdue = update overdue since { $when }
incidents-affects = Affects { $names }

suggestion-new = An outage without an incident
suggestion-joins = This may belong to INC-{ $n }
suggestion-suspects = Suspected
suggestion-suspect = { $name }: { $n } of { $total } that depend on it fail
suggestion-accept = Accept: open an incident
suggestion-accept-join = Accept: add to INC-{ $n }
suggestion-dismiss = Dismiss
suggestion-dismiss-ask = Dismiss this? It is not suggested again while the outage lasts. You can still open an incident yourself.

incident-when-hint = Like 22:36, -5m, 昨日 23:10 or 2024-04-18 22:36 JST, on the clock of { $zone }.
incident-keep-secrets = Keep it all the same
incident-keep-secrets-hint = Tick this if it is no secret, or if it is out of use. Everybody at the desk can read it.
incident-other-components = { $n ->
    [one] 1 other component
   *[other] { $n } other components
}
incident-no-components = There are no components yet. You can add them later and come back.

incident-edit-new = Open an incident
incident-edit-title = Change INC-{ $n }
incident-edit-back = ← All incidents
incident-edit-back-to = ← INC-{ $n }
incident-edit-what = What it is
incident-edit-title-ja = Title (Japanese)
incident-edit-title-en = Title (English)
incident-edit-title-hint = What is wrong, as users see it. A title in one language stands in both.
incident-edit-kind = Kind
incident-edit-kind-hint = A drill is an exercise: it is never public and never counted.
incident-edit-severity = Severity
incident-edit-severity-hint = If you are not sure, take the higher one.
incident-edit-impact = Impact on users
incident-edit-began = When it began
incident-edit-began-hint = Empty: now. Otherwise like 22:36, -5m, 昨日 23:10 or 2024-04-18 22:36 JST, on the clock of the time zone below.
incident-edit-body = What you know
incident-edit-body-hint = It becomes the first row of the timeline. It may be empty.
incident-edit-affected = Affected components
incident-edit-affected-hint = From now on; those that are no longer affected end now. Of an incident that is over: while it lasted.
incident-edit-affected-hint-new = From the moment when it began.
incident-edit-not-affected = not affected
incident-edit-people = Who does what
incident-edit-people-hint = Lead decides, scribe writes down, communications tells the public. Whoever has a role may do it, whatever they may do otherwise.
incident-edit-nobody = nobody
incident-edit-times = Times
incident-edit-zone = Time zone
incident-edit-zone-hint = In which its times are shown and understood.
incident-edit-figures = Figures
incident-edit-stated = Stated duration in minutes
incident-edit-stated-hint = How long it took as you tell it. It stands beside the computed one; empty: it is not told.
incident-edit-shows-metrics = Show the figures to the public
incident-edit-shows-metrics-hint = Times to detect, to recover and so on, once the incident is public.
incident-edit-open = Open the incident
incident-edit-open-hint = It stays internal until somebody makes it public.
incident-edit-save = Save
incident-edit-cancel = Cancel

entry-edit-title = Timeline row of INC-{ $n }
entry-edit-back = ← Timeline of INC-{ $n }
entry-edit-now = As it is now
entry-edit-by = by { $name }
entry-edit-recorded = written down { $when }
entry-edit-edited = { $n ->
    [one] edited once
   *[other] edited { $n } times
}
entry-edit-deleted = Deleted
entry-edit-starred = Starred
entry-edit-rejected-list = Decided against
entry-edit-annotated = Annotation
entry-edit-machine = Yagura wrote this row. What it says and when cannot be changed; you can hide it, star it, point markers at it or note something beside it.
entry-edit-change = Change
entry-edit-at = When it happened
entry-edit-precision = How exactly that is known
entry-edit-precision-typed = as the time is typed
entry-edit-kind = Kind
entry-edit-body = Text
entry-edit-body-hint = Markdown.
entry-edit-rejected = Decided against
entry-edit-rejected-hint = One option a line.
entry-edit-hypothesis = What became of it
entry-edit-visibility = Who may see it
entry-edit-visibility-hint = Internal: only the desk. Public: everybody, once the incident is public. Withheld: everybody sees that something happened and when, not what.
entry-edit-star = Star it: it stands out
entry-edit-annotation = Annotation
entry-edit-annotation-hint = A note beside the row, for the desk.
entry-edit-markers = Markers
entry-edit-markers-hint = The figures are computed from these moments. Each points at one row: ticking it here takes it from where it was.
entry-edit-save = Save
entry-edit-save-over = Save mine over theirs
entry-edit-conflict = { $name } changed this row while you were writing
entry-edit-conflict-text = Nothing is lost. Their text and yours stand side by side below. Take over what you need, then save: yours then stands in the timeline, and theirs stays among the earlier versions.
entry-edit-theirs = Text of { $name }
entry-edit-yours = Your text
entry-edit-delete = Delete the row
entry-edit-delete-ask = Delete this row? It leaves the timeline; its text stays in the earlier versions, and you can bring it back.
entry-edit-restore = Bring the row back
entry-edit-restore-text = This row was deleted. Its text is kept below.
entry-edit-revisions = Earlier versions
entry-edit-revisions-none = The row has not been edited.
entry-edit-revision = Version { $n }
entry-edit-happened = happened { $when }

evidence-title = Evidence
evidence-text = Never public.
evidence-none = There are no files yet.
evidence-none-add = There are no files yet. Add a screenshot, a photo or a piece of a log while it is still there.
evidence-file = Add a file
evidence-file-field = File
evidence-file-hint = PNG, JPEG, WebP, GIF or plain text, at most 10 MiB. Where and with what a photo was taken is removed from it.
evidence-upload = Upload
evidence-paste = Add text
evidence-name = Name
evidence-name-hint = Such as “kubectl get nodes”.
evidence-content = Text
evidence-content-hint = Output of a command, a piece of a log. Take out passwords and tokens first.
evidence-add = Add the text
evidence-delete = Delete
evidence-delete-ask = Delete “{ $name }”? Its content is gone for good.
evidence-size-bytes = { $n } bytes
evidence-size-kb = { $n } kB
evidence-size-mb = { $n } MB

pasting-title = Paste a timeline into INC-{ $n }
pasting-text = Paste notes from a chat, a document or a table: one line for each moment. Nothing is saved before you have looked at it.
pasting-source = Text
pasting-source-hint = Lines like “2024-04-18 22:36 JST text”, “22:38 text”, “- 23:10 text”, or a table. A day is carried on to the lines below it, also across midnight.
pasting-day = Day of the first line
pasting-day-hint = For lines before the first date, on the clock of { $zone }.
pasting-look = Look at it
pasting-look-again = Read the text again
pasting-look-again-text = Read it again if the text or the day was wrong. What you corrected above is then replaced.
pasting-source-open = The text itself
pasting-lines = How it was understood
pasting-lines-text = Correct what is wrong, untick what shall not be saved.
pasting-unread = { $n ->
    [one] One line was not understood. It is marked: give it a time, or leave it out.
   *[other] { $n } lines were not understood. They are marked: give them a time, or leave them out.
}
pasting-line = Line { $n }
pasting-line-at = Time of line { $n }
pasting-line-kind = Kind of line { $n }
pasting-line-body = Text of line { $n }
pasting-line-source = As it was pasted
pasting-count = { $n ->
    [0] Nothing of { $total } lines is going to be saved.
    [one] 1 of { $total } lines is going to be saved.
   *[other] { $n } of { $total } lines are going to be saved.
}
pasting-correct = Check the corrections
pasting-save = Save the ticked lines
pasting-take = Take
pasting-time = Time
pasting-kind = Kind
pasting-body = Text

update-edit-title = Public update of INC-{ $n }
update-edit-correct-title = Correct update { $number } of INC-{ $n }
update-edit-correct-text = What was published stays as it is and both can be read; your correction stands above it.
update-edit-corrected = What is corrected
update-edit-private = This incident is not public: nobody outside the desk sees updates of it. Tick below to make it public with this one.
update-edit-templates = Begin with a text
update-edit-templates-hint = It takes the place of what is in the form.
update-edit-status = Status
update-edit-body-ja = Text (Japanese)
update-edit-body-en = Text (English)
update-edit-body-hint = Markdown. What users notice, what you are doing, when they hear more.
update-edit-only = Languages
update-edit-only-hint = With one language only, readers of the other get that text too.
update-edit-only-both = Japanese and English
update-edit-only-ja = Only Japanese
update-edit-only-en = Only English
update-edit-components = Components
update-edit-components-hint = What is chosen here is shown as soon as the update is published.
update-edit-as-it-is = as it is: { $status }
update-edit-display-at = Time of the update
update-edit-display-at-hint = Empty: now. Otherwise like 22:36, -5m, 昨日 23:10 or 2024-04-18 22:36 JST, on the clock of { $zone }. When it was published is shown too.
update-edit-next = Next update
update-edit-next-hint = The desk reminds you when it is due.
update-edit-next-none = none promised
update-edit-next-in = in { $length }
update-edit-make-public = Make the incident public with this update
update-edit-make-public-hint = Its title, its components and the rows of the timeline that are marked as public are then there for everybody.
update-edit-preview = As the public will see it
update-edit-preview-show = Preview
update-edit-preview-unpublished = Nothing is published yet.
update-edit-publish = Publish
update-edit-publish-correction = Publish the correction

# Runbooks in an incident.
incident-runs-title = Runbooks
incident-runs-none = No runbook is being followed.
incident-runs-offered = Begin one with a tap
incident-runs-all = All runbooks
offered-component = for a component that is affected
offered-alert = for this kind of trouble
offered-severity = for incidents this grave
offered-state = for what comes afterwards
timeline-steps = { $count ->
    [one] One entry of a run
   *[other] { $count } entries of runs
}
now-runs = Runbooks being followed

# All rows of a timeline at once.
entries-choose = Choose what is public
entries-title = Who may read the rows of INC-{ $n }
entries-text = What the page of the incident and its postmortem tell everybody. The place of a redacted row is shown, its words are not. Starred rows stand out.
entries-all = All rows that people wrote
entries-all-hint = Rows of which you choose something else below, redacted rows and rows of Yagura are left out.
entries-as-chosen = as chosen below
entries-star = stands out
entries-save = Save
entries-none = There are no rows yet.
