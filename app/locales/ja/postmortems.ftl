# ポストモーテムの文言（日本語）：公開ページと、管理画面での一覧、執筆、レビュー、比較、公開、取り込み、集計。すべてのキーは en/postmortems.ftl にも
# あり、テストで確かめている。エディターのスクリプトの文言は editor.ftl にある。

postmortem-state-draft = 下書き
postmortem-state-in-review = レビュー中
postmortem-state-approved = 承認済み
postmortem-state-published = 公開中
postmortem-state-retracted = 取り下げ
postmortem-state-waived = 作成しない

analysis-preliminary = 暫定
analysis-preliminary-text = 暫定版です。調査を続けています。
analysis-final = 確定

cause-change = 変更作業
cause-maintenance = 計画された作業
cause-capacity = 容量不足
cause-hardware = ハードウェア
cause-software = ソフトウェアの不具合
cause-network = ネットワーク
cause-dependency = 外部のサービス
cause-security = セキュリティ
cause-other = その他
cause-unknown = 不明

# ライブブロック：表示と、読み取れないとき。
block-component = コンポーネント
block-status = 状態
block-when = 日時
block-what = できごと
block-runbook = 手順書
block-steps = 手順
block-outcome = 結果
block-stated = 申告による所要時間
block-rejected = 採らなかった案
block-due = 期限 { $when }
block-until = { $when } まで延期
block-impact-empty = 影響のあったコンポーネントはありません。
block-metrics-empty = 指標はありません。
block-timeline-empty = ここに表示するタイムラインの行はありません。
block-updates-empty = 公開のお知らせはありませんでした。
block-runs-empty = 手順書は実行されませんでした。
block-actions-empty = アクションアイテムはありません。
block-unknown = この名前のライブブロックはありません：
block-narrowing = このライブブロックでは、この絞り込みはできません：
block-caption = ライブブロックの説明が 300 文字を超えています：
block-too-many = ライブブロックは 1 つの本文に 50 個までです。上限を超えたもの：

# 公開ページ。
postmortems-title = ポストモーテム
postmortems-text = これまでのインシデントについて、何が起きたか、なぜ起きたか、これから何を変えるかをまとめたポストモーテム（事後報告）です。
postmortems-none = 公開しているポストモーテムはまだありません。
postmortems-feed = インシデントとポストモーテムのフィード（Atom）
postmortems-back = ← すべてのポストモーテム
postmortem-read = ポストモーテム（事後報告）を読む
postmortem-published = 公開 { $when }
postmortem-updated = 更新 { $when }
postmortem-retracted = 取り下げ
postmortem-retracted-title = 取り下げたポストモーテム
postmortem-retracted-text = このポストモーテム（事後報告）は取り下げました。
postmortem-of-incident = インシデント：{ $name }
postmortem-first-published = 公開
postmortem-last-changed = 更新
postmortem-only-ja = このポストモーテムは日本語だけで書かれています。
postmortem-only-en = このポストモーテムは英語だけで書かれています。
postmortem-zone = 時刻のタイムゾーンは { $zone } です。
postmortem-outline = 目次
postmortem-history = 変更履歴
postmortem-first = 初回の公開
postmortem-minor = 軽微な修正
postmortem-see-version = この版を読む
postmortem-see-changes = 変更点を見る
postmortem-changes-of = 第 { $n } 版での変更
postmortem-old-version = 以前の版を表示しています。新しい版があります。
postmortem-to-newest = ← 最新の版
postmortem-exports = 保存用の形式
impact-measured = 測定による
impact-declared = 申告による
feed-postmortem = ポストモーテム：{ $name }
postmortem-announcement = このインシデントのポストモーテム（事後報告）を公開しました：[何が起きたか、なぜ起きたか、これから何を変えるか]({ $url })

# 管理画面の一覧。
postmortems-desk-text = インシデントで何が起きたか、なぜ起きたか、これから何を変えるかをまとめます。責める相手ではなく、原因を探すためのものです。
postmortems-import = 別の場所で書いたものを取り込む
postmortems-empty = ポストモーテムはまだありません。終わったインシデントのページから書き始めるか、別の場所で書いたものを取り込んでください。
postmortems-waiting = ポストモーテムを待つインシデント
now-waiting-others = ほか { $n } 件
postmortems-late = 終了から 2 日以上たっています
postmortems-under-way = 作成中
postmortems-rest = そのほか
postmortems-older = 以前のポストモーテム
postmortem-write = ポストモーテムを書く
now-review = レビュー待ちのポストモーテム

