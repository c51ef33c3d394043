# 管理画面の枠、フォーム、サインイン、自分のアカウントの文言（日本語）。すべてのキーは en/desk.ftl にもあり、テストで確かめている。

desk-nav = 管理画面
desk-menu = メニュー
desk-now = 現在の状況
desk-public = 公開ページ
desk-sign-out = サインアウト
desk-offline = オフラインです。表示が古い可能性があり、接続が戻るまで保存できません。タイムラインやフォームに入力した内容は、このブラウザーに残ります。
desk-draft-restored = 保存していなかった入力内容を復元しました。
desk-draft-discard = 破棄
desk-zone = 時刻のタイムゾーン：
desk-shortcuts = キーボードショートカット
desk-shortcuts-on = このショートカットを使う
desk-shortcut-search = 最初の検索欄
desk-shortcut-list = この一覧

form-errors = 次の { $n } 件を確認してください：
form-new-password = 新しいパスワード
form-new-password-hint = { $n } 文字以上。いくつかの言葉をつなげたものがおすすめです。大文字や数字は必須ではありません。
form-new-password-again = 新しいパスワード（確認）

set-up-first-title = 最初のアカウントを作成
set-up-first-text = このアカウントはオーナーになります。すべての操作ができ、ほかの人を招待できます。
set-up-first-submit = 作成してサインイン
set-up-title = パスワードを設定
set-up-text = { $name } さん、{ $site } の管理画面にサインインするためのパスワードを設定してください。
set-up-submit = 設定してサインイン
set-up-name = 名前
set-up-name-hint = サインインに使います。ほかのメンバーにも表示されます。

sign-in-title = サインイン
sign-in-name = 名前
sign-in-password = パスワード
sign-in-submit = サインイン
sign-in-or = または
sign-in-passkey = パスキーでサインイン
sign-in-forgotten = パスワードを忘れた場合は、このサイトのオーナーに設定し直すためのリンクを作成してもらってください。
sign-in-first = まだアカウントがありません。Yagura は起動時にリンクをログへ書き出しています。それを開くと最初のアカウントを作成できます。
sign-in-first-again = 作成したら、このページを再読み込みしてください。

passkey-failed = うまくいきませんでした。もう一度試すか、パスワードでサインインしてください。
passkey-aborted = 中止されたか、時間切れになりました。何も変わっていません。もう一度お試しください。
passkey-unsupported = このブラウザーではパスキーを使えません。新しいブラウザーで JavaScript を有効にしてお試しください。

second-factor-title = 2 段階認証
second-factor-code = コード
second-factor-code-hint = 認証アプリに表示される 6 桁の数字、またはリカバリーコード。
second-factor-submit = 続ける
second-factor-lost = 端末もリカバリーコードも失くした場合は、このサイトのオーナーに 2 段階認証を解除してもらってください。
second-factor-back = 別の人としてサインイン

confirm-title = ご本人ですか？
confirm-text = これは重要な操作で、前回の本人確認から時間がたっています。確認すると、しばらくの間は再度お尋ねしません。
confirm-submit = 続ける
confirm-passkey = パスキーで確認
confirm-nothing = パスワードが設定されておらず、このアドレスではパスキーも使えません。このサイトのオーナーに、パスワードを設定するためのリンクを作成してもらってください。
confirm-back = 管理画面に戻る

