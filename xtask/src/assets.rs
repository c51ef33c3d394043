//! app → WASM → wasm-bindgen → wasm-opt; JS glue, the desk's scripts and CSS → esbuild; then names with a hash of the content, brotli and gzip beside each
//! file, and a manifest from which `server/build.rs` embeds them all.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::tools::{npm_packages, root, run, say, short_hash};

/// What wasm-opt may assume; what rustc emits for this target. `--all-features` makes modules that browsers refuse.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// One module for the browser, with its glue.
struct Bundle {
    /// Of its files.
    name: &'static str,
    /// Features of `app` that are in it.
    features: &'static str,
    /// How the server asks for the module and the glue.
    roles: [&'static str; 2],
}

/// Public pages carry nothing of the desk: what is loaded on a visitor's phone must stay small.
const BUNDLES: [Bundle; 2] = [
    Bundle { name: "yagura", features: "hydrate", roles: ["wasm", "js"] },
    Bundle { name: "yagura-desk", features: "desk", roles: ["desk_wasm", "desk_js"] },
];

/// Scripts of the desk that are no islands, each with all that it imports in one file: what pages do, their service worker, whose queue
/// both share, and the editor of postmortems. Role, source, and what esbuild makes of it: a module, or a script as workers want it.
const SCRIPTS: [(&str, &str, &str); 3] = [
    ("desk_script", "app/desk/main.js", "esm"),
    ("desk_worker", "app/desk/worker.js", "iife"),
    ("editor_script", "app/desk/editor/main.js", "esm"),
];

/// Style sheets: role, source, and how the file is called. That of postmortems is loaded by their pages only.
const STYLES: [(&str, &str, &str); 3] = [
    ("css", "style/main.css", "yagura"),
    ("desk_css", "style/desk-main.css", "yagura-desk"),
    ("postmortem_css", "style/postmortem.css", "yagura-postmortem"),
];

struct Site {
    folder: PathBuf,
    manifest: String,
}

impl Site {
    /// Writes one file and its compressed forms. `role` is how the server asks for it, `-` if only by its path.
    fn add(&mut self, role: &str, path: &str, content_type: &str, bytes: &[u8]) -> Result<(), String> {
        let file = self.folder.join(path.trim_start_matches('/'));
        let failed = |error: std::io::Error| format!("cannot write {}: {error}", file.display());
        std::fs::create_dir_all(file.parent().unwrap_or(&self.folder)).map_err(failed)?;
        std::fs::write(&file, bytes).map_err(failed)?;
        let is_text = !content_type.starts_with("image/png");
        if is_text {
            std::fs::write(with_suffix(&file, "br"), brotli(bytes).map_err(failed)?).map_err(failed)?;
            std::fs::write(with_suffix(&file, "gz"), gzip(bytes).map_err(failed)?).map_err(failed)?;
        }
        // A String takes any write.
        let _ = writeln!(self.manifest, "{role}\t{path}\t{content_type}\t{}", if is_text { "compressed" } else { "plain" });
        Ok(())
    }
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Builds everything into `target/site`.
pub(crate) fn build() -> Result<(), String> {
    let root = root();
    let work = root.join("target/site-work");
    let read = |file: &Path| std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()));
    std::fs::create_dir_all(&work).map_err(|error| format!("cannot create {}: {error}", work.display()))?;
    let modules = npm_packages(&root.join("xtask/npm"))?;
    // What the editor is made of; apart from the tools, so that another version of it builds no module anew.
    let editor = npm_packages(&root.join("xtask/npm-editor"))?;

    for bundle in &BUNDLES {
        let module = compile(&root, bundle)?;
        // Made again when the module, the flags or the tools are others.
        let tools = read(&root.join("xtask/npm/package-lock.json"))?;
        let fresh = short_hash(&[read(&module)?.as_slice(), WASM_FEATURES.concat().as_bytes(), tools.as_slice()].concat());
        let stamp = work.join(format!("{}-optimized-from", bundle.name));
        if std::fs::read_to_string(&stamp).ok().as_deref() != Some(fresh.as_str()) {
            bind_and_optimize(&module, &work, &modules, bundle.name)?;
            std::fs::write(&stamp, &fresh).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
        }
    }
    let minify = |input: &Path, output: &Path| {
        let program = modules.join("esbuild/bin/esbuild");
        let mut command = Command::new(program);
        command
            .arg(input)
            .args(["--minify", "--log-level=warning", "--format=esm"])
            .arg(format!("--outfile={}", output.display()));
        if input.extension().is_some_and(|extension| extension == "css") {
            command.arg("--bundle");
        }
        run(&mut command)
    };
    for (role, source, format) in SCRIPTS {
        let mut command = Command::new(modules.join("esbuild/bin/esbuild"));
        command.env("NODE_PATH", &editor);
        command.arg(root.join(source)).args(["--bundle", "--minify", "--target=es2022", "--log-level=warning"]);
        command.arg(format!("--format={format}")).arg(format!("--outfile={}", work.join(format!("{role}.js")).display()));
        run(&mut command)?;
    }
    for Bundle { name, .. } in &BUNDLES {
        minify(&work.join(format!("{name}.js")), &work.join(format!("{name}.min.js")))?;
    }
    for (_, source, name) in STYLES {
        minify(&root.join(source), &work.join(format!("{name}.css")))?;
    }

