# The responder's screen, English: beginning a run, where steps stand, what is done about them, what waits on the device, and the end. What
# lists of runs say stands in runbooks.ftl. Every key stands in ja/runs.ftl too; a test holds that.

run-stand-open = To do
run-stand-awaiting = Awaits confirmation
run-stand-done = Done
run-stand-verified = Seen by Yagura
run-stand-skipped = Skipped
run-stand-failed = Failed
run-stand-recheck = Look again
run-stand-not-applicable = Not needed

run-start-title = Follow “{ $name }”
run-start-back = ← { $name }
run-start-mode = Why you follow it
run-mode-choice = { $name }: { $what }
run-mode-live-about = something is wrong
run-mode-drill-about = practice on real systems, counted apart
run-mode-rehearsal-about = read through without doing anything, counted apart
run-start-incident = Incident
run-start-incident-hint = What you tick becomes a row of its timeline.
run-start-no-incident = None
run-start-component = Component
run-start-component-hint = Values that you leave empty are taken from it.
run-start-no-component = None
run-start-values = Values in the commands
run-start-values-hint = What you do not know yet is asked for on the next screen.
run-start-now = Begin
run-start-cancel = Cancel

run-back = ← The runbook
run-switch = View
run-focus = One step
run-list = List
run-about = About this runbook
run-newer = Version { $n } is out
run-newer-changed = { $n ->
    [one] 1 step changed
   *[other] { $n } steps changed
}
run-newer-added = { $n ->
    [one] 1 step came
   *[other] { $n } steps came
}
run-newer-removed = { $n ->
    [one] 1 step went
   *[other] { $n } steps went
}
run-newer-rechecks = { $n ->
    [one] 1 tick would have to be looked at again
   *[other] { $n } ticks would have to be looked at again
}
run-newer-look = See what changed
run-missing =
    { $n ->
        [one] One value is still missing
       *[other] { $n } values are still missing
    }
run-missing-give = Fill them in
run-optional = { $name } (optional)
run-pattern = It has to look like this:
run-secret = { $title }: set { $name } in your own shell. Yagura does not keep it.
run-values = Values in the commands
run-change = Change values
run-change-now = Save the values

run-open = Show
run-open-step = Show step { $n }
run-answered = Answered: { $value }
run-otherwise = Change the answer
run-wait-until = Wait until { $when }
run-awaiting-own = You did it. Somebody else has to confirm it.
run-awaiting-other = { $name } did it. Look at it, then confirm it.
run-not-on-the-way = Your answers lead past this step.

run-act = What to do about this step
run-done = Done
run-done-step = Step { $n }: done
run-confirm = Confirm
run-skip = Skip
run-skip-why = Skip this critical step
run-confirm-own = Confirm it myself
run-confirm-why = Confirm it without a second person
run-fail = Failed
run-fail-why = It failed
run-untick = Not done after all
run-untick-why = Correct the record: not done after all
run-instead = If it was done, use “{ $to }” instead.
run-below = The steps below this one come first.
run-ahead = To the next step to do
run-previous = Step before
run-following = Step after
run-reason = Why?
run-reason-hint = A few words, at least 3 characters. They stand in the timeline.
run-refused-step = This was not saved:
run-more = More
run-note = Note
run-note-add = Add the note
run-note-add-wrong = The runbook is wrong here
run-note-wrong = Runbook wrong
run-done-so = Done, with this note and time
run-at = When it happened
run-at-hint = Left empty: now. Or 22:36, -5m, 2024-04-18 22:36 JST.
run-photo = Take a photo
run-output = Or paste output
run-keep = Keep it with this step

run-notes = Notes on the run
run-notes-none = No notes on the run as a whole yet.
run-note-of-run = Note on the run as a whole
run-refused-note = This note was not saved:
run-copies = Note in the run which commands I copy

run-unpaired = Still to be undone
run-unpaired-step = “{ $title }” was done. “{ $to }” undoes it.
run-left = Still to do:
run-nothing-left = Nothing is left to do. End the run below.
run-end = End the run
run-outcome = What came of it
run-outcome-hint = Resolved, mitigated and no effect need every step to be done, skipped or not needed. Giving up needs a few words.
run-right = The runbook that would have been right
run-right-hint = It helps to lead the next one there at once.
run-right-none = Not known
run-end-text = Remarks
run-end-text-hint = Needed when you give up, and when something stays that was to be undone.
run-end-now = End the run now
run-ended = This run has ended: { $what }
run-right-was = The right runbook would have been: { $title }

run-queue = What was not saved
run-waits = not sent yet
run-kept = Kept on this device, sent when the connection is back: { $n }
run-already = { $name } had done this already: { $title }
run-somebody = Somebody
run-refused = Not saved: { $title }.
run-is-now = It is now: { $state } ({ $name }).
run-as-note = Keep as a note
run-on-step = { $name } is on step { $n }
run-here = { $name } is here
run-gone = The step you had before you is not in this version any more.
run-timer = Step { $n }: { $time } to wait
run-timer-over = Step { $n }: the wait is over
run-picture-kept = Kept with step { $n }.
run-no-time = This is no time, or there is no connection to understand it. Left empty it means now.
run-wait-first = What you did has to be sent first. End the run once the connection is back.

run-rebase-title = RUN-{ $n }: go on with a newer version?
run-rebase-back = ← { $name }
run-rebase-text = From version { $from } to version { $to }. Ticks of steps whose text is the same stay.
run-rebase-rechecks = Changed although ticked, to be looked at again: { $names }
run-rebase-history = Gone although ticked, kept in the history: { $names }
run-rebase-same = No step has changed.
run-rebase-kept = { $n ->
    [one] 1 step is the same.
   *[other] { $n } steps are the same.
}
run-rebase-now = Go on with version { $n }
run-rebase-cancel = Stay with this one
