//! Codes of authenticator apps (TOTP, RFC 6238), by `totp-rs`: six digits of SHA-1 every 30 seconds, which is what every app understands.

use domain::time::Timestamp;
use store::accounts::TotpSecret;
use totp_rs::{Builder, Totp};

use super::problem::Problem;

/// Bytes of a secret (RFC 4226, section 4, asks for 20).
pub(super) const SECRET_BYTES: usize = 20;
/// Codes of so many steps before and after the present are good: clocks of phones differ.
const SKEW_STEPS: u16 = 1;
/// Digits of a code.
const DIGITS: usize = 6;

fn totp(secret: &TotpSecret, site: &str, account: &str) -> Option<Totp> {
    // A colon parts issuer and account in the address within the picture.
    let plain = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_secret(secret.0.clone())
        .with_skew(SKEW_STEPS)
        .with_account_name(plain(account))
        .with_issuer(Some(plain(site)))
        .build()
        .ok()
}

/// The time step whose code this is; `None` when it is none. Spaces between digits are what apps show.
pub(super) fn step_of(secret: &TotpSecret, code: &str, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let is_code = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = u64::try_from(now.as_ms() / 1000).ok()?;
    let totp = totp(secret, "", "account").filter(|_| is_code)?;
    i64::try_from(totp.check(&code, seconds)?).ok()
}

/// What an authenticator app is shown: secret in base32, address, and the squares of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) secret: String,
    pub(crate) link: String,
    pub(crate) squares: Vec<Vec<bool>>,
}

/// Shows a new secret.
pub(super) fn offer(secret: &TotpSecret, site: &str, account: &str) -> Result<Offer, Problem> {
    let totp = totp(secret, site, account).ok_or(Problem::Refused("refused-totp"))?;
    let link = totp.to_url().map_err(|_| Problem::Refused("refused-totp"))?;
    let picture =
        qrcodegen::QrCode::encode_text(&link, qrcodegen::QrCodeEcc::Medium).map_err(|_| Problem::Refused("refused-totp"))?;
    let squares = (0..picture.size()).map(|y| (0..picture.size()).map(|x| picture.get_module(x, y)).collect()).collect();
    let base32 = totp.secret().to_base32();
    let groups: Vec<String> = base32.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Ok(Offer { secret: groups.join(" "), link, squares })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six digits of the SHA-1 values.
    #[test]
    fn the_rfcs_codes_are_good_at_their_time_and_a_step_around_it() {
        let secret = TotpSecret(b"12345678901234567890".to_vec());
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let at = |seconds: i64| Timestamp::from_ms(seconds * 1000);
            assert_eq!(step_of(&secret, code, at(seconds)), Some(seconds / 30));
            assert_eq!(step_of(&secret, &format!("{} {}", &code[..3], &code[3..]), at(seconds + 30)), Some(seconds / 30));
            assert_eq!(step_of(&secret, code, at(seconds + 90)), None);
        }
        for wrong in ["", "28708", "2870820", "287083", "２８７０８２", "abcdef"] {
            assert_eq!(step_of(&secret, wrong, Timestamp::from_ms(59_000)), None, "{wrong}");
        }
    }

    #[test]
    fn a_picture_holds_the_address_whatever_the_names_are() {
        let secret = TotpSecret(vec![7; SECRET_BYTES]);
        let offer = offer(&secret, "見張り台: 本番", "佐藤 美佳 & <co>").unwrap();
        assert!(offer.link.starts_with("otpauth://totp/"), "{}", offer.link);
        assert!(offer.squares.len() >= 21 && offer.squares.iter().all(|row| row.len() == offer.squares.len()));
        assert_eq!(offer.secret.replace(' ', "").len(), 32);
    }
}
