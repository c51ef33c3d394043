//! The house: which crate may use which, and that what is shared with the browser compiles for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn cargo(arguments: &[&str]) -> std::process::Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    Command::new(env!("CARGO")).args(arguments).current_dir(root).output().unwrap()
}

/// Direct dependencies of every package of ours, those for tests left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = cargo(&["metadata", "--format-version=1", "--no-deps", "--offline"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let direct = package["dependencies"].as_array().unwrap().iter().filter(|dependency| dependency["kind"].is_null());
            let names = direct.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

#[test]
fn imports_run_one_way() {
    let dependencies = dependencies();
    let ours: BTreeSet<String> = dependencies.keys().cloned().collect();
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("domain", &[][..]),
        ("app", &["domain"]),
        ("store", &["domain"]),
        ("probe", &["domain"]),
        ("notify", &["domain"]),
        ("server", &["app", "domain", "store", "probe", "notify"]),
        ("tests", &["app", "domain", "store", "probe", "notify", "server"]),
        ("fuzz", &["domain"]),
        ("xtask", &[]),
    ]);
    assert_eq!(ours, allowed.keys().map(|name| (*name).to_owned()).collect(), "a new crate needs its place here");
    for (package, uses) in &dependencies {
        let edges: BTreeSet<&str> = uses.intersection(&ours).map(String::as_str).collect();
        let allowed: BTreeSet<&str> = allowed[package.as_str()].iter().copied().collect();
        assert!(edges.is_subset(&allowed), "{package} uses {edges:?}, allowed are {allowed:?}");
    }
}

#[test]
fn each_crate_keeps_to_its_means() {
    let dependencies = dependencies();
    for (package, forbidden) in [
        ("domain", &["tokio", "sqlx", "axum", "leptos", "reqwest", "hyper", "rand", "tracing"][..]),
        ("app", &["tokio", "sqlx", "axum", "hyper", "reqwest", "tracing"]),
        ("store", &["axum", "leptos", "hyper", "reqwest"]),
        ("probe", &["sqlx", "axum", "leptos"]),
        ("notify", &["sqlx", "axum", "leptos"]),
        ("server", &["sqlx", "hyper"]),
    ] {
        for name in forbidden {
            assert!(!dependencies[package].contains(*name), "{package} uses {name}");
        }
    }
}

/// Within the server: `web` and `jobs` use `service`, never the other way, and only `service` changes anything.
#[test]
fn the_servers_modules_keep_their_directions() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("server/src");
    for (folder, forbidden) in [
        ("service", &["crate::web", "crate::jobs", "crate::boot", "crate::cli"][..]),
        ("jobs", &["crate::web", "crate::boot", "crate::cli"]),
        ("web", &["crate::jobs", "crate::boot", "crate::cli", "store::writer", "store::roster"]),
        ("config", &["crate::service", "crate::web", "crate::jobs", "store::", "probe::clock"]),
    ] {
        for entry in std::fs::read_dir(source.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for name in forbidden {
                assert!(!text.contains(&format!("use {name}")), "{} uses {name}", path.display());
            }
        }
    }
}

#[test]
fn what_the_browser_shares_compiles_for_it() {
    let output = cargo(&[
        "check",
        "--quiet",
        "--package=domain",
        "--package=app",
        "--lib",
        "--target=wasm32-unknown-unknown",
        "--no-default-features",
        "--features=app/hydrate",
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
