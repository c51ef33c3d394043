# The words about action items, English: the list and the board, one item, what proves it, and the weekly digest. Every key stands in ja/actions.ftl
# too; a test holds that.

stage-open = Open
stage-in-progress = In progress
stage-done = Done
stage-verified = Verified
stage-deferred = Put off
stage-wont-do = Will not be done

horizon-now = Now
horizon-mid = In the next months
horizon-long = Later
horizon-someday = Some day

priority-p0 = P0 – before everything else
priority-p1 = P1 – soon
priority-p2 = P2 – in its turn
priority-p3 = P3 – when there is time

action-kind-prevent = Prevent
action-kind-detect = Detect sooner
action-kind-mitigate = Mitigate
action-kind-repair = Repair
action-kind-process = Way of working
action-kind-investigate = Investigate

action-origin-postmortem = from a postmortem
action-origin-incident = from an incident
action-origin-run = from a run of a runbook
action-origin-review = from a review

# The list.
actions-title = Action items
actions-text = What is left to do after incidents. Done is not yet proven: an item is verified once something or somebody shows that it works.
actions-empty = There are no action items here. Write down what would have helped while it is still fresh, or choose another filter.
actions-cut = Not all are shown. Narrow them down with the filter.
actions-stage = Stage
actions-active = not done yet
actions-all = all
actions-owner = Owner
actions-everybody = everybody
actions-filter = Show
actions-as-list = As a list
actions-as-board = As a board
actions-column-empty = Nothing here.
action-new = New action item
action-nobody = nobody
action-overdue = overdue since { $when }
now-overdue-actions = Overdue action items

# On the page of an incident.
incident-actions-heading = Action items
incident-actions-none = There are no action items yet.
incident-actions-new = New action item
incident-kin-heading = Earlier incidents of this kind
incident-kin-earlier = { $n ->
    [one] It happened before:
   *[other] It happened before, { $n } times:
}
incident-kin-text = What they left to be done. Look whether something of it helps now.

# One item.
action-bound = What shows that it is done
action-to-be-made = there is none of this name at the moment
action-unproven = nothing shown yet
action-steps = What becomes of it
action-becomes = It becomes
action-step-begin = Begun
action-step-finish = Done
action-step-verify = Verified: I have seen that it works
action-step-defer = Put off
action-step-decline = Not to be done
action-step-reopen = Open again
action-reason = Reason, or what you saw
action-reason-hint = 3 to 500 characters. Needed to verify it, put it off or decline it, and to open again what was done or declined. Why it was put off or declined is published with the postmortem.
action-until = Put off until
action-until-hint = Only to put it off: on that day it comes back by itself.
action-accepted-by = Who accepts that it is not done
action-accepted-by-hint = Only if it is not to be done: whoever takes on the risk.
action-step-send = Save
action-events = What became of it
action-changed = changed
action-what = What is to be done
action-change = Change
action-fields = Fields
action-text = What is to be done
action-text-hint = One thing, so that everybody can tell when it is done. At most 500 characters.
action-kind = What it is good for
action-horizon = How soon
action-horizon-hint = “Some day” reminds nobody.
action-priority = Priority
action-priority-hint = P0 and P1 need an owner and a due date.
action-owner = Owner
action-due = Due
action-url = Link
action-url-hint = Such as the issue or the change in another system.
action-incident = Incident
action-incident-hint = Such as 42 or INC-42. It may be empty.
action-bound-to = What shows that it is done
action-bound-hint = A probe that has been up for 24 hours, a new version of a runbook, a drill: once the item is done, this verifies it by itself. A component says only what it is about.
action-make = Make the action item
action-save = Save

action-probe-to-be = A probe that is still to be made
action-probe-to-be-hint = Its slug, like web-front-2. Once there is such a probe and it has been up for 24 hours, the item is verified by it.
bound-probe = Probe { $name }
bound-runbook = New version of the runbook { $name }
bound-drill = Drill with the runbook { $name }
bound-component = Component { $name }
action-proof-probe = { $name } up since { $when }
action-proof-runbook = { $name }, version { $n }
action-proof-drill = { $name }, run { $n }
action-proof-person = { $name }: { $note }

# Once a week.
digest-title = Action items: { $n } open{ $count ->
    [0] {""}
   *[other] , { $count } overdue
}
digest-overdue = overdue:
digest-more = { $n ->
    [one] and one more
   *[other] and { $n } more
}
digest-title-waiting = Incidents without a postmortem: { $n }
digest-waiting = Incident without a postmortem: { $name }
digest-link = Open the list

# What was typed, what cannot be done, and what was just done.
invalid-action-text = Please say what is to be done, in at most 500 characters.
invalid-address = This is no address. Write it like https://example.com/issues/42, at most 500 characters.
invalid-bound = This is not there: { $detail }. Please choose from the list.
invalid-bound-many = At most 10 things can show that an item is done. Please choose fewer.
invalid-duty = P0 and P1 need an owner and a due date.
invalid-action-until = An item is put off until a day after today. Write it like 2026-07-01.
invalid-accepted-by = Please say who accepts that it is not done.
refused-action-stage = This cannot follow the present stage. Load the page again; what is done or declined has to be opened again first.
done-action-made = The action item is made.
done-action-changed = The action item is changed.
done-action-moved = The stage is changed.
