//! Rules of the repository that a person would otherwise have to remember.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Files that Git knows or would know.
fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    let names = String::from_utf8(output.stdout).unwrap();
    let files: Vec<PathBuf> = names.lines().map(|name| root().join(name)).filter(|path| path.is_file()).collect();
    assert!(files.len() > 100, "Git lists the files of this repository: {}", String::from_utf8_lossy(&output.stderr));
    files
}

fn with_extension(extensions: &[&str]) -> Vec<(PathBuf, String)> {
    let of = |path: &PathBuf| path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.contains(&e));
    files().into_iter().filter(of).map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn a_file_can_be_read_in_one_sitting() {
    const LINES_MAX: usize = 500;
    for (path, text) in with_extension(&["rs", "css", "mjs"]) {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines; {LINES_MAX} are enough for one subject", path.display());
    }
}

#[test]
fn every_source_file_begins_by_saying_what_it_is_for() {
    for (path, text) in with_extension(&["rs"]) {
        assert!(text.starts_with("//!"), "{} does not", path.display());
    }
    for (path, text) in with_extension(&["css"]) {
        assert!(text.starts_with("/*"), "{} does not", path.display());
    }
    for (path, text) in with_extension(&["sql"]) {
        assert!(text.starts_with("--"), "{} does not", path.display());
    }
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_skipped() {
    for (path, text) in with_extension(&["rs", "mjs"]) {
        if path.ends_with("tests/it/tidy.rs") {
            continue;
        }
        for word in ["todo!(", "unimplemented!(", "TODO", "FIXME", "#[ignore", "test.skip", "test.only"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn sql_stands_only_in_the_store() {
    for (path, text) in with_extension(&["rs"]) {
        let relative = path.strip_prefix(root()).unwrap();
        if relative.starts_with("server/store") || relative.starts_with("tests") {
            continue;
        }
        for word in ["SELECT ", "INSERT INTO", "DELETE FROM", "sqlx"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn page_bodies_do_not_depend_on_where_they_are_compiled() {
    for (path, text) in with_extension(&["rs"]) {
        let relative = path.strip_prefix(root()).unwrap();
        if relative.starts_with("app/src/pages") || relative.starts_with("app/src/parts") {
            assert!(!text.replace("cfg(test)", "").contains("cfg("), "{} has a cfg", path.display());
        }
    }
}

#[test]
fn the_domain_reads_no_clock_and_touches_nothing_outside() {
    for (path, text) in with_extension(&["rs"]) {
        // What tests of the rules give to those of the browser is a file.
        let is_vectors = path.ends_with("run/fold/tests/vectors.rs");
        if !path.strip_prefix(root()).unwrap().starts_with("app/domain/src") || is_vectors {
            continue;
        }
        for word in ["::now()", "std::fs", "std::env", "std::net::Tcp", "std::thread", "tokio", "async fn", "rand::"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}
