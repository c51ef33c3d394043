# Alerts at the desk: what rings, one of them, raising one, and what is missing about them. English; every key stands in ja/alerts.ftl too, and a
# test holds that.

alerts-title = Alerts
alerts-firing = Firing
alerts-quiet = Nothing rings.
alerts-folded = { $total } alerts, folded into { $n }: those of one cause stand under it.
alerts-over = Ended
alerts-none-over = Nothing here.
alerts-older = Older ones
alerts-search = Name of the alert
alerts-search-hint = As its source calls it, such as DiskFull.
alerts-show-all = Show all
alerts-raise = Raise an alert
alerts-begin = Alertmanager, Prometheus, Grafana and scripts can report alerts here. Make an API key with the scope alerts:write for each of them, and put it where it says ygr_… In Alertmanager:
alerts-begin-key = Make a key

alert-fires = Firing
alert-over = Over
alert-back = ← All alerts
alert-follow = Follow: { $title }
alert-elsewhere = Runbook its source names
alert-no-runbook = No runbook
alert-write-runbook = Find or write a runbook
alert-acknowledge = I am on it
alert-unacknowledge = I am not on it any more
alert-acknowledged-by = { $name } is on it
alert-open-incident = Open an incident
alert-join = Or make it part of an incident
alert-join-do = Make it part of this one
alert-end = It is over
alert-end-ask = Say that this is over?
alert-end-ask-source = Its source has not said that it is over. Say so all the same? If it begins again, it rings again.
alert-ended-by = ended by { $name }
alert-flapping = Flapping
alert-flapping-about = It begins and ends again and again. Each turn is counted, and nobody is told of each.
alert-stale = No news
alert-stale-about = Its source promised to say again that it fires, and did not. It may be over, or the source may be down.
alert-held = Held
alert-held-about = Work on this component is planned right now; nobody is told.
alert-received = said { $n } times, last
alert-source = { $origin }: { $name }
alert-origin-alertmanager = Alertmanager
alert-origin-grafana = Grafana
alert-origin-script = Script
alert-origin-probe = Probe of Yagura
alert-origin-tower = Yagura itself
alert-origin-person = Raised by hand
alert-under = { $n ->
    [one] 1 more under it
   *[other] { $n } more under it
}
alert-under-others = and { $n } others
alert-because-dependency = Depends on what rings there:
alert-because-component = The same component rings there:
alert-because-storm = Part of one storm:
alert-runs = Runs for it
alert-said = What its source says
alert-type = Type: { $name }
alert-annotations = Annotations
alert-labels = Labels
alert-cut = Something was too much or too long and was left out.
alert-link-generator = Where it comes from
alert-link-dashboard = Dashboard
alert-link-panel = Panel
alert-link-silence = Silence it there
alert-link-sender = Sender
alert-events = What happened
alert-no-events = Not on disk yet, or the disk cannot be read.
alert-event-began = Began ({ $name })
alert-event-reopened = Began again ({ $name })
alert-event-ended = Over ({ $name })
alert-event-flapping = Flaps from here on: turns are only counted
alert-event-calm = Calm again
alert-event-acknowledged = { $name } took it on
alert-event-unacknowledged = { $name } let it go
alert-event-ended-by-hand = { $name } said that it is over
alert-event-unwatched = What it was about is no longer watched
alert-event-joined = Part of an incident ({ $name }):
alert-event-folded = Put under another alert:
alert-event-unfolded = Stands for itself again; it was under
alert-event-told = The people on duty were told

alert-raise-text = For what somebody sees that no probe sees.
alert-raise-type = Kind of trouble
alert-raise-no-type = None of these
alert-raise-name = What it is called
alert-raise-name-hint = May be left out if a kind is chosen. A runbook for this name is found by it.
alert-raise-severity = How grave
alert-raise-severity-of-type = As its kind says
alert-raise-component = What it is about
alert-raise-no-component = None of these, or as its kind says
alert-raise-summary = What is wrong
alert-raise-do = Raise it

now-alerts = Alerts
now-alerts-others = { $n ->
    [one] 1 more alert
   *[other] { $n } more alerts
}
incident-alerts = Alerts
alert-stub-rang = When it rang

coverage-types = Kinds of alerts that lead nowhere
coverage-type-gone = Its runbook { $name } is not there, or cannot be followed.
coverage-type-expired = It was said why it has none, and that is no longer good: { $reason }
coverage-type-nothing = It has no runbook, and nobody says why.
coverage-unknown = { $n ->
    [one] 1 kind of alert rang without a runbook in the last 90 days
   *[other] { $n } kinds of alerts rang without a runbook in the last 90 days
}
coverage-unknown-text = What rang most often stands first. A runbook of three steps is worth more than none.
coverage-rang = { $n ->
    [one] rang once
   *[other] rang { $n } times
}
coverage-rang-last = last { $when }
coverage-waived = Kinds that need no runbook for now
coverage-waived-until = until { $when }
coverage-ready = { $n ->
    [one] 1 kind of alerts is ready to be enabled
   *[other] { $n } kinds of alerts are ready to be enabled
}
coverage-ready-text = An alert finds its runbook by its name even without this. As a kind it also gets the runbook's severity, and may open incidents. Put the lines you want into yagura.yaml:

done-alert-raised = The alert rings.
done-alert-acknowledged = It is yours.
done-alert-unacknowledged = It is nobody's now.
done-alert-ended = It is over.
done-alert-joined = The alert is part of this incident.
refused-alert-ended = This alert is over already.
refused-alert-taken = Somebody else has taken this alert on already.
refused-alert-over = This alert was over long ago; nothing about it can be changed.
refused-incident-over = Nobody works on that incident any more. Reopen it, or open another one.
invalid-alert = There is no alert with this number.
invalid-alert-type = There is no such kind of alerts. Please choose one that is there.
invalid-alert-name = Give it a name of 1 to 128 characters, or choose a kind.
invalid-alert-summary = At most 1,000 characters.
