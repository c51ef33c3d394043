# フィードの文言（日本語）。すべてのキーは en/feeds.ftl にもあり、テストで確かめている。
# コンポーネントの状態、時刻、時間の長さの表現は pages.ftl のものを使う。

feed-title = { $site } の稼働履歴
feed-title-component = { $component }（{ $site }）の稼働履歴
feed-description = 障害・インシデント・メンテナンスの記録です。1 件につき 1 項目で、経過に応じて更新します。
feed-description-update = 障害・インシデント・メンテナンスの記録です。状況が変わるたびに新しい項目を加えます。

feed-outage = { $name }：{ $status }
feed-outage-open = { $began } から続いています。これまでで最も悪い状態：{ $worst }。
feed-outage-over = { $began } から { $ended } まで { $length }続きました。最も悪い状態：{ $worst }。
feed-outage-unwatched = { $began } から、監視を終えた { $ended } まで { $length }続いていました。最も悪い状態：{ $worst }。
feed-recovered = 復旧
feed-update = 【{ $state }】{ $title }
feed-state-at = { $when }：{ $state }
feed-change = { $name }：{ $before } → { $after }
feed-left-out = これより前にも { $n } 件の変化がありました。

feed-maintenance-plan = 予定：{ $from } から { $until } まで。
