# 手順書の文言（日本語）：公開ページと管理画面での表示、一覧、履歴、版、執筆、実行の一覧。すべてのキーは en/runbooks.ftl にもあり、テストで
# 確かめている。実行中の画面の文言は runs.ftl にある。

section-meaning = 意味
section-impact = 影響
section-diagnosis = 診断
section-mitigation = 対処
section-verification = 確認
section-escalation = エスカレーション
section-prevention = 再発防止

risk-low = 低リスク
risk-high = 高リスク：利用者に影響することがあります
risk-destructive = 元に戻せない操作

need-vpn = VPN
need-ssh = SSH
need-console = コンソールまたは KVM
need-lan = 同じネットワークへの接続
need-physical = 現地での作業
need-phone-ok = スマートフォンのみ

answer-yes = はい
answer-no = いいえ

step-critical = 重要：省略しないこと
step-two-person = もう一人の確認が必要
step-needs = 必要なもの：{ $names }
step-timer = 完了後に { $length }待つ
step-verify = プローブ { $name } が正常になると自動で完了
step-undo = 後で元に戻す手順：{ $name }
step-when = 「{ $name }」の回答が「{ $value }」の場合だけ
step-answers = 次に進む手順：
step-leads-to = → { $name }
step-expect = 期待される結果

code-copy = コピー
code-copied = コピーしました
code-selected = 選択したので、コピーしてください
code-missing = 値がないためコピーできません：{ $names }
code-missing-said = 値なし
code-secret = { $names } は、先に自分のシェルで設定してください。Yagura には保存しません。
code-secret-said = シェルの変数

runbook-estimated = 目安 { $length }
runbook-applies-to = 対象：{ $names }
runbook-alerts = アラート：{ $names }
runbook-version = 第 { $n } 版
runbook-other-language = この手順書は{ $name }だけで書かれています。
runbook-empty = まだ内容がありません。
runbook-source = Markdown の原文

runbooks-title = 手順書
runbooks-back = ← すべての手順書
runbooks-public-text = 異常が起きたときにすることを、順に並べています。
runbooks-none-public = 公開している手順書はありません。
runbooks-text = 順に進めるチェックリストです。完了にした手順は、インシデントのタイムラインに残ります。
runbooks-active = 実行中
runbooks-all = すべての手順書
runbooks-write = 手順書を書く
runbooks-coverage = 手入れが必要なもの
runbooks-search = 検索
runbooks-search-hint = 題名とアラートの名前から探します。
runbooks-show = 検索
runbooks-show-all = すべてを表示
runbooks-none = 手順書はまだありません。最近いちばん困った障害のものから書き始めてください。
runbooks-none-found = 当てはまる手順書がありません。言葉を減らすか、別の言葉でお試しください。
runbooks-own = 自分たちの手順書
runbooks-folder = disk-full.ja.md のような名前のファイルを { $name } に置いてください。変更は数秒以内に自動で反映されます。
runbooks-no-folder = 自分たちの手順書を置くフォルダーが、まだ設定されていません。yagura.yaml で指定し、そこに disk-full.ja.md のような名前のファイルを置いてください：
runbooks-unusable = 使用できません
runbooks-errors = 誤り { $n } 件
runbooks-bundled = Yagura に付属
runbooks-public = 公開
runbooks-steps = { $n } 手順
runbooks-used = 最終使用 { $when }
runbooks-never-used = 使用なし
runbooks-drilled = 最終訓練 { $when }
runbooks-never-drilled = 訓練なし

runbook-show-nothing = 表示できる内容がありません。ファイルに誤りがあり、誤りのない版もまだありません。
runbook-show-run = 今すぐ実行
runbook-show-write = 新しい版を書く
runbook-show-public = 公開ページ
runbook-show-older = 第 { $n } 版を表示しています。使用中なのは第 { $total } 版です。
runbook-show-newest = 使用中の版へ
runbook-show-mistakes = ファイルに誤りがあります。直すまでは、第 { $n } 版を使います。
runbook-show-mistakes-never = ファイルに誤りがあるため、実行できません。直すと、数秒以内に使えるようになります。
runbook-show-findings = 直すところ、改善できるところ：{ $n } 件
runbook-show-wrong = 誤りの指摘
runbook-show-wrong-whole = 全体について
runbook-show-use = 見直しと使用
runbook-show-reviewed = 見直し { $when }
runbook-show-reviewed-by = 見直した人：{ $name }
runbook-show-never-reviewed = 見直しなし
runbook-show-review-due = 次の見直し：{ $when }
runbook-show-review-late = 見直しの予定 { $when } を過ぎています
runbook-show-drill-due = 次の訓練：{ $when }
runbook-show-drill-late = 訓練の予定 { $when } を過ぎています
runbook-show-owner = 担当：{ $name }
runbook-show-review-open = 見直しを記録
runbook-show-review-note = メモ
runbook-show-review-hint = 確かめたことや変えたことです。空欄でもかまいません。
runbook-show-review = 見直したことを記録
runbook-show-runs = 実行の記録
runbook-show-runs-none = 実対応で使われたことはまだありません。
runbook-show-drills = 訓練と予行の記録
runbook-show-drills-none = 訓練はまだ行われていません。落ち着いている日に、「訓練」を選んで実行してみてください。
runbook-show-figures = 手順ごとの数値
runbook-show-figures-none = 実対応で使うと、ここに数値が出ます。
runbook-show-figures-open = { $n } 手順
runbook-show-median = 中央値 { $length }
runbook-show-done-in = 実行 { $n } 回
runbook-show-skipped = 省略 { $n } 回
runbook-show-failed = 失敗 { $n } 回
runbook-show-versions = 版
runbook-show-versions-older = 以前の { $n } 版
runbook-show-diff = 第 { $n } 版からの変更
runbook-show-files = ファイル
runbook-show-bundled = Yagura に付属しています。自分たちのフォルダーに { $name }.ja.md と { $name }.en.md を置くと、そちらを使います。

