//! `yagura runbook`: shows what ships, looks through runbooks and says what is wrong with them, and writes ids of steps into files.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use domain::runbook::parse::parse;
use domain::runbook::{Document, ids};
use domain::text::Language;

use crate::service::runbooks::FileRead;
use crate::service::runbooks::reading::{self, Drafts, FILES_MAX, Source};
use crate::web::finding_words;
use crate::{config, runbooks};

#[derive(Debug, Subcommand)]
pub(crate) enum RunbookCommand {
    /// List those inside this program.
    List,
    /// Print one of those inside this program, as Markdown.
    Show {
        /// Its slug.
        slug: String,
        /// `ja` or `en`.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Language,
    },
    /// Look through runbooks and tell all that is wrong with them; exit code 1 if something is.
    Lint(Lint),
    /// Write ids behind the steps that have none, into the files themselves. Ticks hang on these ids, so keep them when you edit.
    ///
    /// Where the same runbook in the other language stands beside a file, with ids, and has the same steps, its ids are taken over.
    Ids {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Files and folders; left out: what is inside this program and, with a configuration, the folder that it names.
    paths: Vec<PathBuf>,
    /// The configuration file.
    #[arg(long, env = "YAGURA_CONFIG")]
    config: Option<PathBuf>,
    /// The language in which it is told, `ja` or `en`.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
    /// What else makes the exit code 1.
    #[arg(long, value_enum)]
    deny: Option<Deny>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// What could be better.
    Warnings,
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "expected ja or en".to_owned())
}

