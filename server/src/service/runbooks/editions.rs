//! A few versions that are not in use any more, but that somebody looks at or still follows.

use std::collections::HashMap;
use std::sync::Arc;

use super::library::Edition;

/// Most versions that are held: each takes some 100 kB, and not as many runs go on at once.
const EDITIONS_MAX: usize = 64;

/// Versions by their keys. Of too many, the one goes that was asked for the longest time ago.
#[derive(Debug, Default)]
pub(super) struct Editions {
    by_key: HashMap<i64, (u64, Arc<Edition>)>,
    turn: u64,
}

impl Editions {
    /// The version with this key.
    pub(super) fn get(&mut self, key: i64) -> Option<Arc<Edition>> {
        let (used_in, edition) = self.by_key.get_mut(&key)?;
        self.turn += 1;
        *used_in = self.turn;
        Some(Arc::clone(edition))
    }

    /// Holds a version.
    pub(super) fn put(&mut self, edition: &Arc<Edition>) {
        self.turn += 1;
        self.by_key.insert(edition.head.key, (self.turn, Arc::clone(edition)));
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
}