version-diff-title = 第 { $from } 版から第 { $to } 版への変更
version-diff-back = ← { $name }
version-diff-from = 古い版
version-diff-to = 新しい版
version-diff-show = 比較
version-diff-none = 変わった手順はありません。
version-diff-kept = 変わらない { $n } 手順
version-diff-before = 変更前
version-diff-after = 変更後
step-change-kept = 変更なし
step-change-changed = 変更
step-change-moved = 移動
step-change-new = 追加
step-change-removed = 削除

runbook-write-title = 手順書を書く
runbook-write-of = { $name } の新しい版
runbook-write-back = ← 戻る
runbook-write-text = ここでも、使い慣れたエディターでも書けます。サーバーには保存しないので、ダウンロードして所定の場所に置いてください。それまでは、入力した内容がこのブラウザーに残ります。
runbook-write-language = 言語
runbook-write-source = 本文
runbook-write-source-hint = Markdown で書きます。「## 」で節、「- [ ] 」で手順が始まります。
runbook-write-check = 確認
runbook-write-ids = 手順に ID を付ける
runbook-write-download = ダウンロード
runbook-write-findings = 確認の結果
runbook-write-good = 誤りはありません。
runbook-write-better = このまま使えます。改善できるところが { $n } 件あります。
runbook-write-wrong = 使う前に直す必要のある誤りが { $n } 件あります。
runbook-write-place = ファイルの置き場所
runbook-write-file = ファイル名：
runbook-write-preview = プレビュー：{ $name }
runbook-finding-error = 誤り
runbook-finding-warning = 改善できるところ
runbook-finding-line = { $n } 行目

alert-stub-public = このアラートの手順書は、公開されていません。
alert-stub-desk = サインインしている方：管理画面で開く
alert-stub-upstream = Prometheus Operator プロジェクトによる { $name } の解説（英語）
alert-stub-of = { $name } のアラート
alert-stub-none = このアラートに結び付いた手順書はまだありません。
alert-stub-similar = 近い名前の手順書
alert-stub-similar-text = 当てはまるものがあれば、ファイルの先頭にある alerts に { $name } を加えてください。
alert-stub-write = この手順書を書く
alert-stub-write-text = この障害について、今いちばんよく知っているのは対応した本人です。まずは 3 手順あれば十分です。
alert-stub-write-this = この手順書を書く

coverage-title = 手入れが必要な手順書
coverage-text = 長く見直していない手順書は、いざというときに間違っているものです。急ぐものから順に並べています。
coverage-stale = 手入れが必要な手順書：{ $n } 件
coverage-fresh = ほかの { $n } 件は、今のままで問題ありません。
coverage-none = 手順書 { $n } 件は、すべて今のままで問題ありません。
coverage-contested = 複数の手順書が挙げているアラート
coverage-contested-text = 1 つのアラートから開く手順書は 1 つだけです。使わないほうの手順書から名前を取り除いてください。
coverage-used = 使用中

run-mode-live = 実対応
run-mode-drill = 訓練
run-mode-rehearsal = 予行
run-state-active = 実行中
run-state-done = 完了
run-state-aborted = 中止
run-outcome-resolved = 解決
run-outcome-mitigated = 緩和
run-outcome-no-effect = 効果なし
run-outcome-wrong-runbook = 別の手順書が必要だった
run-outcome-aborted = 中止
run-by = 開始：{ $name }
run-progress = { $total } 手順中 { $n } 手順完了

# 手順書について手入れが必要なこと：一覧の印と、その理由。
runbook-due-wrong-notes = 誤りの指摘あり
runbook-due-often-skipped = 省略や失敗が多い
runbook-due-never-drilled = 訓練が必要
runbook-due-drill-due = 訓練が必要
runbook-due-review-due = 見直しが必要
runbook-due-replaced = 後継あり
runbook-due-language-missing = 片方の言語だけ
stale-mistakes = ファイルに誤りが { $n } 件あり、使われていません。
stale-wrong-notes = 最近の実行で、誤りが { $n } 回指摘されています。
stale-often-skipped = 最近の { $n } 回の実行で、手順の省略や失敗がありました。
stale-never-drilled = 訓練の対象ですが、まだ一度も行われていません。
stale-drill-due = { $n ->
    [0] 訓練の時期です。
   *[other] 訓練の時期を { $n } 日過ぎています。
}
stale-review-due = { $n ->
    [0] 見直しの時期です。
   *[other] 見直しの時期を { $n } 日過ぎています。
}
stale-replaced = 別の手順書に置き換えられています：{ $name }
stale-language-missing = { $name ->
    [ja] 日本語
   *[en] 英語
}の本文がありません。
stale-warnings = ファイルに改善できるところが { $n } 件あります。

# 新しい手順書の最初の本文。
write-meaning = このアラートが鳴ったとき、何が起きているのかを書きます。夜中に起こされた人が読む、2、3 文で十分です。
write-impact = 誰が何に気付き、放っておくとどうなるかを書きます。
write-look = マシンの状態を見る
write-expect = 正常なときに何が見え、違うときはそれが何を意味するか。
write-act = 効果のある対処をする
write-verify = 利用者から見て、元に戻ったか
write-escalation = 誰を、いつ呼ぶかを書きます。
runbooks-folder-problem = フォルダーを読み取れません。以前に読み込んだ内容をそのまま使っています：{ $problem }
runbooks-strays = 手順書として扱えないファイルが { $n } 件あります
