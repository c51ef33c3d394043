//! A few versions that are not in use any more, but that somebody looks at or still follows, and those that cannot be followed any more.

use std::collections::HashMap;
use std::sync::Arc;

use super::library::Edition;

/// Most versions that are held: each takes some 100 kB, and not as many runs go on at once.
const EDITIONS_MAX: usize = 64;

/// Versions by their keys; none: it can no longer be followed. Of too many, the one goes that was asked for the longest time ago.
#[derive(Debug, Default)]
pub(super) struct Editions {
    by_key: HashMap<i64, (u64, Option<Arc<Edition>>)>,
    turn: u64,
}

impl Editions {
    /// The version with this key.
    pub(super) fn get(&mut self, key: i64) -> Option<Arc<Edition>> {
        self.touch(key);
        self.by_key.get(&key)?.1.clone()
    }

    /// True when the version with this key is known as one that can no longer be followed.
    pub(super) fn is_unfollowable(&mut self, key: i64) -> bool {
        self.touch(key);
        matches!(self.by_key.get(&key), Some((_, None)))
    }

    /// Holds a version.
    pub(super) fn put(&mut self, edition: &Arc<Edition>) {
        self.hold(edition.head.key, Some(Arc::clone(edition)));
    }

    /// Remembers that a version can no longer be followed: its text never changes, and neither do the rules while this program runs.
    pub(super) fn put_unfollowable(&mut self, key: i64) {
        self.hold(key, None);
    }

    /// Notes that somebody asks for a version.
    fn touch(&mut self, key: i64) {
        self.turn += 1;
        if let Some((used_in, _)) = self.by_key.get_mut(&key) {
            *used_in = self.turn;
        }
    }

    fn hold(&mut self, key: i64, held: Option<Arc<Edition>>) {
        self.turn += 1;
        self.by_key.insert(key, (self.turn, held));
        if self.by_key.len() > EDITIONS_MAX {
            let oldest = self.by_key.iter().min_by_key(|(_, (used_in, _))| *used_in).map(|(key, _)| *key);
            oldest.and_then(|key| self.by_key.remove(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::text::Language;
    use domain::time::Timestamp;
    use store::runbooks::{Version, VersionHead};

    use super::*;

    fn edition(key: i64) -> Arc<Edition> {
        let runbook = "disk-full".parse().unwrap();
        let head = VersionHead { key, runbook, number: key, sha256: [0; 32], created_at: Timestamp::from_ms(key) };
        let source = "---\nid: disk-full\nlang: en\n---\n# disk-full\n\n## Diagnosis\n\n- [ ] Look <!-- s:look -->\n";
        Arc::new(Edition::of(Version { head, texts: BTreeMap::from([(Language::En, source.to_owned())]) }).unwrap())
    }

    #[test]
    fn what_was_asked_for_lately_is_held_and_never_too_many() {
        let mut editions = Editions::default();
        let max = EDITIONS_MAX as i64;
        (1..=max).for_each(|key| editions.put(&edition(key)));
        assert_eq!(editions.get(1).unwrap().head.key, 1);
        editions.put(&edition(max + 1));
        assert_eq!(editions.by_key.len(), EDITIONS_MAX);
        assert!(editions.get(1).is_some() && editions.get(max + 1).is_some());
        assert!(editions.get(2).is_none(), "it was not asked for");
    }

    #[test]
    fn what_can_no_longer_be_followed_is_remembered() {
        let mut editions = Editions::default();
        assert!(!editions.is_unfollowable(1), "nothing is known of it");
        editions.put_unfollowable(1);
        editions.put(&edition(2));
        assert!(editions.is_unfollowable(1) && editions.get(1).is_none());
        assert!(!editions.is_unfollowable(2) && editions.get(2).is_some());
    }
}
