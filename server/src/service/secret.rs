//! What must not be guessed: random tokens, what is kept of them, and passwords.
//!
//! Tokens have 256 bits and are kept as SHA-256: no more is needed for what cannot be guessed. Passwords can be guessed, so they are kept
//! by Argon2id with 19 MiB and two passes (OWASP's minimum), of which only a few are computed at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::text::Secret;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::problem::Problem;

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Hashes that are computed at a time: each takes a core for some 30 ms, and checks need cores too.
const HASHES_AT_ONCE: usize = 2;
/// Hashes that may wait for their turn: more is an attack, and every one of them would be too late.
const HASHES_WAITING_MAX: usize = 32;

/// Characters of a token.
pub(crate) const TOKEN_CHARS: usize = 43;

/// In the place of a hash where there is none: as much work as any other, and of no password that somebody knows. Whatever it says, nobody
/// gets in by it.
const OF_NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$eWFndXJhIG9mIG5vYm9keQ$AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";

/// A random token: 43 characters that can stand in addresses and cookies.
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system always has random numbers; without them nothing here would be safe");
    bytes
}

/// What is kept of a token.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// A recovery code: 79 bits as sixteen letters and digits without those that look alike, in groups of four.
pub(crate) fn recovery_code() -> String {
    const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
    // 31 letters: a byte that falls beyond the last whole multiple of 31 is drawn again, so that all are equally likely.
    let mut code = String::new();
    while code.chars().filter(|c| *c != '-').count() < 16 {
        let [byte] = random::<1>();
        if byte < 248 {
            if matches!(code.len(), 4 | 9 | 14) {
                code.push('-');
            }
            code.push(char::from(LETTERS[usize::from(byte % 31)]));
        }
    }
    code
}

/// A recovery code as it is hashed: however it was typed.
pub(crate) fn recovery_hash(typed: &str) -> [u8; 32] {
    let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    hash(&plain)
}

/// Makes and checks hashes of passwords, a few at a time.
#[derive(Debug)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    checked: AtomicU64,
    /// Checked when there is no such person, so that the time of the answer does not tell.
    of_nobody: Secret,
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("these are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &[u8]) -> String {
    argon2().hash_password(password).expect("a salt can be drawn and any password hashed").to_string()
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            waiting: Arc::default(),
            checked: AtomicU64::new(0),
            of_nobody: Secret::new(OF_NOBODY.to_owned()),
        }
    }
}

impl Passwords {
    /// The hash of a password, in PHC form.
    pub(crate) async fn hash(&self, password: &Secret) -> Result<String, Problem> {
        let password = password.clone();
        self.in_turn(move || hash_now(password.expose().as_bytes())).await
    }

    /// How many passwords were checked since the start, those of nobody included.
    pub(crate) fn checked(&self) -> u64 {
        self.checked.load(Ordering::Relaxed)
    }

    /// True when `hash` is of `password`. Takes as long when there is no hash.
    pub(crate) async fn verify(&self, password: &Secret, hash: Option<&Secret>) -> Result<bool, Problem> {
        let (password, exists) = (password.clone(), hash.is_some());
        let hash = hash.unwrap_or(&self.of_nobody).clone();
        self.checked.fetch_add(1, Ordering::Relaxed);
        let is_right = self
            .in_turn(move || {
                PasswordHash::new(hash.expose())
                    .is_ok_and(|hash| argon2().verify_password(password.expose().as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(is_right && exists)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        let counted = Counted(Arc::clone(&self.waiting));
        if waiting >= HASHES_WAITING_MAX {
            return Err(Problem::Busy);
        }
        // Never closed, so there is always a turn in the end.
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Problem::Busy)?;
        // Both belong to the work and not to who waits for it: somebody who hangs up must not set the next one going beside it.
        let held = (turn, counted);
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(held);
            done
        });
        done.await.map_err(|_| Problem::Busy)
    }
}

/// Counts one that waits or is being computed, as long as it lives.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let passwords = Passwords::default();
        let hash = Secret::new(passwords.hash(&Secret::new("correct horse battery".to_owned())).await.unwrap());
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
        let verify = async |password: &str, hash: Option<&Secret>| {
            passwords.verify(&Secret::new(password.to_owned()), hash).await.unwrap()
        };
        assert!(verify("correct horse battery", Some(&hash)).await);
        assert!(!verify("correct horse batterz", Some(&hash)).await);
        assert!(!verify("", Some(&hash)).await);
        assert!(!verify("correct horse battery", None).await);
        assert!(!verify("x", Some(&Secret::new("no hash".to_owned()))).await);
        assert_eq!(passwords.checked(), 5);
        let cost = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(OF_NOBODY), cost(hash.expose()), "nobody's costs as much as anybody's");
        let nobody = PasswordHash::new(OF_NOBODY).unwrap();
        assert_eq!(nobody.hash.unwrap().as_bytes().len(), 32);
    }

    #[test]
    fn tokens_differ_and_codes_survive_being_typed() {
        assert_ne!(token(), token());
        assert_eq!(token().len(), TOKEN_CHARS);
        let code = recovery_code();
        assert_eq!((code.len(), code.matches('-').count()), (19, 3), "{code}");
        assert_eq!(recovery_hash(&code), recovery_hash(&format!(" {} ", code.to_uppercase().replace('-', " "))));
        assert!(!code.contains(['l', 'i', 'o', '0', '1', '_']));
    }
}