# インシデントのページ。
incident-postmortem-heading = ポストモーテム
incident-postmortem-write = ポストモーテムを書く
incident-postmortem-none = ポストモーテムはまだ書き始められていません。

# 書き始め。
postmortem-new-title = ポストモーテムの作成
postmortem-new-text = テンプレートに、記録から分かることを入れて始めます。公開するまでは、管理画面の中だけで見えます。
postmortem-new-template = テンプレート
postmortem-new-template-hint = 内容はあとですべて変えられます。
postmortem-new-begin = 書き始める
postmortem-waive = ポストモーテムを作成しない
postmortem-waive-reason = 作成しない理由
postmortem-waive-hint = 3～500 文字。管理画面に残ります。あとから書き始めることもできます。
postmortem-waive-send = 作成しないことにする

# ポストモーテムの画面。
postmortem-typing = { $name } さんが書いています。最後の入力：
postmortem-typing-hint = （両方の保存内容は統合されます。同じ文を変えたところだけ、どちらにするかを選びます）
postmortem-reason-by = （{ $name } さん）
postmortem-edit = 編集
postmortem-correct = 訂正する
postmortem-submit = レビューに出す
postmortem-publish = 確認して公開
postmortem-see-check = 公開前の確認項目を見る
postmortem-see-public = 公開ページ
postmortem-next-draft = 書き上げたら、レビューに出してください。
postmortem-next-review = 最新の版を保存した人以外が読み、承認するか、直すところを伝えます。
postmortem-next-approved = 承認されています。もう一度確認して、公開してください。
postmortem-next-published = 公開しています。訂正は、軽微な修正を除き、公開の前にもう一度レビューします。
postmortem-next-retracted = 取り下げました。公開ページには、その旨と理由を表示しています。編集すると、下書きからやり直せます。
postmortem-next-waived = 作成しないことになっています。やはり書く場合は、編集してください。
postmortem-no-text = まだ何も書かれていません。
postmortem-internal-rows = 公開されない行：{ $n } 行

review-title = レビュー
review-verdict = 判断
review-approve = 承認する
review-approve-own = 自分の文章を承認する（ほかに承認できる人がいないため）
review-request-changes = 先に直すところがある
review-note = 気付いたこと
review-send = レビューを送る
review-own-hint = 最新の版を保存したのはあなたです。ほかの人が承認します。
review-said-approve = 承認
review-said-request-changes = 修正の依頼
review-of-revision = 第 { $n } 版、{ $name } さん
review-own = （自分の文章）

comments-title = コメント
comments-seen = 対応済みのコメント：{ $n } 件
comment-quote = 対象の箇所
comment-quote-hint = Markdown の原文のとおりに入れます。全体へのコメントなら空欄にしてください。
comment-language = 対象の言語
comment-body = コメント
comment-send = コメントする
comment-answer = 返信
comment-answer-send = 返信を送る
comment-resolve = 対応済みにする
comment-reopen = 未対応に戻す
comment-resolved-by = 対応済みにした人：{ $name } さん
comment-in-text = 本文の該当箇所へ
comment-of-passage = この箇所へのコメントを見る
comment-gone = この箇所はもうありません。
comment-now = 現在の文：

postmortem-facts = 詳細
postmortem-facts-change = 変更
postmortem-facts-save = 保存
postmortem-analysis = 分析の確かさ
postmortem-cause = 原因
postmortem-owner = 担当
postmortem-nobody = なし
postmortem-slug = アドレスに使う名前
postmortem-slug-hint = a–z、0–9 と単独のハイフンが使えます。空欄なら日付と題名から作ります。公開後は変えられません。
postmortem-no-actions = 対応が不要な理由
postmortem-no-actions-hint = アクションアイテムがないときだけ書きます。公開はされません。

revisions-title = 版
revision-name = 第 { $n } 版
revision-published = 公開した版
revision-approved = 承認された版
revision-compare = 変更点
revision-no-message = （説明なし）
revision-restore = 第 { $n } 版に戻す
revision-restore-ask = 第 { $n } 版に戻しますか？新しい版として保存するので、何も失われません。
publications-title = 公開の記録
publication-name = { $n } 回目の公開：第 { $revision } 版

postmortem-retract = 取り下げ
postmortem-retract-open = 公開を取り下げる
postmortem-retract-reason = 理由
postmortem-retract-hint = 3～500 文字。本文の代わりに公開されます。すでに読んだ人や保存した人の手元には残ります。
postmortem-retract-send = ポストモーテムを取り下げる

