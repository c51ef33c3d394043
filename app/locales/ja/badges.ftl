# バッジとウィジェットの文言（日本語）。すべてのキーは en/badges.ftl にもあり、テストで確かめている。
# よそのページの一行に収まるよう、短くする。

badge-uptime = 稼働率（{ $span }）
badge-latency = 応答時間の中央値（{ $span }）
badge-no-data = データなし
badge-site = 稼働状況
badge-site-operational = すべて正常
badge-site-degraded-performance = { $total } 件中 { $affected } 件で性能低下
badge-site-partial-outage = { $total } 件中 { $affected } 件が一部停止
badge-site-major-outage = { $total } 件中 { $affected } 件が停止
badge-site-under-maintenance = { $total } 件中 { $affected } 件がメンテナンス中
badge-site-unknown = { $total } 件中 { $affected } 件が不明
badge-site-empty = 公開準備中

embed-opens = 稼働状況のページを新しいタブで開きます
