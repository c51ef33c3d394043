# 手順書の検査で見つかったことと、`-fix` にはその直し方（日本語）。管理画面、API の応答、コマンドラインに出る。
# すべてのキーは en/lint.ftl にもあり、テストで確かめている。

# 読み取れなかったもの。
lint-front-missing = ファイルの先頭に設定（front matter）がありません。
lint-front-missing-fix = 先頭に --- の行を置き、id、title、lang、owner などを書いて、もう一度 --- の行で閉じてください。
lint-front-yaml = 先頭の設定を読み取れません：{ $problem }
lint-front-yaml-fix = この場所の YAML を直してください。記号を含む値は引用符で囲みます。
lint-front-key-unknown = 先頭の設定に、意味のないキーがあります：{ $key }
lint-front-key-unknown-fix = 綴りを確かめるか、削除してください。
lint-front-value = { $key } の値として使えません。
lint-front-value-fix = 次の形で書いてください：{ $expected }
lint-param-twice = パラメーター { $name } が 2 つあります。
lint-param-twice-fix = どちらかの名前を変えるか、削除してください。大文字と小文字、_ と - は区別しません。
lint-param-pattern = パラメーター { $name } のパターンが正しくありません：{ $problem }
lint-param-pattern-fix = 値全体に合う正規表現を書いてください。例：^[a-z0-9.-]{"{1,63}"}$
lint-param-default = パラメーター { $name } の既定値が使えません。パターンに合わないか、秘密の値が知られてしまいます。
lint-param-default-fix = 既定値かパターンを直してください。秘密の値に既定値は付けられません。
lint-param-from = { $name } の取得元に { $value } は使えません。
lint-param-from-fix = labels.名前、component.（slug、name、group、host、port、url、probe）、incident.number、site.url のどれかにしてください。
lint-param-name = パラメーターの名前として使えません：{ $name }
lint-param-name-fix = 英字で始まる、英数字、_、- の 32 文字以内にしてください。
lint-comment-unreadable = 手順の末尾のコメントを読み取れません：{ $text }
lint-comment-unreadable-fix = 次の形で書いてください：<!-- s:copy-data risk=high critical -->
lint-attribute-unknown = { $name } という属性はありません。
lint-attribute-unknown-fix = 使えるのは risk=、critical、confirm=two-person、timer=、undo=、when=、needs=、verify= と、decision に続けた回答です。回答を書くには decision が必要です。
lint-attribute-value = { $name } に「{ $value }」は使えないか、{ $name } が 2 度書かれています。
lint-attribute-value-fix = 例：risk=low（high、destructive）、timer=30m、needs=ssh,console、when=手順:回答、回答=手順、判断には max=3
lint-id-shape = 手順の ID として使えません：{ $id }
lint-id-shape-fix = a–z、0–9 と、その間の単独のハイフンだけを使い、64 文字以内にしてください。例：copy-data
lint-too-deep = 手順の入れ子が 3 段を超えています。
lint-too-deep-fix = この手順を上の段に移すか、節を分けてください。
lint-too-many-steps = 手順が 300 を超えています。
lint-too-many-steps-fix = いくつかの手順書に分けてください。
lint-too-large = ファイルが 256 KiB を超えています。
lint-too-large-fix = いくつかの手順書に分け、ログや長い例は別の場所に置いてください。

# 先頭の設定と節。
lint-front-id-missing = 先頭の設定に id がありません。
lint-front-id-missing-fix = ファイル名から言語と拡張子を除いたものを id: に書いてください。
lint-file-name = 先頭の設定は { $key }: { $value } ですが、ファイル名は { $file } です。
lint-file-name-fix = 両方を揃えてください。web-down.ja.md なら id: web-down と lang: ja です。
lint-title-missing = 先頭の設定に title がありません。
lint-title-missing-fix = 何が起きたのかが分かる短い題名を title: に書いてください。
lint-language-missing = 本文の言語が書かれていません。
lint-language-missing-fix = lang: ja または lang: en を書いてください。
lint-owner-missing = この手順書の担当が決まっていません。
lint-owner-missing-fix = 内容を正しく保つ人かチームを owner: に書いてください。
lint-no-steps = Diagnosis にも Mitigation にも手順がありません。
lint-no-steps-fix = することを、## Diagnosis か ## Mitigation の下に - [ ] の項目として書いてください。
lint-verification-missing = 元に戻ったことを確かめる方法が書かれていません。
lint-verification-missing-fix = ## Verification の節を設け、利用者が再びできるようになるはずのことを書いてください。
lint-step-outside = 読むだけの節に手順があります。
lint-step-outside-fix = ## Diagnosis、## Mitigation、## Verification のどれかに移すか、チェックボックスのない項目にしてください。
lint-section-long = この節には手順が { $count } あります。緊急時に無理なく追えるのは 5～9 です。
lint-section-long-fix = 関連する手順をひとつの手順の下にまとめるか、手順書を分けてください。

