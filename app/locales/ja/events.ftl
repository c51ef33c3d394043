# Yagura がタイムラインに書く内容。
event-nobody = なし
event-opened = インシデントを開始しました
event-opened-by-rule = 設定に従ってインシデントを開始しました
event-component-down = { $name }：{ $status }
event-component-up = { $name }が正常に戻りました
event-outage-confirmed = { $name }の障害を確認しました
event-state-changed = { $from } → { $to }
event-with-reason = { $what }（理由：{ $reason }）
event-severity-changed = 重大度 { $from } → { $to }
event-impact-changed = 影響：{ $from } → { $to }
event-kind-changed = { $from } → { $to }
event-published = 公開しました
event-withdrawn = 非公開に戻しました
event-component-affected = { $name }に{ $from }から影響：{ $status }
event-component-affected-until = { $name }に{ $from }から{ $until }まで影響：{ $status }
event-component-cleared = { $name }に影響はありません
event-role-changed = { $role }：{ $from } → { $to }
event-update-published = 公開のお知らせ {"#"}{ $number }：{ $status }
event-update-corrected = 公開のお知らせ {"#"}{ $number }（{"#"}{ $corrected }を訂正）：{ $status }
event-marker-set = { $marker }は{ $to }
event-marker-moved = { $marker }：{ $from } → { $to }
event-marker-removed = { $marker }の指定を外しました
event-renamed = 名称を「{ $from }」から「{ $to }」に変更しました
event-related = INC-{ $number } と関連付けました
event-unrelated = INC-{ $number } との関連付けを外しました
event-absorbed = INC-{ $number } をこのインシデントに統合しました
event-merged-into = INC-{ $number } に統合しました

# 手順書の実行でしたこと。目的と結果の語は runbooks.ftl にあります。
event-with-words = { $what }：{ $words }
event-alert-began = ALERT-{ $alert } が発生：{ $name }
event-alert-ended = ALERT-{ $alert } が解消：{ $name }
event-run-started = RUN-{ $run } を開始：「{ $title }」（{ $mode }）
event-step-tick = RUN-{ $run }：完了：{ $step }
event-step-untick = RUN-{ $run }：実は行っていない（記録の訂正）：{ $step }
event-step-skip = RUN-{ $run }：省略：{ $step }
event-step-fail = RUN-{ $run }：失敗：{ $step }
event-step-answer = RUN-{ $run }：{ $step } → { $answer }
event-step-confirm = RUN-{ $run }：確認：{ $step }
event-step-verify = RUN-{ $run }：Yagura が確認：{ $step }
event-step-note = RUN-{ $run }：「{ $step }」へのメモ
event-step-wrong = RUN-{ $run }：手順書の誤り：「{ $step }」
event-step-output = RUN-{ $run }：「{ $step }」の証拠を保存
event-run-rebased = RUN-{ $run }：第 { $from } 版から第 { $to } 版に切り替え。{ $rechecks ->
    [0] 再確認が必要な手順はありません
   *[other] 再確認が必要な手順：{ $rechecks } 件
}
event-run-finished = RUN-{ $run } を終了：{ $outcome }

# インシデントのポストモーテムがどうなったか。
event-postmortem-begun = ポストモーテム PM-{ $number } の作成を開始しました
event-postmortem-draft = ポストモーテム PM-{ $number } の次の版を作成中です
event-postmortem-in-review = ポストモーテム PM-{ $number } をレビューに出しました
event-postmortem-review-again = ポストモーテム PM-{ $number } は承認後に変更されたため、再レビューが必要です
event-postmortem-changes-requested = ポストモーテム PM-{ $number } の修正が求められました
event-postmortem-corrected = ポストモーテム PM-{ $number } に軽微な修正を保存しました（承認はそのままです）
event-postmortem-approved = ポストモーテム PM-{ $number } を承認しました
event-postmortem-published = ポストモーテム PM-{ $number } を公開しました
event-postmortem-retracted = ポストモーテム PM-{ $number } を取り下げました
event-postmortem-waived = ポストモーテムは作成しないことにしました（PM-{ $number }）
