# What the people on duty are told by mail, chat and phone, and what the desk says of that. English; every key stands in ja/tell.ftl too, and a test holds that.

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
tell-trial = { $site }: this is a test
tell-trial-text = Messages arrive here. Nothing is wrong.
tell-trial-by = Sent by
tell-trial-link = See the alerts

notifications-title = Who is told
notifications-back = ← Alerts
notifications-channels = Channels
notifications-none = Nobody is told of alerts: no channel is configured yet. Put one into yagura.yaml, it is read at once:
notifications-sent-last = The last one arrived
notifications-sent-never = Nothing has arrived yet since the start.
notifications-trouble = does not work
notifications-trouble-since = The last attempt failed ({ $detail }),
notifications-waiting = { $n ->
    [one] 1 waits
   *[other] { $n } wait
}
notifications-try = Send a test
notifications-said = What was said
notifications-quiet = Nothing was said yet.
notifications-quiet-dead = Nothing was given up.
notifications-all = All
notifications-dead = Given up
notifications-older = Older ones
notifications-late = The disk does not answer: what was said last is not in this list yet.
notifications-about = Only about
notification-say-fires = fires
notification-say-again = still fires ({ $n })
notification-say-acknowledged = somebody is on it
notification-say-over = over
notification-waiting = waits
notification-sent = arrived
notification-replaced = replaced by a newer one
notification-dead = given up
notification-attempts = { $n } attempts
notification-next = next
notification-resend = Send it again
alert-told = Who was told
alert-told-nobody = Nobody was told.
alert-told-under = Nobody was told of this one by itself: it stands under another.
alert-told-no-channel = Nobody is told: no channel is configured.
alerts-told = Who is told of alerts
alerts-told-nobody = Nobody is told of alerts: no channel is configured yet.
alerts-told-trouble = Some people are not told: a channel does not work.
now-problem-notifications-fail = Alerts do not reach the people on duty by every channel.
done-notification-resent = It is sent again.
done-channel-tried = The test arrived.
refused-notification-old = A newer one about this alert took its place.
refused-notification-channel = Its channel is not configured any more.
refused-channel-trial = The test did not arrive. Why stands beside the channel.