# エディター（スクリプトなし）。
postmortem-edit-title = ポストモーテムの編集
postmortem-edit-leave = 編集をやめる
postmortem-title-ja = 題名（日本語）
postmortem-title-en = 題名（英語）
postmortem-body-ja = 本文（日本語）
postmortem-body-en = 本文（英語）
postmortem-body-hint = Markdown で書けます。{"{{timeline}}"} のような行には記録の内容が入ります。||と||で挟んだ部分（すぐ内側に空白を入れない）は、公開ページでは伏せます。
postmortem-only = 言語
postmortem-only-both = サイトのすべての言語
postmortem-only-ja-choice = 日本語だけ
postmortem-only-en-choice = 英語だけ
postmortem-message = 変更の説明
postmortem-message-hint = 200 文字以内で短く書きます。空欄でもかまいません。
postmortem-minor-box = 軽微な修正
postmortem-minor-hint = 誤字など、内容の変わらない修正です。承認はそのまま残り、軽微な修正であることは読者にも見えます。
postmortem-save = 保存
postmortem-discard = 保存していない内容を破棄
postmortem-discard-hint = 入力したまま、版として保存していない内容があります。破棄すると、最新の版に戻ります。

# 版の比較と、同時に書いたときの統合。
compare-heading = 版の比較
compare-from = 比較元
compare-to = 比較先
compare-show = 比較
compare-title = 題名
compare-body = 本文
compare-way = 表示
compare-side = 左右に並べる
compare-inline = 上下に並べる
compare-before = 変更前
compare-after = 変更後
compare-same = 違いはありません。
merge-title = 2 つの内容の統合
merge-theirs-is = 書いている間に、{ $name } さんが第 { $n } 版を保存しました。
merge-clean = 別々の文を変えたので、そのまま統合できます。まだ保存していません。
merge-conflicts = 同じ文を両方が変えたところが { $n } か所あります。どうするかを選んでください。ほかはそのまま統合できます。
merge-conflict = { $n } か所目
merge-ours = 自分の内容
merge-theirs = 相手の内容
merge-both = 両方（相手、自分の順）
merge-removed = 削除：
merge-added = 追加：
merge-base = 変更前の内容
merge-hint = どちらの内容も失われません。相手の版はそのまま残り、統合した内容はエディターに入ります。確かめてから保存してください。
merge-take = エディターに入れる

# 公開の前の確認。
publish-title = 確認して公開
publish-text = 第 { $n } 版が公開されます。公開した内容は、訂正したあとも変更履歴に残ります。
publish-approved = { $name } さんが第 { $n } 版を承認しました。
publish-approved-own = 第 { $n } 版は、書いた { $name } さん自身が承認しました。ほかに承認できる人がいませんでした。
publish-unread-since = その後の第 { $n } 版は、まだ承認されていません。
publish-minor-since = その後の第 { $n } 版までは、軽微な修正だけです。
publish-check = 確認
publish-preview = 公開される内容
publish-is-out = この版は公開中です。訂正すると、次の版を公開できます。
publish-not-yet = まだ承認されていません（{ $state }）。現時点の確認結果を表示しています。
publish-blocked = まだ公開できません。上の「要修正」の項目を先に直してください。
publish-message = 変更の説明
publish-message-hint = 変更履歴で公開されます。200 文字以内で書いてください。
publish-message-first = 変更履歴で公開されます。200 文字以内で、初回は空欄でもかまいません。
publish-announce = インシデントのお知らせも出す
publish-announce-hint = ポストモーテムへのリンクを載せたお知らせが、購読している人に届きます。
publish-send = 公開する

