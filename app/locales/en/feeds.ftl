# The words of the feeds, English. Every key stands in ja/feeds.ftl too; a test holds that. Words for states of components, moments and
# lengths of time are those of pages.ftl.

feed-title = { $site }: status history
feed-title-component = { $component } – { $site }: status history
feed-description = Outages, incidents and maintenance. Each is one entry, which changes as it goes on.
feed-description-update = Outages, incidents and maintenance. Each change is an entry of its own.

feed-outage = { $name }: { $status }
feed-outage-open = Since { $began }, and not over yet. The worst so far: { $worst }.
feed-outage-over = From { $began } to { $ended }: { $length }. The worst of it: { $worst }.
feed-outage-unwatched = From { $began } until watching ended on { $ended }: { $length }. The worst of it: { $worst }.
feed-recovered = Resolved
feed-update = [{ $state }] { $title }
feed-state-at = { $when }: { $state }
feed-change = { $name }: { $before } → { $after }
feed-left-out = { $n ->
    [one] And one earlier change.
   *[other] And { $n } earlier changes.
}

feed-maintenance-plan = Planned from { $from } to { $until }.
