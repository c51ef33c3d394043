# Words around every page of the desk, of forms, of signing in and of one's own account. English; every key stands in ja/desk.ftl too, and
# a test holds that.

desk-nav = Desk
desk-menu = Menu
desk-now = Now
desk-public = Public page
desk-sign-out = Sign out
desk-offline = You are offline. What you see may be out of date. Nothing can be saved until the connection is back, but what you type into a timeline or a form is kept in this browser.
desk-draft-restored = What you typed here before and did not save is back.
desk-draft-discard = Discard it
desk-zone = Times are in the time zone
desk-shortcuts = Keyboard shortcuts
desk-shortcuts-on = Use these keys
desk-shortcut-search = First search field
desk-shortcut-list = This list

form-errors = { $n ->
    [one] Please look at this again:
   *[other] Please look at these { $n } points again:
}
form-new-password = New password
form-new-password-hint = At least { $n } characters. Several words in a row are good; capitals and digits are not required.
form-new-password-again = New password once more

set-up-first-title = Make the first account
set-up-first-text = It becomes an owner: it may do everything here, and invite others.
set-up-first-submit = Make the account and sign in
set-up-title = Choose a password
set-up-text = { $name }, with this password you will sign in to the desk of { $site }.
set-up-submit = Save and sign in
set-up-name = Name
set-up-name-hint = You sign in with it, and others see it.

sign-in-title = Sign in
sign-in-name = Name
sign-in-password = Password
sign-in-submit = Sign in
sign-in-or = or
sign-in-passkey = Sign in with a passkey
sign-in-forgotten = Password forgotten? An owner of this site can make you a link with which you choose another.
sign-in-first = Nobody has an account here yet. When Yagura started, it wrote a link to its log; whoever opens that makes the first account.
sign-in-first-again = Once that is done, load this page again.

passkey-failed = That did not work. Please try again, or sign in with your password.
passkey-aborted = It was stopped or took too long. Nothing has changed; you can try again.
passkey-unsupported = This browser cannot use passkeys here. A newer one can, with JavaScript switched on.

second-factor-title = Second factor
second-factor-code = Code
second-factor-code-hint = Six digits from your authenticator app, or one of your recovery codes.
second-factor-submit = Continue
second-factor-lost = Phone and recovery codes lost? An owner of this site can remove your second factor.
second-factor-back = Sign in as somebody else

confirm-title = Is it you?
confirm-text = What you are about to do matters, and you last showed who you are a while ago. After this you are not asked again for some minutes.
confirm-submit = Continue
confirm-passkey = Show a passkey
confirm-nothing = You have no password, and this address does not allow passkeys. Ask an owner of this site for a link with which you choose a password.
confirm-back = Back to the desk

account-title = Your account
account-text = You are signed in as { $name }.
account-back = ← Your account
account-password = Password
account-password-none = You have no password yet. With one you can also sign in where your passkey is not at hand.
account-password-current = Current password
account-password-others = Everywhere else you are signed out then.
account-password-save = Save the password
account-second-factor = Second factor
account-totp-none = Your password alone opens this account. With a second factor, a code from your phone is needed too.
account-totp-set-up = Set up the second factor
account-totp-on = It is set up: signing in with your password needs a code from your authenticator app.
account-totp-remove = Remove the second factor
account-totp-remove-ask = Remove it? Your recovery codes go with it, and your password alone opens the account.
account-codes-left = { $n ->
    [0] No recovery codes are left.
    [one] 1 recovery code is left.
   *[other] { $n } recovery codes are left.
}
account-codes-few = Make new ones before you need them.
account-codes-make = Make new recovery codes
account-codes-make-ask = Make new ones? The old ones are no longer good then.
account-passkeys = Passkeys
account-passkeys-text = A passkey signs you in with the fingerprint, the face or the PIN of your device, without a password or a code.
account-passkeys-none = You have no passkeys yet.
account-passkeys-not-here = None can be made at this address: passkeys need HTTPS and a domain name.
account-passkey-made = made { $when }
account-passkey-used = last used { $when }
account-passkey-unused = never used
account-passkey-remove = Remove
account-passkey-remove-ask = Remove “{ $name }”? It no longer signs you in. The device may still offer it; delete it there too.
account-passkey-add = Add a passkey
account-passkey-name = Name
account-passkey-name-hint = By which you will know it again, such as “phone”.
account-passkey-make = Make a passkey
account-sessions = Where you are signed in
account-sign-out-others = Sign out everywhere else
account-sign-out-others-ask = Sign out everywhere but in this browser?
account-language = Language
account-language-label = Language of the desk
account-language-hint = Public pages have a switch of their own.
account-language-browser = As the browser prefers
account-language-save = Save the language

totp-title = Set up the second factor
totp-text = An authenticator app on your phone shows a new code every 30 seconds. From then on you type it when you sign in with your password.
totp-secret-title = 1. Give the app the secret
totp-scan = Scan this picture with the app:
totp-picture = QR code with the secret; the same stands below as text
totp-link = On this very device: open in the app
totp-type = Or type this into the app
totp-code-title = 2. Show that it works
totp-code = Code
totp-code-hint = The six digits that the app shows now.
totp-submit = Switch on the second factor

recovery-codes-title = Recovery codes
recovery-codes-text = When your phone is not at hand, one of these is good in the place of the code. Each is good once.
recovery-codes-once = Copy or print them now. They are not shown again; only hashes of them are kept.
recovery-codes-copy = Your recovery codes
recovery-codes-keep = Keep them apart from your phone: in a password manager, or on paper.
recovery-codes-done = I have kept them

failure-not-found-title = There is nothing here
failure-not-found-text = The address leads nowhere. What it named may have been removed or renamed.
failure-forbidden-title = Your role does not allow this
failure-forbidden-text = An owner of this site can give you another role.
failure-too-large-title = This is too large
failure-too-large-text = A form may have 128 KiB. Nothing was changed. Go back, shorten what you typed, and send it again.
failure-not-a-form-title = This could not be read
failure-not-a-form-text = What arrived is no form of this page, or not all of it arrived. Nothing was changed. Open the page again and repeat it.
failure-link-gone-title = This link is no longer good
failure-link-gone-text = A link is good once and for a few days. Ask an owner of this site for a new one. If you have used it before, you can just sign in.
failure-cross-site-title = This did not come from here
failure-cross-site-text = Your browser says that another site sent this, or does not say who did, so nothing was done. If it was you, open the page again here and repeat it.
failure-too-many-title = Too many attempts
failure-too-many-text = To keep guessers out, the next attempt is possible in { $length }.
failure-conflict-title = Somebody was quicker
failure-conflict-text = Somebody else changed this since you opened it. Open it again, look at what is there now, and repeat your change.
failure-refused-title = This cannot be done as things stand
failure-refused-text = Nothing was changed. Go back and look at what stands in the way.
failure-unavailable-title = This cannot be done right now
failure-unavailable-text = The database does not answer in time. What you sent has probably not been saved; look before you send it again. Yagura goes on watching meanwhile.
failure-again = Try again
failure-desk = To the desk
failure-sign-in = Sign in
failure-public = To the public page