check-weight-fine = 問題なし
check-weight-hint = ヒント
check-weight-decide = 要判断
check-weight-blocks = 要修正
check-decide = 確認しました。このまま公開します
check-title = 題名のない言語が { $n } つあります。
check-title-fine = 題名があります。
check-languages = 本文のない言語が { $n } つあります。書くか、片方の言語だけで公開することを選んでください。
check-languages-fine = 公開する言語の本文がそろっています。
check-scan = 公開すべきでない内容の可能性があるところが { $n } か所あります。伏せるか取り除くか、このままでよいかを判断してください。
check-scan-fine = 秘密の値、内部のアドレス、個人名らしいものは見つかりませんでした。見落としもあるため、目でも確かめてください。
check-unclosed = || で始まり、閉じられていない行が { $n } 行あります。その先も公開されます。
check-unclosed-fine = 伏せる箇所はすべて閉じられています。
check-actions = アクションアイテムがありません。これからすることを書くか、対応が不要な理由を「詳細」に書いてください。
check-actions-fine = アクションアイテムか、対応が不要な理由があります。
check-blameless = 誰かを責めているように読めるところが { $n } か所あります。
check-blameless-fine = 誰かを責めているような言葉は見つかりませんでした。
check-blocks = ライブブロックとして読み取れない行が { $n } 行あります。このままでは、書いたとおりに公開されます。
check-blocks-fine = ライブブロックはすべて読み取れます。
check-internal-rows = タイムラインの { $n } 行は「内部のみ」のため、表示されません。
check-internal-rows-fine = 「内部のみ」のため表示されないタイムラインの行はありません。
check-internal-runs = 公開していない手順書の実行が { $n } 件あり、表示されません。
check-internal-runs-fine = 手順書が非公開のため表示されない実行はありません。
check-comments = 未対応のコメントが { $n } 件あります。
check-comments-fine = コメントはすべて対応済みです。
check-internal-incident = このインシデントは非公開です。それでも、ポストモーテムは誰にでも見えるようになります。
check-internal-incident-fine = インシデントは公開されています。
check-open-incident = このインシデントはまだ終わっていません。
check-open-incident-fine = インシデントは終わっています。

found-secret = 秘密の値の可能性：
found-address = 内部のアドレスやホスト名の可能性：
found-email = メールアドレス：
found-person = メンバーの名前：
found-inside = 内部だけの記述：
found-label = アラートのラベルの値：
found-unclosed = 閉じられていない箇所：

hint-human-error = 「人のミス」は調査の入口です。なぜ起こりやすかったのでしょうか。
hint-carelessness = 注意し続けられる人はいません。何があれば気付けたでしょうか。
hint-should-have = 後からなら言えることです。その時点で何が分かっていたでしょうか。
hint-fault = 誰かを責めているように読めます。仕組みのどこがそれを許したのでしょうか。

# 取り込み。
import-title = ポストモーテムの取り込み
import-text = 別の場所で書いたポストモーテムを貼り付けてください。読み取りの結果を確かめるまでは、何も保存しません。
import-source = テキスト
import-source-hint = Markdown、256 KiB まで。時刻のある行や表はタイムラインに、残りは本文になります。
import-name = 題名
import-name-hint = 空欄なら、最初の見出しを使います。
import-language = 言語
import-day = 最初の時刻の日付
import-day-hint = テキストの最初の日付より前にある時刻に使います。空欄なら今日です。
import-zone = タイムゾーン
import-incident = インシデント
import-new-incident = 新規（非公開、解決済み）
import-read = 読み取りを確かめる
import-keep = この内容で取り込む
import-is-read = 読み取りの結果
import-rows = { $n ->
    [0] 時刻が見つからないため、タイムラインには何も入りません。
   *[other] タイムラインに { $n } 行が入ります。
}
import-rest = 本文になる残りの部分

# 集計。
insight-title = 傾向
insight-text = インシデントの積み重ねと、その後の取り組みです。訓練は含めません。
insight-csv = CSV でダウンロード
insight-span = 期間
insight-months = { $n } か月
insight-empty = この期間のインシデントはありません。期間を長くしてください。
insight-over-time = 推移
insight-chart-count = 月ごとの件数（最多 { $n } 件）
insight-chart-time = 月ごとの時間（最長 { $length }）
insight-by-month = 月ごとの表
insight-sum = { $n } 件、合わせて{ $length }。
insight-ongoing = そのうち { $n } 件は続いていて、その時間は含めていません。
insight-cut = この期間のインシデントは多すぎて、新しいものだけを集計しています。期間を短くしてください。
insight-table = 表
insight-month = 月
insight-incidents = 件数
insight-time = 時間
insight-components = コンポーネント別
insight-others = そのほか
insight-causes = 原因別
insight-uncaused = 不明（ポストモーテムなし）
insight-spreads = かかった時間
insight-measure = 指標
insight-median = 中央値
insight-p90 = 90 パーセンタイル
insight-mean = 平均
insight-n = 件数
insight-unmarked = マーカーなし
insight-too-few = 件数不足
insight-mean-hint = 平均は 5 件から示します。それより少ないと、1 件の値に左右されるためです。
insight-repeats = 繰り返し起きているもの
insight-repeat = { $name }：{ $n } 件
insight-follow-title = アクションアイテムの進み具合
insight-follow = 30 日より前のアクションアイテム { $count } 件のうち、{ $n } 件が完了しています。
insight-follow-none = 30 日より前のアクションアイテムはありません。