# 手順。
lint-ticked = ファイルの中でチェックが付いています。チェックは実行の記録に付くものです。
lint-ticked-fix = - [ ] に戻してください。
lint-words-missing = この手順には、何をするのかが書かれていません。
lint-words-missing-fix = チェックボックスと同じ行に書いてください。
lint-id-missing = この手順には ID がないため、完了にできません。
lint-id-missing-fix = 「yagura runbook ids ファイル」で足りない ID を書き込むか、<!-- s:copy-data --> のように付けてください。
lint-id-twice = ID { $id } は { $line } 行目ですでに使われています。
lint-id-twice-fix = こちらの手順に別の ID を付けてください。先にあるほうは変えません。
lint-target-missing = 回答の行き先 { $id } という手順がありません。
lint-target-missing-fix = ID の綴りや、削除された手順でないかを確かめてください。
lint-target-self = 回答の行き先が、この判断自身になっています。
lint-target-self-fix = 次に進む手順を行き先にしてください。
lint-loop-without-max = 回答が { $id } へ戻りますが、何度まで戻れるのかが書かれていません。
lint-loop-without-max-fix = max=3 のように上限を書くか、先の手順を行き先にしてください。
lint-answer-twice = 回答 { $answer } が 2 度書かれています。
lint-answer-twice-fix = どちらかの名前を変えてください。
lint-decision-few-answers = 判断には回答が 2 つ以上必要です。
lint-decision-few-answers-fix = decision yes=copy-data no=escalate のように、回答と行き先を書いてください。道がひとつなら decision を外します。
lint-unreachable = どの回答からもこの手順に進めないため、行われることがありません。
lint-unreachable-fix = この手順を回答の行き先にするか、when= を直してください。判断と行き先の間にある手順は飛ばされます。
lint-undo-missing = 元に戻す手順 { $id } がありません。
lint-undo-missing-fix = ID の綴りを確かめるか、その手順を加えてください。
lint-undo-self = 元に戻す手順が、この手順自身になっています。
lint-undo-self-fix = 元に戻す別の手順を書くか、undo= を外してください。
lint-undo-before = 元に戻す手順 { $id } が、この手順より前にあります。
lint-undo-before-fix = その手順を、この手順より後に移してください。
lint-when-missing = when= の手順 { $id } がありません。
lint-when-missing-fix = when= の ID の綴りを確かめてください。
lint-when-not-decision = when= の手順 { $id } は判断ではありません。
lint-when-not-decision-fix = when= に判断の ID を書くか、その手順を判断にしてください。
lint-when-answer = 判断 { $id } に回答 { $answer } がありません。
lint-when-answer-fix = その判断にある回答を選ぶか、判断にこの回答を加えてください。
lint-when-ahead = when= の判断 { $id } が、この手順より後にあります。
lint-when-ahead-fix = その判断を、この手順より前に移してください。
lint-destructive-unverified = 元に戻せない操作なのに、その前に確かめる手順がありません。
lint-destructive-unverified-fix = 実行してよいかを確かめる手順を前に置いてください。expect のあるコマンドか、判断にします。
lint-verify-shape = 「{ $value }」は Yagura が確かめられるものではありません。
lint-verify-shape-fix = verify=probe: に続けて、プローブのスラッグを書いてください。

# コマンドと文章。
lint-code-language = 何のブロックなのかが書かれていません。
lint-code-language-fix = ``` の後に種類を書いてください。コマンドは ```sh、文面は ```text です。
lint-expect-missing = このコマンドで期待される結果が書かれていません。
lint-expect-missing-fix = 次のコマンドより前に、```expect のブロックを置いてください。
lint-prose-jump = 文章の中で、番号で別の手順へ進ませています。番号は変わりやすく、実行中の画面も追えません。
lint-prose-jump-fix = 判断にしてください。例：- [ ] そうなっているか <!-- s:is-it decision yes=copy-data no=escalate -->
lint-param-unknown = パラメーター { $name } がないため、{"{{"}{ $name }{"}}"} はそのまま残ります。
lint-param-unknown-fix = params に加えるか、綴りを確かめてください。
lint-param-unused = パラメーター { $name } は、どのコマンドでも使われていません。
lint-param-unused-fix = 削除してください。使わない値を尋ねることになります。
lint-param-in-quotes = {"{{"}{ $name }{"}}"} が引用符かヒアドキュメントの中にあります。値は自動で引用符に囲まれるため、その引用符まで値の一部になります。
lint-param-in-quotes-fix = 引用符の外に出してください："a "{"{{"}{ $name }{"}}"}" b"
lint-param-dash = { $name } の値が - で始まると、このコマンドはオプションとして扱ってしまいます。
lint-param-dash-fix = ^[a-z0-9][a-z0-9.-]*$ のように - で始まらないパターンを付けるか、前に -- を書いてください。
lint-html-raw = タグ { $name } は文字として表示されます。
lint-html-raw-fix = Markdown で書いてください。使えるタグは details、summary、kbd、br だけです。

# 2 つの言語で違うところ。
lint-other-steps = 手順 { $id } が{ $language ->
    [ja] 日本語
    [en] 英語
   *[other] もう一方の言語
}のファイルにありません。
lint-other-steps-fix = 同じ ID で加えるか、こちらから削除してください。
lint-other-order = 手順 { $id } の位置が、もう一方の言語と違います。
lint-other-order-fix = 順序、入れ子、節を両方で揃えてください。
lint-other-flags = 手順 { $id } の属性が、もう一方の言語と違います。
lint-other-flags-fix = 末尾のコメントを同じにしてください。
lint-other-code = 手順 { $id } のコマンドが、もう一方の言語と違います。
lint-other-code-fix = コマンドを同じにしてください。コマンドの中のコメントは違っていてもかまいません。
lint-other-front = { $key } が、もう一方の言語と違います。
lint-other-front-fix = lang、title、ラベルのほかは、先頭の設定を同じにしてください。
lint-other-sections = 節の構成が、もう一方の言語と違います。
lint-other-sections-fix = 同じ見出しを同じ順に置いてください。見出しはどの言語でも英語です。
