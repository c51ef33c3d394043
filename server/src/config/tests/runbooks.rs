//! The section `runbooks`.

use std::path::{Path, PathBuf};

use super::super::{Bundled, RunbookSettings};
use super::{Fake, SITE, good, mistakes, parse, read};

const EXAMPLE: &str = include_str!("../../../../example/yagura.yaml");

/// `SITE` with a section `runbooks` that holds `text`, from line 3, column 12 on.
fn runbooks(text: &str) -> String {
    format!("{SITE}runbooks: {{{text}}}\n")
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(mistakes(text), expected, "in:\n{text}");
}

#[test]
fn without_the_section_there_are_the_bundled_runbooks_alone_as_their_heads_say() {
    let settings = good(SITE).config.runbooks;
    assert_eq!(settings, RunbookSettings { folder: None, bundled: Bundled::Public });
    assert_eq!(good(&runbooks("")).config.runbooks, settings, "an empty section says nothing");
}

#[test]
fn a_folder_is_sought_from_that_of_the_configuration_on() {
    let folder = |text: &str| good(&runbooks(text)).config.runbooks.folder.unwrap();
    assert_eq!(folder("folder: runbooks"), Path::new("/etc/yagura/runbooks"));
    assert_eq!(folder("folder: ./our/runbooks"), Path::new("/etc/yagura/our/runbooks"));
    assert_eq!(folder("folder: /srv/runbooks"), Path::new("/srv/runbooks"));
    let relative = parse(&runbooks("folder: runbooks"), "conf/y.yaml", &Fake::default()).unwrap();
    assert_eq!(relative.config.runbooks.folder.unwrap(), Path::new("conf/runbooks"));
    assert_eq!(relative.files_read, [PathBuf::from("conf/y.yaml")], "what is in it is for others to read");
}

#[test]
fn who_sees_the_bundled_ones_is_one_of_three_words() {
    let bundled = |word: &str| good(&runbooks(&format!("bundled: {word}"))).config.runbooks.bundled;
    assert_eq!(["public", "internal", "none"].map(bundled), [Bundled::Public, Bundled::Internal, Bundled::None]);
}

#[test]
fn the_section_that_stands_in_the_example_as_a_comment_is_good() {
    let section = EXAMPLE.lines().find_map(|line| line.strip_prefix("# ").filter(|line| line.starts_with("runbooks: "))).unwrap();
    let settings = good(&format!("{SITE}{section}\n")).config.runbooks;
    assert!(settings.folder.is_some());
    assert_ne!(settings, RunbookSettings::default());
}

#[test]
fn words_that_are_none_and_keys_that_are_unknown_are_told() {
    check(
        &runbooks("bundled: publik, folders: x"),
        &[
            "3:21: runbooks.bundled: found `publik`; expected one of `public`, `internal`, `none`; did you mean `public`?",
            "3:29: runbooks.folders: unknown key `folders`; did you mean `folder`?",
        ],
    );
    check(&runbooks("folder: \"\""), &["3:20: runbooks.folder: the text is empty"]);
    check(&runbooks("folder: [a, b]"), &["3:20: runbooks.folder: found a list; expected a text"]);
    check(&format!("{SITE}runbooks: folder\n"), &["3:11: runbooks: found a text; expected a mapping of keys to values"]);
}

#[test]
fn a_secret_put_where_a_word_belongs_is_not_printed() {
    for text in [runbooks("bundled: \"${TOKEN}\""), runbooks("folder: \"${EMPTY}\", bundled: \"${TOKEN}\"")] {
        let errors = read(&text).expect_err(&text).to_string();
        assert!(!errors.contains("hunter2"), "a secret is shown by:\n{errors}");
    }
}
