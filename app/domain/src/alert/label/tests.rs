//! Tests of labels and identities.

use proptest::prelude::*;

use super::*;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn an_alert_has_the_identity_that_alertmanager_gives_it() {
    // `prometheus/common:model/signature_test.go`: the hash of no labels, and of these.
    assert_eq!(Fingerprint::of([]).as_str(), "cbf29ce484222325");
    let labels = [("name", "garland, briggs"), ("fear", "love is not enough")];
    assert_eq!(u64::from_str_radix(Fingerprint::of(labels).as_str(), 16), Ok(5_799_056_148_416_392_346));
}

#[test]
fn empty_labels_are_none() {
    let labels = Pairs::labels(map(&[("a", "1"), ("b", "")]));
    assert_eq!((labels.len(), labels.get("b"), labels.is_cut()), (1, None, false));
}

#[test]
fn too_much_is_cut_and_said_and_the_name_stays() {
    let mut many: BTreeMap<String, String> = (0..200).map(|number| (format!("a{number:03}"), "x".to_owned())).collect();
    many.insert(ALERT_NAME.to_owned(), "DiskFull".to_owned());
    let labels = Pairs::labels(many);
    assert_eq!((labels.len(), labels.get(ALERT_NAME), labels.is_cut()), (PAIRS_MAX, Some("DiskFull"), true));
    let long = Pairs::labels(map(&[("a", &"é".repeat(LABEL_CHARS_MAX + 1))]));
    assert_eq!((long.get("a").map(|value| value.chars().count()), long.is_cut()), (Some(LABEL_CHARS_MAX), true));
    assert!(!Pairs::annotations(map(&[("a", &"é".repeat(ANNOTATION_CHARS_MAX))])).is_cut());
}

#[test]
fn a_fingerprint_is_short_and_visible() {
    for bad in ["", "a b", "é", "a\n", &"a".repeat(FINGERPRINT_CHARS_MAX + 1)] {
        assert_eq!(bad.parse::<Fingerprint>(), Err(FingerprintError), "{bad:?}");
    }
    assert_eq!("c1f5e2a9d0b34e77".parse::<Fingerprint>().map(|print| print.to_string()), Ok("c1f5e2a9d0b34e77".to_owned()));
}

proptest! {
    #[test]
    fn whatever_comes_fits(given in prop::collection::btree_map(".{0,140}", ".{0,10}|a{1020,1030}", 0..80)) {
        let labels = Pairs::labels(given.clone());
        prop_assert!(labels.len() <= PAIRS_MAX);
        let fits = |(name, value): (&str, &str)| {
            name.chars().count() <= NAME_CHARS_MAX && (1..=LABEL_CHARS_MAX).contains(&value.chars().count())
        };
        let all_fit = labels.iter().all(fits);
        prop_assert!(all_fit);
        let is_whole = given.iter().all(|(name, value)| value.is_empty() || labels.get(name) == Some(value));
        prop_assert_eq!(labels.is_cut(), !is_whole);
    }

    #[test]
    fn the_order_of_labels_is_no_part_of_the_identity(pairs in prop::collection::btree_map("[a-z]{1,4}", "[a-z]{0,4}", 0..6)) {
        let forwards = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let backwards = pairs.iter().rev().map(|(name, value)| (name.as_str(), value.as_str()));
        prop_assert_eq!(Fingerprint::of(forwards), Fingerprint::of(backwards));
    }
}