# 入力の誤り。
invalid-postmortem-title = 題名は、改行なしの 1～200 文字で入力してください。
invalid-postmortem-body = 本文は空にできません。上限は、言語ごとに 256 KiB、10,000 行です。
invalid-postmortem-message = 改行なしの 200 文字以内で入力してください。
invalid-postmortem-reason = 理由を 3～500 文字で書いてください。
invalid-postmortem-import = 一度に取り込めるのは、タイムライン 2000 行、本文 10000 行までです。短くするか、行を分けてインシデントに貼り付けてください。
postmortem-typed-late = 別の端末などで、もっと新しい内容が保管または保存されています。ページを開き直して確かめてください。
mention-inside = 内部のみ
postmortem-own-unsaved = 保存していない書きかけがあります。ほかの人には見えません。
postmortem-own-unsaved-go = 続きを書いて保存する
invalid-postmortem-note = メモが長すぎます。上限は 2,000 文字です。長い指摘は、箇所ごとのコメントに分けてください。
invalid-postmortem-note-missing = 直すところを書いてください。
invalid-comment = コメントを 4,000 文字以内で入力してください。
invalid-quote = この箇所は、読んでいた版の本文にないか、1,000 文字を超えています。選び直すか、空欄にしてください。
invalid-language = 言語を選んでください。
invalid-template = テンプレートを選んでください。
invalid-choice = 一覧から選んでください。
invalid-choice-merge = すべての箇所について、どの内容にするかを選んでください。
invalid-slug-published = 公開したポストモーテムのアドレスは変えられません。
invalid-check = まだ判断していないか、先に直すところがあります。確かめてから、もう一度公開してください。
invalid-file-picture = 本文に入れられるのは、PNG、JPEG、WebP、GIF の画像だけです。

# できない操作。
refused-postmortem-submit = レビューに出せるのは下書きだけです。ページを読み込み直して、今の状態を確かめてください。
refused-postmortem-review = 今はレビュー中ではありません。ページを読み込み直して、今の状態を確かめてください。
refused-postmortem-publish = 公開できるのは、承認されたポストモーテムだけです。先にレビューに出してください。
refused-postmortem-retract = 公開していないため、取り下げるものがありません。
refused-postmortem-waive = すでに公開しているか、作成しないことになっています。公開したものは、取り下げることができます。
refused-postmortem-edit = 今は編集できません。ページを読み込み直して、今の状態を確かめてください。
refused-postmortem-empty = まだ何も保存されていません。先に本文を書いてください。
refused-postmortem-there = このインシデントにはすでにポストモーテムがあります。そちらを編集するか、別のインシデントを選んでください。
refused-own-approval = 最新の版を保存したのはあなたです。ほかの人が承認する必要があります。
refused-postmortem-merge-incident = 統合されてなくなる側のインシデントにポストモーテムがあります。逆向きに統合するか、両方にある場合は関連付けてください。

# 終わった操作。
done-postmortem-begun = ポストモーテムを書き始めました。管理画面の中だけで見えます。
done-postmortem-saved = 新しい版を保存しました。
done-postmortem-same = 最新の版と違いがないため、保存しませんでした。
done-postmortem-submitted = レビューに出しました。
done-postmortem-reviewed = レビューを送りました。
done-postmortem-commented = コメントを追加しました。
done-postmortem-comment-resolved = コメントを対応済みにしました。
done-postmortem-comment-reopened = コメントを未対応に戻しました。
done-postmortem-facts = 詳細を保存しました。
done-postmortem-published = ポストモーテムを公開しました。
done-postmortem-retracted = ポストモーテムを取り下げました。
done-postmortem-waived = ポストモーテムを作成しないことを記録しました。
done-postmortem-merged = 2 つの内容を統合し、エディターに入れました。確かめてから保存してください。
done-postmortem-discarded = 保存していない内容を破棄しました。
done-postmortem-restored = 以前の内容に戻し、新しい版として保存しました。
done-postmortem-imported = ポストモーテムを取り込みました。管理画面の中だけで見えます。
invalid-picture-large = 画像は 8 MiB までです。小さくしてから、もう一度入れてください。
revision-restored = 第 { $n } 版に戻しました
