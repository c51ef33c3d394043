# What Yagura itself writes into a timeline.
event-nobody = nobody
event-opened = The incident was opened
event-opened-by-rule = The incident was opened by rule
event-component-down = { $name }: { $status }
event-component-up = { $name } is operational again
event-outage-confirmed = The outage of { $name } was confirmed
event-state-changed = { $from } → { $to }
event-with-reason = { $what }. Reason: { $reason }
event-severity-changed = Severity { $from } → { $to }
event-impact-changed = Impact: { $from } → { $to }
event-kind-changed = { $from } → { $to }
event-published = Shown to the public
event-withdrawn = No longer shown to the public
event-component-affected = { $name } is affected since { $from }: { $status }
event-component-affected-until = { $name } was affected from { $from } to { $until }: { $status }
event-component-cleared = { $name } is not affected
event-role-changed = { $role }: { $from } → { $to }
event-update-published = Told the public (no. { $number }): { $status }
event-update-corrected = Told the public (no. { $number }), correcting no. { $corrected }: { $status }
event-marker-set = { $marker } is { $to }
event-marker-moved = { $marker }: { $from } → { $to }
event-marker-removed = { $marker } is not set any more
event-renamed = Renamed from “{ $from }” to “{ $to }”
event-related = Related to INC-{ $number }
event-unrelated = No longer related to INC-{ $number }
event-absorbed = INC-{ $number } was merged into this incident
event-merged-into = Merged into INC-{ $number }

# What is done in runs of runbooks. Modes and outcomes stand in runbooks.ftl.
event-with-words = { $what }: { $words }
event-alert-began = ALERT-{ $alert } fires: { $name }
event-alert-ended = ALERT-{ $alert } is over: { $name }
event-run-started = RUN-{ $run } began: “{ $title }” ({ $mode })
event-step-tick = RUN-{ $run }: done: { $step }
event-step-untick = RUN-{ $run }: not done after all: { $step }
event-step-skip = RUN-{ $run }: skipped: { $step }
event-step-fail = RUN-{ $run }: did not work: { $step }
event-step-answer = RUN-{ $run }: { $step } → { $answer }
event-step-confirm = RUN-{ $run }: confirmed: { $step }
event-step-verify = RUN-{ $run }: Yagura saw that it is so: { $step }
event-step-note = RUN-{ $run }: note on “{ $step }”
event-step-wrong = RUN-{ $run }: the runbook is wrong at “{ $step }”
event-step-output = RUN-{ $run }: evidence kept for “{ $step }”
event-run-rebased = RUN-{ $run } goes on with version { $to } instead of { $from }; { $rechecks ->
    [0] no step has to be looked at again
    [one] one step has to be looked at again
   *[other] { $rechecks } steps have to be looked at again
}
event-run-finished = RUN-{ $run } ended: { $outcome }

# What becomes of the postmortem of an incident.
event-postmortem-begun = The postmortem PM-{ $number } was begun
event-postmortem-draft = A new revision of the postmortem PM-{ $number } is being written
event-postmortem-in-review = The postmortem PM-{ $number } was handed in for review
event-postmortem-review-again = The postmortem PM-{ $number } was changed after its approval and has to be looked over again
event-postmortem-changes-requested = Changes to the postmortem PM-{ $number } were asked for
event-postmortem-corrected = A minor correction of the postmortem PM-{ $number } was saved; its approval stays
event-postmortem-approved = The postmortem PM-{ $number } was approved
event-postmortem-published = The postmortem PM-{ $number } was published
event-postmortem-retracted = The postmortem PM-{ $number } was taken back
event-postmortem-waived = Decided: no postmortem (PM-{ $number })
