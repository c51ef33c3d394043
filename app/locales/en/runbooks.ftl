# Runbooks: as they are read, on public pages and at the desk; their list, history, versions, and writing them; and lists of runs. English;
# every key stands in ja/runbooks.ftl too, and a test holds that. What is said while one is followed stands in runs.ftl.

section-meaning = Meaning
section-impact = Impact
section-diagnosis = Diagnosis
section-mitigation = Mitigation
section-verification = Verification
section-escalation = Escalation
section-prevention = Prevention

risk-low = Low risk
risk-high = High risk: users may notice
risk-destructive = Destructive: cannot be undone

need-vpn = VPN
need-ssh = SSH
need-console = a console or KVM
need-lan = the same network
need-physical = hands at the machine
need-phone-ok = nothing but a phone

answer-yes = Yes
answer-no = No

step-critical = Critical: do not skip
step-two-person = A second person confirms it
step-needs = Needs: { $names }
step-timer = Then wait { $length }
step-verify = Yagura ticks it when the probe { $name } is up
step-undo = Undo later with: { $name }
step-when = Only if “{ $name }” was answered: { $value }
step-answers = Where it goes on:
step-leads-to = → { $name }
step-expect = What to expect

code-copy = Copy
code-copied = Copied
code-selected = Selected: now copy it yourself
code-missing = Cannot be copied yet, missing: { $names }
code-missing-said = missing value
code-secret = { $names }: set it in your own shell first. Yagura does not keep it.
code-secret-said = from your shell

runbook-estimated = About { $length }
runbook-applies-to = For { $names }
runbook-alerts = Alerts: { $names }
runbook-version = Version { $n }
runbook-other-language = This runbook is written in { $name } only.
runbook-empty = There is nothing in it yet.
runbook-source = Its text in Markdown

runbooks-title = Runbooks
runbooks-back = ← All runbooks
runbooks-public-text = What to do when something is wrong, step by step.
runbooks-none-public = No runbook is public.
runbooks-text = Checklists that are followed step by step. Every tick becomes a row in the incident’s timeline.
runbooks-active = Being followed now
runbooks-all = All runbooks
runbooks-write = Write a runbook
runbooks-coverage = What needs attention
runbooks-search = Search
runbooks-search-hint = Titles and names of alerts.
runbooks-show = Search
runbooks-show-all = Show all
runbooks-none = There is no runbook yet. Write the first one for the trouble that woke you last.
runbooks-none-found = No runbook matches. Try fewer or other words.
runbooks-own = Your own runbooks
runbooks-folder = Put files like disk-full.en.md into { $name }. Yagura takes up changes within seconds.
runbooks-no-folder = No folder for your own runbooks is named yet. Name one in yagura.yaml, and put files like disk-full.en.md into it:
runbooks-unusable = Cannot be used
runbooks-errors = { $n ->
    [one] 1 mistake
   *[other] { $n } mistakes
}
runbooks-bundled = Ships with Yagura
runbooks-public = Public
runbooks-steps = { $n ->
    [one] 1 step
   *[other] { $n } steps
}
runbooks-used = last used { $when }
runbooks-never-used = never used
runbooks-drilled = last drilled { $when }
runbooks-never-drilled = never drilled

runbook-show-nothing = Nothing of it can be shown: its files have mistakes, and there never was a version without.
runbook-show-run = Follow it now
runbook-show-write = Write a new version
runbook-show-public = Public page
runbook-show-older = You are reading version { $n }. Version { $total } is in use.
runbook-show-newest = To the version in use
runbook-show-mistakes = Its files have mistakes. Until they are mended, version { $n } stays in use.
runbook-show-mistakes-never = Its files have mistakes, so it cannot be followed. Mend them, and Yagura takes it up within seconds.
runbook-show-findings = { $n ->
    [one] 1 thing to mend or improve
   *[other] { $n } things to mend or improve
}
runbook-show-wrong = Noted as wrong
runbook-show-wrong-whole = About all of it
runbook-show-use = Review and use
runbook-show-reviewed = reviewed { $when }
runbook-show-reviewed-by = by { $name }
runbook-show-never-reviewed = never reviewed
runbook-show-review-due = review due { $when }
runbook-show-review-late = review overdue since { $when }
runbook-show-drill-due = drill due { $when }
runbook-show-drill-late = drill overdue since { $when }
runbook-show-owner = Owner: { $name }
runbook-show-review-open = I have reviewed it
runbook-show-review-note = Note
runbook-show-review-hint = What you looked at or changed. May stay empty.
runbook-show-review = Save the review
runbook-show-runs = Runs
runbook-show-runs-none = It was never followed in earnest.
runbook-show-drills = Drills and rehearsals
runbook-show-drills-none = Nobody has practised it yet. Do so on a quiet day: begin a run and choose “Drill”.
runbook-show-figures = Figures of its steps
runbook-show-figures-none = There will be figures once it was followed in earnest.
runbook-show-figures-open = { $n ->
    [one] 1 step
   *[other] { $n } steps
}
runbook-show-median = median { $length }
runbook-show-done-in = { $n ->
    [one] in 1 run
   *[other] in { $n } runs
}
runbook-show-skipped = { $n ->
    [one] skipped once
   *[other] skipped { $n } times
}
runbook-show-failed = { $n ->
    [one] failed once
   *[other] failed { $n } times
}
runbook-show-versions = Versions
runbook-show-versions-older = { $n } older
runbook-show-diff = changes since version { $n }
runbook-show-files = Files
runbook-show-bundled = It ships with Yagura. Files called { $name }.ja.md and { $name }.en.md in your own folder take its place.

