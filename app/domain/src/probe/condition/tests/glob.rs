//! Globs against their definition.

use proptest::prelude::*;

use crate::probe::condition::glob::Glob;

/// What a glob means, without a thought for time.
fn oracle(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => oracle(rest, text) || (!text.is_empty() && oracle(pattern, &text[1..])),
        ([wanted, rest @ ..], [found, others @ ..]) => (*wanted == '?' || wanted == found) && oracle(rest, others),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn globs_agree_with_their_definition(
        pattern in prop::collection::vec(prop::sample::select(vec!['a', 'b', '*', '?']), 0..9),
        text in prop::collection::vec(prop::sample::select(vec!['a', 'b', '*', '?']), 0..9),
    ) {
        let glob = Glob::new(&pattern.iter().collect::<String>());
        prop_assert_eq!(glob.matches(&text.iter().collect::<String>()), oracle(&pattern, &text));
    }
}
