# 公開ページの文言（日本語）。すべてのキーは en/pages.ftl にもあり、テストで確かめている。
# 区切りの中のアンダースコアは空白を表す。

language-ja = 日本語
language-en = English
languages = 言語
skip-to-content = 本文へ移動
footer-zone = 日付と時刻のタイムゾーン：
footer-made-with = Yagura が見張っています
live = ライブ
live-connecting = 接続中…
live-lost = 接続が切れました。表示が古い可能性があります

status-operational = 正常
status-degraded-performance = 性能低下
status-partial-outage = 一部停止
status-major-outage = 停止
status-under-maintenance = メンテナンス中
status-unknown = 不明
status-unwatched = 監視対象外

summary-operational = { $total ->
    [1] 対象の 1 件は正常です
   *[other] { $total } 件すべて正常です
}
summary-degraded-performance = { $total } 件中 { $affected } 件で性能が低下しています
summary-partial-outage = { $total } 件中 { $affected } 件が一部停止しています
summary-major-outage = { $total } 件中 { $affected } 件が停止しています
summary-under-maintenance = { $affected } 件がメンテナンス中です
summary-unknown = { $total } 件中 { $affected } 件の状態が分かりません
summary-empty = まだ何も公開していません
checked-at = 最終確認：{ $when }
since = { $when } から
uplink-lost = Yagura 自身の接続が切れているため、外の状態を確認できません
depends-on-troubled = 依存先の { $names } でも障害が起きています。
taken-at = 集計時刻：
ungrouped = その他

empty-text = 公開しているコンポーネントがありません。yagura.yaml には次のように書きます：
empty-reload = 変更は数秒以内に自動で反映されます。

uptime = 稼働率
percent = { $n }%
uptime-unknown = データなし
span-24h = 24時間
span-7d = 7日間
span-30d = 30日間
span-90d = 90日間
bar-label = 過去 { $days } 日間：稼働率 { $uptime }、障害のあった日 { $bad } 日、データのない日 { $unknown } 日
legend = 棒の見方：高いほど深刻
formula-title = 稼働率の計算方法
formula = 稼働率 = 1 −（停止 + { $partial } × 一部停止 + { $degraded } × 性能低下）÷（全時間 − 不明 − メンテナンス）。各状態の正確な区間から計算しています。
formula-unknown = 状態が分からなかった時間は、稼働にも停止にも数えません。数値は切り捨てです。

checks = チェック
no-checks = このコンポーネントを見張るチェックはまだありません。
check-kind = 種類
check-result = 直近の結果
check-took = 所要時間
check-when = 時刻
check-http = HTTP
check-tcp = TCP
check-heartbeat = ハートビート
not-checked-yet = まだ確認していません
heartbeat-new = まだ一度も連絡なし
heartbeat-on-time = 予定どおり
heartbeat-late = 遅れています
heartbeat-missed = 連絡なし
heartbeat-failed = 失敗
heartbeat-unsure = Yagura の不在中に連絡があった可能性あり
verdict-up = 正常
verdict-degraded = 性能低下
verdict-down = 停止
verdict-unknown = 不明
cause-timeout = 時間内に応答なし
cause-dns = 名前を解決できない
cause-connect = 接続できない
cause-tls = 安全な接続を確立できない
cause-protocol = 接続が途切れた
cause-redirect = リダイレクト先に到達できない
cause-condition = 応答が期待と異なる
cause-body-too-large = 応答が大きすぎる
cause-expect = 返答が期待と異なる
cause-missed = 時間内に連絡がない
cause-reported-failure = 失敗の報告
cause-local-resources = 不明：Yagura の資源不足
cause-local-network = 不明：Yagura のネットワーク不通
cause-resolver = 不明：Yagura の名前解決サーバーが応答しない
cause-uplink = 不明：Yagura の回線断
cause-internal = 不明：チェック自体の失敗

outages = 過去 90 日間の障害
no-outages = ありません。
outages-left-out = この 90 日間にほか { $n } 件あります。
outage-began = 開始
outage-recovered = 終了
outage-unwatched = 監視終了
outage-lasting = 継続中
outage-so-far = 現在まで { $length }
days = 日ごとの記録
days-open = 過去 90 日間を表で見る
day-column = 日付
status-column = 最も悪い状態
down-column = 停止
unknown-column = 不明
watched-since = 監視を始めた時刻：
back-to-status = ← すべてのコンポーネント

day = { $date }：{ $facts }
day-unknown = { $date }：データなし
day-up = 稼働率 { $uptime }
day-down = 停止 { $length }
day-degraded = 性能低下 { $length }
day-maintenance = メンテナンス { $length }
day-partly-unknown = 不明 { $length }
list-separator = 、
unit-separator = _
unit-day = { $n }日
unit-hour = { $n }時間
unit-minute = { $n }分
unit-second = { $n }秒
under-a-second = 1秒未満
took-ms = { $n } ms
took-s = { $n } 秒
date = { $year }年{ $month }{ $day }日
moment = { $date } { $time } { $zone }
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

not-found-title = ページが見つかりません
not-found-text = このアドレスのページはありません。名前が変わったか、削除された可能性があります。