version-diff-title = From version { $from } to version { $to }
version-diff-back = ← { $name }
version-diff-from = Older version
version-diff-to = Newer version
version-diff-show = Compare
version-diff-none = No step differs.
version-diff-kept = { $n ->
    [one] 1 step is the same
   *[other] { $n } steps are the same
}
version-diff-before = Before
version-diff-after = Now
step-change-kept = Same
step-change-changed = Changed
step-change-moved = Moved
step-change-new = New
step-change-removed = Removed

runbook-write-title = Write a runbook
runbook-write-of = New version of { $name }
runbook-write-back = ← Back
runbook-write-text = Write it here or in your own editor. Nothing is saved on the server: download the file and put it where it belongs. Until then what you type stays in this browser.
runbook-write-language = Language
runbook-write-source = Text
runbook-write-source-hint = Markdown. “## ” begins a section, “- [ ] ” a step.
runbook-write-check = Check
runbook-write-ids = Give steps their ids
runbook-write-download = Download
runbook-write-findings = What was found
runbook-write-good = Nothing is wrong with it.
runbook-write-better = { $n ->
    [one] It can be used. One thing could be better.
   *[other] It can be used. { $n } things could be better.
}
runbook-write-wrong = { $n ->
    [one] One mistake has to be mended before it can be used.
   *[other] { $n } mistakes have to be mended before it can be used.
}
runbook-write-place = Where the file goes
runbook-write-file = File name:
runbook-write-preview = Preview: { $name }
runbook-finding-error = Mistake
runbook-finding-warning = Could be better
runbook-finding-line = line { $n }

alert-stub-public = This site has no public runbook for this alert.
alert-stub-desk = Signed in? Open it at the desk
alert-stub-upstream = What the Prometheus Operator project writes about { $name }
alert-stub-of = Alert of { $name }
alert-stub-none = No runbook is bound to this alert yet.
alert-stub-similar = Could one of these be meant?
alert-stub-similar-text = If one fits, add { $name } to the list “alerts” at the head of its file.
alert-stub-write = Write this runbook
alert-stub-write-text = You know more about this trouble now than anybody will next time. Three steps are a good beginning.
alert-stub-write-this = Write this runbook

coverage-title = What needs attention
coverage-text = A runbook that nobody has looked at for long is wrong when it is needed. The worst stand first.
coverage-stale = { $n ->
    [one] 1 runbook to look after
   *[other] { $n } runbooks to look after
}
coverage-fresh = { $n ->
    [one] 1 other runbook needs nothing.
   *[other] { $n } other runbooks need nothing.
}
coverage-none = { $n ->
    [one] The one runbook needs nothing.
   *[other] All { $n } runbooks need nothing.
}
coverage-contested = Names that two runbooks claim
coverage-contested-text = An alert leads to one runbook. Remove the name from the others.
coverage-used = used

run-mode-live = For real
run-mode-drill = Drill
run-mode-rehearsal = Rehearsal
run-state-active = In progress
run-state-done = Done
run-state-aborted = Given up
run-outcome-resolved = Resolved
run-outcome-mitigated = Mitigated
run-outcome-no-effect = No effect
run-outcome-wrong-runbook = Wrong runbook
run-outcome-aborted = Given up
run-by = begun by { $name }
run-progress = { $n } of { $total } steps

# What is due about a runbook: on its badge, and as a reason.
runbook-due-wrong-notes = Noted as wrong
runbook-due-often-skipped = Often not followed
runbook-due-never-drilled = Drill due
runbook-due-drill-due = Drill due
runbook-due-review-due = Review due
runbook-due-replaced = Replaced
runbook-due-language-missing = One language only
stale-mistakes = { $n ->
    [one] Its files have a mistake and are not in use.
   *[other] Its files have { $n } mistakes and are not in use.
}
stale-wrong-notes = { $n ->
    [one] It was noted as wrong in a recent run.
   *[other] It was noted as wrong { $n } times in recent runs.
}
stale-often-skipped = Steps were skipped or failed in { $n } of the last runs.
stale-never-drilled = It is to be practised and never was.
stale-drill-due = { $n ->
    [0] A drill is due.
    [one] A drill has been due for a day.
   *[other] A drill has been due for { $n } days.
}
stale-review-due = { $n ->
    [0] A review is due.
    [one] A review has been due for a day.
   *[other] A review has been due for { $n } days.
}
stale-replaced = Another one has taken its place: { $name }
stale-language-missing = It is not there in { $name ->
    [ja] Japanese
   *[en] English
}.
stale-warnings = { $n ->
    [one] One thing in its files could be better.
   *[other] { $n } things in its files could be better.
}

# The text with which a new runbook begins.
write-meaning = What has happened when this alert rings? Two or three sentences for somebody who was woken by it.
write-impact = Who notices what, and how bad does it get when nobody acts?
write-look = Look how the machine is
write-expect = What is to be seen when all is well, and what it means when it is not.
write-act = Do what helps
write-verify = Is everything back as users see it?
write-escalation = Whom to call, and when.
runbooks-folder-problem = The folder cannot be read right now, and what was read before stays in use: { $problem }
runbooks-strays = { $n ->
    [one] One file in it is no runbook
   *[other] { $n } files in it are no runbooks
}