/// Does what is asked for.
pub(crate) fn run(command: RunbookCommand, environment: &dyn Fn(&str) -> Option<String>) -> Result<ExitCode, String> {
    match command {
        RunbookCommand::List => list(),
        RunbookCommand::Show { slug, language } => return show(&slug, language).map(|()| ExitCode::SUCCESS),
        RunbookCommand::Lint(lint) => return look_through(&lint, environment),
        RunbookCommand::Ids { files } => {
            let mut code = ExitCode::SUCCESS;
            for path in &files {
                let (count, left) = write_ids(path).map_err(|problem| format!("{}: {problem}", path.display()))?;
                say!("{}: {count} ids written", path.display());
                if left > 0 {
                    complain!(
                        "{}: {left} steps could not be given one; see what `yagura runbook lint` says of them",
                        path.display()
                    );
                    code = ExitCode::FAILURE;
                }
            }
            return Ok(code);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list() {
    for runbook in runbooks::all() {
        let title = parse(runbook.source).front.title;
        let title = title.as_ref().map_or(runbook.slug, |title| title.get(runbook.language));
        say!("{:<24} {}  {title}", runbook.slug, runbook.language.tag());
    }
}

fn show(slug: &str, language: Language) -> Result<(), String> {
    let found = runbooks::all().iter().find(|runbook| runbook.slug == slug && runbook.language == language);
    let runbook = found.ok_or_else(|| format!("no runbook is called `{slug}`; `yagura runbook list` shows them"))?;
    say!("{}", runbook.source.trim_end_matches('\n'));
    Ok(())
}

fn look_through(lint: &Lint, environment: &dyn Fn(&str) -> Option<String>) -> Result<ExitCode, String> {
    let files = if lint.paths.is_empty() { usual(lint.config.as_deref(), environment)? } else { of_paths(&lint.paths)? };
    let (mut errors, mut warnings) = (0, 0);
    let mut told = String::new();
    for file in &files {
        let (errors_here, warnings_here) = file.counts();
        errors += errors_here;
        warnings += warnings_here;
        for found in finding_words::of_file(lint.language, file) {
            let _ = writeln!(told, "{}:{}:{}: {}: {}", file.path, found.line, found.column, found.level.name(), found.words);
            found.suggestion.lines().for_each(|line| {
                let _ = writeln!(told, "    {line}");
            });
        }
    }
    told.lines().for_each(|line| say!("{line}"));
    say!("{}", finding_words::summary(lint.language, files.len(), errors, warnings));
    let is_bad = errors > 0 || (warnings > 0 && lint.deny == Some(Deny::Warnings));
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What ships, and what the operator has.
fn usual(config: Option<&Path>, environment: &dyn Fn(&str) -> Option<String>) -> Result<Vec<FileRead>, String> {
    let mut files: Vec<FileRead> = reading::bundled().clone().into_files().collect();
    if let Some(path) = config {
        let loaded = config::load(path, environment).map_err(|errors| errors.to_string())?;
        if let Some(folder) = loaded.config.runbooks.folder {
            files.extend(of_folder(&folder)?);
        }
    }
    Ok(files)
}

/// What is named: folders, and single files, of which those in the same folder belong together.
fn of_paths(paths: &[PathBuf]) -> Result<Vec<FileRead>, String> {
    let mut files = Vec::new();
    let mut single: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
    for path in paths {
        let found = fs::metadata(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        if found.is_dir() {
            files.extend(of_folder(path)?);
            continue;
        }
        let beside = single.entry(path.parent().unwrap_or(Path::new(""))).or_default();
        if !beside.contains(&path.as_path()) {
            beside.push(path);
        }
    }
    for mut paths in single.into_values() {
        // In order of name, as in a folder.
        paths.sort_unstable();
        files.extend(of_files(paths.into_iter()));
    }
    Ok(files)
}

fn of_folder(folder: &Path) -> Result<Vec<FileRead>, String> {
    let listing = reading::list(folder).map_err(|error| format!("the folder {} cannot be read: {error}", folder.display()))?;
    if listing.is_cut {
        complain!("warning: {} holds more than {FILES_MAX} files; the others are not read", folder.display());
    }
    Ok(of_files(listing.files.iter().map(|file| file.path.as_path())))
}

fn of_files<'p>(paths: impl Iterator<Item = &'p Path>) -> Vec<FileRead> {
    let sources: Vec<Source> = paths.map(Source::read).collect();
    Drafts::of(&sources, false).into_files().collect()
}

/// Writes missing ids into a file; gives how many, and how many are still missing.
fn write_ids(path: &Path) -> Result<(usize, usize), String> {
    let source = reading::text_of(path).map_err(|problem| finding_words::of_problem(Language::En, &problem).0)?;
    let document = parse(&source);
    let missing = ids::missing(&document);
    if missing == 0 {
        return Ok((0, 0));
    }
    let like = sibling(path, &document);
    let written = ids::write(&source, like.as_ref(), &mut random);
    let left = ids::missing(&parse(&written));
    if written != source {
        replace(path, written.as_bytes()).map_err(|error| format!("it cannot be written: {error}"))?;
    }
    Ok((missing.saturating_sub(left), left))
}

fn random() -> u32 {
    getrandom::u32().expect("the system always has random numbers")
}

/// The same runbook in the other language, if it lies beside this one and has ids.
fn sibling(path: &Path, document: &Document) -> Option<Document> {
    let name = path.file_name()?.to_str()?;
    let (slug, language) = reading::named(name)?;
    let own = language.or(document.front.language)?;
    let others = Language::ALL.into_iter().filter(|language| *language != own);
    let names = others.map(|language| format!("{slug}.{}.md", language.tag())).chain([format!("{slug}.md")]);
    let texts = names.filter(|other| other != name).filter_map(|other| reading::text_of(&path.with_file_name(other)).ok());
    let has_ids = |other: &Document| other.steps.iter().any(|step| step.id.is_some());
    texts.map(|text| parse(&text)).find(|other| other.front.language != Some(own) && has_ids(other))
}

/// Puts another content in the place of a file: whoever reads it meets the whole of the old or the whole of the new one.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // What a link leads to is written; the link stays.
    let path = fs::canonicalize(path)?;
    let name = path.file_name().unwrap_or(OsStr::new("runbook")).to_string_lossy().into_owned();
    // Passed over by whoever reads the folder meanwhile.
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = file
        .write_all(content)
        .and_then(|()| file.set_permissions(fs::metadata(&path)?.permissions()))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
