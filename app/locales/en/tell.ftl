# What the people on duty are told by mail, chat and phone. English; every key stands in ja/tell.ftl too, and a test holds that.

tell-what = { $component }: { $title }
tell-again = Still firing (told { $n } times): { $what }
tell-acknowledged = { $name } is on it: { $what }
tell-over = Over: { $what }
tell-severity = Severity
tell-component = About
tell-since = Since
tell-length = It took
tell-under = Under it
tell-under-n = { $n ->
    [one] 1 more alert
   *[other] { $n } more alerts
}
tell-incident = Incident
tell-runbook = Runbook
tell-source = Source
tell-link = Open the alert
tell-link-follow = Follow the runbook
