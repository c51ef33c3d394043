//! Embeds what `cargo xtask assets` built (page assets) and the runbooks, so that the program is one file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest_folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = manifest_folder.parent().map(Path::to_path_buf).unwrap_or_default();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo:rerun-if-env-changed=YAGURA_SITE");
    let site = env::var_os("YAGURA_SITE").map_or_else(|| root.join("target/site"), PathBuf::from);
    fs::write(out.join("assets.rs"), assets(&site))?;
    fs::write(out.join("runbooks.rs"), runbooks(&root.join("runbooks"))?)
}

/// A table of every file of the site, from its manifest. Without a site (a plain `cargo check`) it is empty, and pages do without.
fn assets(site: &Path) -> String {
    let manifest = site.join("manifest.tsv");
    println!("cargo:rerun-if-changed={}", manifest.display());
    let lines = fs::read_to_string(&manifest).unwrap_or_default();
    let (mut table, mut roles) = (String::new(), String::new());
    for line in lines.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [role, path, content_type, form] = columns[..] else { continue };
        if role == "build" {
            // Another program may write other pages with the same assets: an open page is reloaded then too.
            let _ = writeln!(roles, "pub(crate) const BUILD: &str = concat!({path:?}, \"-\", env!(\"CARGO_PKG_VERSION\"));");
            continue;
        }
        if role != "-" {
            let _ = writeln!(roles, "pub(crate) const {}: Option<&str> = Some({path:?});", role.to_uppercase());
        }
        let file = site.join(path.trim_start_matches('/')).display().to_string();
        let include = |suffix: &str| format!("include_bytes!({:?})", format!("{file}{suffix}"));
        let compressed =
            |suffix: &str| if form == "compressed" { format!("Some({})", include(suffix)) } else { "None".to_owned() };
        let _ = writeln!(
            table,
            "Asset {{ path: {path:?}, content_type: {content_type:?}, plain: {}, brotli: {}, gzip: {} }},",
            include(""),
            compressed(".br"),
            compressed(".gz"),
        );
    }
    // A site that was built before knows not all of them; pages do without what is not there.
    let known = [
        "CSS",
        "JS",
        "WASM",
        "DESK_CSS",
        "DESK_JS",
        "DESK_WASM",
        "DESK_SCRIPT",
        "DESK_WORKER",
        "POSTMORTEM_CSS",
        "EDITOR_SCRIPT",
    ];
    let missing: Vec<&str> = known.into_iter().filter(|role| !roles.contains(&format!("const {role}: "))).collect();
    for role in missing {
        let _ = writeln!(roles, "pub(crate) const {role}: Option<&str> = None;");
    }
    if lines.is_empty() {
        println!(
            "cargo:warning=no page assets in {}; run `cargo xtask assets` first for pages with style and islands",
            site.display()
        );
        roles.push_str("pub(crate) const BUILD: &str = \"none\";\n");
    }
    format!("static ASSETS: &[Asset] = &[\n{table}];\n{roles}")
}

/// A table of the runbooks. What is not called `slug.language.md` is none.
fn runbooks(folder: &Path) -> io::Result<String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.sort();
    let mut table = String::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((slug, tag)) = name.strip_suffix(".md").and_then(|stem| stem.rsplit_once('.')) else { continue };
        let language = match tag {
            "ja" => "Ja",
            "en" => "En",
            _ => return Err(io::Error::other(format!("{}: `{tag}` is no language of ours", file.display()))),
        };
        println!("cargo:rerun-if-changed={}", file.display());
        let _ = writeln!(
            table,
            "BundledRunbook {{ slug: {slug:?}, language: Language::{language}, file_name: {name:?}, source: include_str!({:?}) }},",
            file.display().to_string()
        );
    }
    Ok(format!("static RUNBOOKS: &[BundledRunbook] = &[\n{table}];\n"))
}
