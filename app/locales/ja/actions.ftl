# アクションアイテムの文言（日本語）：一覧とボード、個別の画面、完了の裏付け、週に一度のまとめ。すべてのキーは en/actions.ftl にもあり、テストで
# 確かめている。

stage-open = 未着手
stage-in-progress = 進行中
stage-done = 完了
stage-verified = 確認済み
stage-deferred = 延期
stage-wont-do = 実施しない

horizon-now = すぐに
horizon-mid = 数か月以内
horizon-long = 長期
horizon-someday = いつか

priority-p0 = P0：何よりも先に
priority-p1 = P1：早めに
priority-p2 = P2：順番に
priority-p3 = P3：余裕のあるときに

action-kind-prevent = 再発防止
action-kind-detect = 早期の検知
action-kind-mitigate = 影響の軽減
action-kind-repair = 修復
action-kind-process = 進め方の改善
action-kind-investigate = 調査

action-origin-postmortem = ポストモーテムから
action-origin-incident = インシデントから
action-origin-run = 手順書の実行から
action-origin-review = レビューから

# 一覧。
actions-title = アクションアイテム
actions-text = インシデントのあとに残る課題です。「完了」だけでは確かではありません。効果の裏付けがあって「確認済み」になります。
actions-empty = ここに当てはまるアクションアイテムはありません。記憶の新しいうちに、あれば助かったことを書き留めるか、条件を変えてください。
actions-cut = 一部だけを表示しています。条件で絞り込んでください。
actions-stage = 段階
actions-active = 未完了
actions-all = すべて
actions-owner = 担当
actions-everybody = 全員
actions-filter = 表示
actions-as-list = 一覧で表示
actions-as-board = ボードで表示
actions-column-empty = ありません。
action-new = 新しいアクションアイテム
action-nobody = 担当なし
action-overdue = 期限 { $when } を過ぎています
now-overdue-actions = 期限を過ぎたアクションアイテム

# インシデントのページ。
incident-actions-heading = アクションアイテム
incident-actions-none = アクションアイテムはまだありません。
incident-actions-new = 新しいアクションアイテム
incident-kin-heading = 以前の同種のインシデント
incident-kin-earlier = 以前にも { $n } 件ありました。
incident-kin-text = そのとき残った対応です。今回に役立つものがないか、確かめてください。

# 個別の画面。
action-bound = 完了の裏付け
action-to-be-made = この名前のものは現在ありません
action-unproven = まだ裏付けがありません
action-steps = 段階の変更
action-becomes = 変更後の段階
action-step-begin = 着手する
action-step-finish = 完了にする
action-step-verify = 確認済みにする（効果を自分で確かめた）
action-step-defer = 延期する
action-step-decline = 実施しない
action-step-reopen = 未着手に戻す
action-reason = 理由または確かめたこと
action-reason-hint = 3～500 文字。「確認済み」「延期」「実施しない」にするときと、「完了」や「実施しない」から戻すときに必要です。延期と「実施しない」の理由は、ポストモーテムと一緒に公開されます。
action-until = 延期の期日
action-until-hint = 延期するときだけ入力します。その日になると、自動で戻ります。
action-accepted-by = 実施しないことを受け入れる人
action-accepted-by-hint = 実施しないときだけ入力します。リスクを引き受ける人です。
action-step-send = 保存
action-events = 経過
action-changed = 変更
action-what = すること
action-change = 変更
action-fields = 項目
action-text = すること
action-text-hint = 完了したかどうかが誰にでも分かるように、1 つのことを書きます。500 文字までです。
action-kind = 目的
action-horizon = 時期
action-horizon-hint = 「いつか」は催促しません。
action-priority = 優先度
action-priority-hint = P0 と P1 には、担当と期限が必要です。
action-owner = 担当
action-due = 期限
action-url = リンク
action-url-hint = ほかのシステムの課題や変更などのアドレスです。
action-incident = インシデント
action-incident-hint = 例：42、INC-42。空欄でもかまいません。
action-bound-to = 完了の裏付けになるもの
action-bound-hint = 24 時間正常なプローブ、手順書の新しい版、訓練です。完了したあと、これらがそろうと自動で「確認済み」になります。コンポーネントは対象を示すだけです。
action-make = アクションアイテムを作成
action-save = 保存

action-probe-to-be = これから作るプローブ
action-probe-to-be-hint = スラッグを入力します（例：web-front-2）。プローブができて 24 時間正常なら、それが裏付けになります。
bound-probe = プローブ { $name }
bound-runbook = 手順書 { $name } の新しい版
bound-drill = 手順書 { $name } の訓練
bound-component = コンポーネント { $name }
action-proof-probe = { $name }：{ $when } から正常
action-proof-runbook = { $name }：第 { $n } 版
action-proof-drill = { $name }：実行 { $n }
action-proof-person = { $name } さん：{ $note }

# 週に一度のまとめ。
digest-title = アクションアイテム：未完了 { $n } 件{ $count ->
    [0] {""}
   *[other] 、うち期限切れ { $count } 件
}
digest-overdue = 期限切れ：
digest-more = ほか { $n } 件
digest-title-waiting = ポストモーテム未着手のインシデント：{ $n } 件
digest-waiting = ポストモーテム未着手のインシデント：{ $name }
digest-link = 一覧を開く

# 入力の誤り、できない操作、終わった操作。
invalid-action-text = することを 500 文字以内で書いてください。
invalid-address = アドレスとして読み取れません。https://example.com/issues/42 のように、500 文字以内で入力してください。
invalid-bound = これはありません：{ $detail }。一覧から選んでください。
invalid-bound-many = 裏付けになるものは 10 個までです。数を減らしてください。
invalid-duty = P0 と P1 には、担当と期限が必要です。
invalid-action-until = 延期の期日には、明日以降の日付を 2026-07-01 のように入力してください。
invalid-accepted-by = 実施しないことを誰が受け入れるかを書いてください。
refused-action-stage = 今の段階からこの段階には変えられません。ページを読み込み直してください。「完了」や「実施しない」のものは、先に未着手に戻してください。
done-action-made = アクションアイテムを作成しました。
done-action-changed = アクションアイテムを変更しました。
done-action-moved = 段階を変更しました。
