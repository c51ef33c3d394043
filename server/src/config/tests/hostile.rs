//! Nothing whatever makes the reader panic, or take long, or take much memory.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::super::{FILE_BYTES_MAX, PROBES_MAX};
use super::{SITE, good, mistakes, read};

const EXAMPLE: &str = include_str!("../../../../example/yagura.yaml");

/// Far more than any of these takes even on a busy machine without optimization, far less than what has no limit.
const SOON: Duration = Duration::from_secs(30);

#[track_caller]
fn soon<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    let took = start.elapsed();
    assert!(took < SOON, "{what} took {took:?}");
    result
}

#[test]
fn a_file_cut_off_anywhere_is_no_disaster() {
    for (end, _) in EXAMPLE.char_indices().step_by(7) {
        if let Err(errors) = read(&EXAMPLE[..end]) {
            assert!(!errors.mistakes.is_empty());
            assert!(errors.mistakes.is_sorted_by_key(|mistake| mistake.at));
            assert!(!errors.to_string().is_empty());
        }
    }
}

#[test]
fn a_file_with_one_character_changed_is_no_disaster() {
    let chars: Vec<char> = EXAMPLE.chars().collect();
    let replacements =
        ['\n', '\t', '"', '{', '}', '[', ']', ':', '-', '&', '*', '!', '$', '\u{0}', '\u{7f}', '火', '\u{feff}', '\r'];
    for (number, position) in (0..chars.len()).step_by(11).enumerate() {
        let mut changed = chars.clone();
        changed[position] = replacements[number % replacements.len()];
        let text: String = changed.into_iter().collect();
        if let Err(errors) = read(&text) {
            assert!(!errors.to_string().is_empty());
        }
    }
}

#[test]
fn alias_bombs_do_not_go_off() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{aliases}]");
    }
    let found = soon("the bomb", || mistakes(&bomb));
    assert_eq!(found, ["5:45: aliases add more than 100000 values to the file"]);
    assert_eq!(mistakes("site: &a {name: *a}\n"), ["1:17: this alias stands inside of what it refers to"]);
}

#[test]
fn nesting_has_an_end() {
    for (open, what) in [("[", "lists"), ("{a: ", "mappings"), ("- ", "block lists"), ("? ", "keys")] {
        let deep = open.repeat(FILE_BYTES_MAX / open.len());
        let found = soon(what, || mistakes(&deep));
        assert_eq!(found.len(), 1, "{what}: {found:?}");
    }
}

#[test]
fn many_mistakes_take_their_time_but_not_more() {
    // On one line and on many; every one of them wants a suggestion.
    for separator in [", ", ",\n "] {
        let mut text = format!("{SITE}components: [{{slug: a, name: A}}]\nprobes: [");
        for number in 0..10_000 {
            let _ = write!(text, "{{slug: p{number}, componet: a, tcp: {{host: h, port: x}}}}{separator}");
        }
        text.push_str("]\n");
        let shown = soon("20,000 mistakes", || read(&text).unwrap_err().to_string());
        assert!(shown.lines().count() >= 20_000);
    }
}

#[test]
fn as_many_probes_as_allowed_are_read_and_no_more() {
    let with = |count: usize| {
        let mut text = format!("{SITE}components: [{{slug: a, name: A}}]\nprobes:\n");
        for number in 0..count {
            let _ = writeln!(text, "- {{slug: p{number}, component: a, http: {{url: http://h/{number}}}}}");
        }
        text
    };
    let loaded = soon("20,000 probes", || good(&with(PROBES_MAX)));
    assert_eq!(loaded.config.probes.len(), PROBES_MAX);
    let found = mistakes(&with(PROBES_MAX + 1));
    assert_eq!(found, ["20005:3: probes[20000]: 20001 probes are given; expected at most 20000"]);
}

#[test]
fn long_chains_of_dependencies_are_walked() {
    let chain = |count: usize| {
        let mut text = format!("{SITE}components:\n");
        for number in 0..count {
            let _ = writeln!(text, "- {{slug: c{number}, name: C, depends_on: [c{}]}}", (number + 1) % count);
        }
        text
    };
    let found = soon("the chain", || mistakes(&chain(20_000)));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("go round: c0 → c1 → "), "{found:?}");
}

#[test]
fn nothing_steers_the_terminal() {
    let errors = read("site: {name: S, \"\\e[31m\": 1, time_zone: \"\\e[31m\"}\n").unwrap_err().to_string();
    assert!(!errors.contains('\u{1b}'), "{errors:?}");
}
