# メール・チャット・電話で当番に伝える言葉。日本語。en/tell.ftl と同じキーを持つことをテストが確かめる。

tell-what = { $component }：{ $title }
tell-again = 継続中（通知 { $n } 回目）：{ $what }
tell-acknowledged = { $name }が対応中：{ $what }
tell-over = 解消：{ $what }
tell-severity = 重大度
tell-component = 対象
tell-since = 発生
tell-length = 継続時間
tell-under = まとめたもの
tell-under-n = ほか { $n } 件
tell-incident = インシデント
tell-runbook = 手順書
tell-source = 送信元
tell-link = アラートを開く
tell-link-follow = 手順を開始
