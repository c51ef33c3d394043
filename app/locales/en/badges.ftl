# The words of badges and of the widget, English. Every key stands in ja/badges.ftl too; a test holds that. They stand in other people's
# pages, in a line of text: short, and without a capital where none is needed.

badge-uptime = uptime ({ $span })
badge-latency = median response time ({ $span })
badge-no-data = no data
badge-site = status
badge-site-operational = all operational
badge-site-degraded-performance = { $affected } of { $total } degraded
badge-site-partial-outage = { $affected } of { $total } partly down
badge-site-major-outage = { $affected } of { $total } down
badge-site-under-maintenance = { $affected } of { $total } in maintenance
badge-site-unknown = { $affected } of { $total } unknown
badge-site-empty = nothing shown yet

embed-opens = Opens the status page in a new tab