    let mut site = Site { folder: root.join("target/site-new"), manifest: String::new() };
    let _ = std::fs::remove_dir_all(&site.folder);
    for Bundle { name, roles: [wasm, js], .. } in &BUNDLES {
        for (role, file, extension, content_type) in [
            (wasm, format!("{name}_opt.wasm"), "wasm", "application/wasm"),
            (js, format!("{name}.min.js"), "js", "text/javascript; charset=utf-8"),
        ] {
            let bytes = read(&work.join(file))?;
            site.add(role, &format!("/pkg/{name}-{}.{extension}", short_hash(&bytes)), content_type, &bytes)?;
        }
    }
    for (role, ..) in SCRIPTS {
        let bytes = read(&work.join(format!("{role}.js")))?;
        let name = format!("/pkg/{}-{}.js", role.replace('_', "-"), short_hash(&bytes));
        site.add(role, &name, "text/javascript; charset=utf-8", &bytes)?;
    }
    for (role, _, name) in STYLES {
        let bytes = read(&work.join(format!("{name}.css")))?;
        site.add(role, &format!("/pkg/{name}-{}.css", short_hash(&bytes)), "text/css; charset=utf-8", &bytes)?;
    }
    add_public(&mut site, &root.join("public"))?;
    publish(&site, &root.join("target/site"))
}

/// Puts the new site in the place of the old one, unless they are the same: the server is rebuilt when its manifest changes.
fn publish(site: &Site, target: &Path) -> Result<(), String> {
    let manifest = target.join("manifest.tsv");
    // Files under public/ keep their names when their content changes, so the manifest carries a hash of everything.
    let mut all = site.manifest.clone();
    for line in site.manifest.lines() {
        let path = line.split('\t').nth(1).unwrap_or_default();
        let bytes = std::fs::read(site.folder.join(path.trim_start_matches('/'))).map_err(|error| error.to_string())?;
        all.push_str(&short_hash(&bytes));
    }
    let complete = format!("build\t{}\t-\t-\n{}", short_hash(all.as_bytes()), site.manifest);
    if std::fs::read_to_string(&manifest).ok().as_deref() == Some(complete.as_str()) {
        return Ok(());
    }
    let _ = std::fs::remove_dir_all(target);
    std::fs::rename(&site.folder, target).map_err(|error| format!("cannot move the site into place: {error}"))?;
    std::fs::write(&manifest, complete).map_err(|error| format!("cannot write {}: {error}", manifest.display()))?;
    say(&format!("the site is in {}", target.display()));
    Ok(())
}

fn compile(root: &Path, bundle: &Bundle) -> Result<PathBuf, String> {
    say(&format!("compiling the islands of {} to WASM", bundle.name));
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(["build", "--lib", "--package=app", "--target=wasm32-unknown-unknown"]);
    // A folder each: both would be called app.wasm.
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join(bundle.name);
    command.arg(format!("--target-dir={}", target.display()));
    run(command.args(["--profile=wasm-release", "--no-default-features", &format!("--features={}", bundle.features)]))?;
    Ok(target.join("wasm32-unknown-unknown/wasm-release/app.wasm"))
}

fn bind_and_optimize(module: &Path, work: &Path, modules: &Path, name: &str) -> Result<(), String> {
    say("generating the JS glue");
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(work)
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    say("optimizing the WASM");
    let mut command = Command::new("node");
    command.arg(modules.join("binaryen/bin/wasm-opt")).arg(work.join(format!("{name}_bg.wasm"))).arg("-Oz").args(WASM_FEATURES);
    run(command.arg("-o").arg(work.join(format!("{name}_opt.wasm"))))
}

fn add_public(site: &mut Site, folder: &Path) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let content_type = match file.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("txt") => "text/plain; charset=utf-8",
            Some("webmanifest") => "application/manifest+json",
            other => return Err(format!("public/{name}: no content type is known for {other:?}; add it in xtask/src/assets.rs")),
        };
        let bytes = std::fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        site.add("-", &format!("/{name}"), content_type, &bytes)?;
    }
    Ok(())
}
