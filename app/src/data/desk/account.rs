//! Signing in and one's own account.

use domain::time::Timestamp;

use super::FormState;

/// A one-time link was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUpPage {
    /// The secret in the address; the form is posted to the same address.
    pub token: String,
    /// Whose account it is; `None`: the first account is made, and its name is asked for.
    pub name: Option<String>,
    /// Fields: `name` (only for the first account), `password`, `password_again`.
    pub form: FormState,
}

/// Sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInPage {
    /// Where to go afterwards: a path under `/desk`.
    pub next: String,
    /// True when the site's address allows passkeys.
    pub has_passkeys: bool,
    /// True when nobody has an account yet: the link is in the log.
    pub is_first: bool,
    /// Fields: `name`, `password`, `next` (hidden).
    pub form: FormState,
}

/// The second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactorPage {
    /// Where to go afterwards.
    pub next: String,
    /// Fields: `code` (six digits, or a recovery code), `next` (hidden).
    pub form: FormState,
}

/// Show once more who you are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmPage {
    /// Where to go afterwards.
    pub next: String,
    /// True when they have a passkey and the site's address allows it.
    pub has_passkeys: bool,
    /// True when they have a password.
    pub has_password: bool,
    /// True when a code is asked for beside the password: they have a second factor.
    pub needs_code: bool,
    /// Fields: `password`, `code`, `next` (hidden).
    pub form: FormState,
}

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPage {
    /// True when they have a password.
    pub has_password: bool,
    /// True when a second factor is set up.
    pub has_totp: bool,
    /// Recovery codes that are left.
    pub recovery_codes_left: u32,
    /// True when the site's address allows passkeys.
    pub may_have_passkeys: bool,
    /// Their passkeys.
    pub passkeys: Vec<PasskeyRow>,
    /// Where they are signed in, the newest first.
    pub sessions: Vec<SessionRow>,
    /// The form for a new password. Fields: `current`, `password`, `password_again`. Posted to `/desk/account/password`.
    pub password_form: FormState,
    /// The form for their language. Field: `language` (`ja`, `en`, or empty: as the browser says). Posted to `/desk/account/language`.
    pub language_form: FormState,
}

/// One of their passkeys. Removed by a post to `/desk/account/passkeys/{id}/remove`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Its id.
    pub id: String,
    /// What they call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// A place where somebody is signed in. Ended by a post to `…/sessions/{id}/end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// True for the one that asks.
    pub is_own: bool,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// From which address.
    pub address: Option<String>,
    /// What the browser calls itself, shortened to words: `Firefox · Android`.
    pub browser: String,
}

/// Set up the second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpPage {
    /// The picture that authenticator apps read: dark squares by row, without a margin.
    pub squares: Vec<Vec<bool>>,
    /// The secret in base32, in groups of four, for those who type it.
    pub secret: String,
    /// The address within the picture, for those on the same phone: `otpauth://…`.
    pub link: String,
    /// Fields: `code`. Posted to `/desk/account/totp`.
    pub form: FormState,
}

/// Recovery codes, shown this once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryCodesPage {
    /// Each can be used once in the place of a code.
    pub codes: Vec<String>,
}