account-title = アカウント
account-text = { $name } としてサインインしています。
account-back = ← アカウント
account-password = パスワード
account-password-none = パスワードはまだ設定されていません。設定すると、パスキーが手元にないときもサインインできます。
account-password-current = 現在のパスワード
account-password-others = 変更すると、ほかの端末からはサインアウトされます。
account-password-save = パスワードを保存
account-second-factor = 2 段階認証
account-totp-none = 今はパスワードだけでサインインできます。2 段階認証を設定すると、スマートフォンに表示されるコードも必要になります。
account-totp-set-up = 2 段階認証を設定
account-totp-on = 設定済みです。パスワードでのサインインには、認証アプリのコードが必要です。
account-totp-remove = 2 段階認証を解除
account-totp-remove-ask = 2 段階認証を解除しますか？リカバリーコードも無効になり、パスワードだけでサインインできるようになります。
account-codes-left = { $n ->
    [0] リカバリーコードは残っていません。
   *[other] リカバリーコードは残り { $n } 個です。
}
account-codes-few = 必要になる前に、新しく作成してください。
account-codes-make = リカバリーコードを作り直す
account-codes-make-ask = 新しいリカバリーコードを作成しますか？これまでのものは使えなくなります。
account-passkeys = パスキー
account-passkeys-text = パスキーを使うと、端末の指紋、顔、PIN だけでサインインできます。パスワードもコードも要りません。
account-passkeys-none = パスキーはまだありません。
account-passkeys-not-here = このアドレスではパスキーを作成できません。HTTPS とドメイン名が必要です。
account-passkey-made = 作成 { $when }
account-passkey-used = 最終利用 { $when }
account-passkey-unused = 未使用
account-passkey-remove = 削除
account-passkey-remove-ask = パスキー「{ $name }」を削除しますか？サインインに使えなくなります。端末側には残ることがあるので、端末からも削除してください。
account-passkey-add = パスキーを追加
account-passkey-name = 名前
account-passkey-name-hint = あとで見分けられる名前。例：スマートフォン
account-passkey-make = パスキーを作成
account-sessions = サインイン中の端末
account-sign-out-others = ほかのすべての端末からサインアウト
account-sign-out-others-ask = このブラウザー以外のすべての端末からサインアウトしますか？
account-language = 言語
account-language-label = 管理画面の言語
account-language-hint = 公開ページの言語は、そのページで切り替えられます。
account-language-browser = ブラウザーの設定に合わせる
account-language-save = 言語を保存

totp-title = 2 段階認証の設定
totp-text = スマートフォンの認証アプリは、30 秒ごとに新しいコードを表示します。設定後は、パスワードでサインインするときにこのコードを入力します。
totp-secret-title = 1. アプリに登録する
totp-scan = この QR コードをアプリで読み取ってください。
totp-picture = 登録用の QR コード。同じ内容が下に文字でもあります
totp-link = この端末のアプリで開く
totp-type = または、次の文字をアプリに入力
totp-code-title = 2. コードを確認する
totp-code = コード
totp-code-hint = アプリに今表示されている 6 桁の数字。
totp-submit = 2 段階認証を有効にする

recovery-codes-title = リカバリーコード
recovery-codes-text = スマートフォンが手元にないとき、認証アプリのコードの代わりに使えます。それぞれ一度だけ使えます。
recovery-codes-once = 今すぐコピーするか印刷してください。ハッシュだけを保存しているため、二度と表示できません。
recovery-codes-copy = あなたのリカバリーコード
recovery-codes-keep = パスワードマネージャーや紙など、スマートフォンとは別の場所に保管してください。
recovery-codes-done = 保管しました

failure-not-found-title = 見つかりません
failure-not-found-text = このアドレスには何もありません。削除されたか、名前が変わった可能性があります。
failure-forbidden-title = この操作は許可されていません
failure-forbidden-text = 今の役割ではできない操作です。役割は、このサイトのオーナーが変更できます。
failure-too-large-title = 送信内容が大きすぎます
failure-too-large-text = フォームで送信できるのは 128 KiB までです。何も変更されていません。前のページに戻り、内容を短くしてから、もう一度送信してください。
failure-not-a-form-title = 送信内容を読み取れませんでした
failure-not-a-form-text = このページのフォームではないか、途中までしか届いていません。何も変更されていません。ページを開き直して、もう一度お試しください。
failure-link-gone-title = このリンクは使えません
failure-link-gone-text = リンクは一度だけ、数日の間だけ使えます。このサイトのオーナーに新しいリンクを作成してもらってください。すでに使った場合は、そのままサインインできます。
failure-cross-site-title = このサイトからの操作ではありません
failure-cross-site-text = 別のサイトから送られたか、送信元を確認できなかったため、何も行いませんでした。ご自身の操作であれば、このサイトでページを開き直して、もう一度お試しください。
failure-too-many-title = 試行回数が多すぎます
failure-too-many-text = 不正なサインインを防ぐため、次に試せるのは { $length }後です。
failure-conflict-title = ほかの人が先に変更しました
failure-conflict-text = この内容は、開いたあとに別の人が変更しています。開き直して今の内容を確かめてから、もう一度変更してください。
failure-refused-title = 今の状態ではできません
failure-refused-text = 何も変更されていません。前のページに戻り、妨げになっているものを確かめてください。
failure-unavailable-title = 今はできません
failure-unavailable-text = データベースが時間内に応答しません。送信した内容は保存されていない可能性があります。もう一度送る前に確認してください。監視は続いています。
failure-again = もう一度試す
failure-desk = 管理画面へ
failure-sign-in = サインイン
failure-public = 公開ページへ
