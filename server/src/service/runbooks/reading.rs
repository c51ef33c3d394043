//! Files → what there is to know of each runbook: its texts, what is wrong with them, and whether they can be taken up. Nothing is kept
//! here, and of the disk only a folder and the files right in it are looked at.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::SystemTime;

use domain::runbook::lint::{lint, lint_languages};
use domain::runbook::parse::{canonical, parse};
use domain::runbook::{Document, SOURCE_BYTES_MAX};
use domain::text::{Language, Slug};
use rustix::fs::OFlags;

use super::library::{Content, EditionText, FileProblem, FileRead};
use crate::runbooks;

/// Most files that are read of a folder: some twenty times what ships.
pub(crate) const FILES_MAX: usize = 1_000;
/// Most entries of a folder that are looked at: somebody may have named a wrong one.
const ENTRIES_MAX: usize = 20_000;

/// What lies in a folder, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) files: Vec<Listed>,
    /// There is more than is read.
    pub(crate) is_cut: bool,
    /// The folder itself, where no link is followed any more: all is read there, though another folder takes its place meanwhile.
    folder: PathBuf,
}

/// A file that lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) path: PathBuf,
    name: String,
    /// When it was changed and how large it is; none: a link that leads nowhere.
    look: Option<(Option<SystemTime>, u64)>,
}

/// The name of a file without `.md`, if it may be a runbook's.
fn stem(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".md").filter(|stem| !stem.is_empty() && !stem.starts_with(['.', '_']))?;
    let is_read_me = stem.split('.').next().is_some_and(|first| first.eq_ignore_ascii_case("readme"));
    (!is_read_me).then_some(stem)
}

/// What the name of a file says: the runbook's slug, and its language if it stands there.
pub(crate) fn named(name: &str) -> Option<(Slug, Option<Language>)> {
    let stem = stem(name)?;
    let (slug, language) = match stem.rsplit_once('.').map(|(slug, tag)| (slug, Language::from_tag(tag))) {
        Some((slug, Some(language))) => (slug, Some(language)),
        _ => (stem, None),
    };
    Some((slug.parse().ok()?, language))
}

/// The files of a folder that may be runbooks.
pub(crate) fn list(folder: &Path) -> io::Result<Listing> {
    let real = fs::canonicalize(folder)?;
    let mut entries = fs::read_dir(&real)?;
    let mut files = Vec::new();
    for entry in entries.by_ref().take(ENTRIES_MAX) {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if stem(&name).is_none() {
            continue;
        }
        let path = entry.path();
        let look = match fs::metadata(&path) {
            Ok(found) if found.is_file() => Some((found.modified().ok(), found.len())),
            Ok(_) => continue,
            // Gone meanwhile. A link that leads nowhere is still there.
            Err(error) if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(&path).is_err() => continue,
            Err(_) => None,
        };
        files.push(Listed { path: folder.join(entry.file_name()), name, look });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let is_cut = files.len() > FILES_MAX || entries.next().is_some();
    files.truncate(FILES_MAX);
    Ok(Listing { files, is_cut, folder: real })
}

/// A file that was read, or why it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    path: String,
    name: String,
    text: Result<String, FileProblem>,
}

impl Source {
    /// Reads a file as if the folder in which it lies were the operator's.
    pub(crate) fn read(path: &Path) -> Self {
        let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let text = fs::canonicalize(beside).map_err(unreadable).and_then(|folder| text_within(&folder, path));
        Self::of(path, text)
    }

    fn of(path: &Path, text: Result<String, FileProblem>) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { path: path.display().to_string(), name, text }
    }
}

impl Listing {
    /// Reads every file.
    pub(super) fn read(&self) -> Vec<Source> {
        self.files.iter().map(|file| Source::of(&file.path, text_within(&self.folder, &file.path))).collect()
    }
}

fn unreadable(error: io::Error) -> FileProblem {
    FileProblem::Unreadable(error.to_string())
}

/// The text of the file of this name in a folder that is named without links. Whoever may put files there need not be allowed to read
/// what this program can, so no link leads out of it.
fn text_within(folder: &Path, path: &Path) -> Result<String, FileProblem> {
    let real = fs::canonicalize(folder.join(path.file_name().unwrap_or_default())).map_err(unreadable)?;
    // What Git keeps of a checkout can hold the password of where it came from.
    let is_inside = real.strip_prefix(folder).is_ok_and(|below| below.iter().all(|part| part != ".git"));
    if !is_inside {
        return Err(FileProblem::Outside);
    }
    text_at(&real, OFlags::NOFOLLOW)
}

/// The text of a file, wherever a link leads.
pub(crate) fn text_of(path: &Path) -> Result<String, FileProblem> {
    text_at(path, OFlags::empty())
}

fn text_at(path: &Path, flags: OFlags) -> Result<String, FileProblem> {
    // Opening a pipe would wait for whoever writes into it.
    let flags = (flags | OFlags::NONBLOCK).bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(FileProblem::Unreadable("it is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(SOURCE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > SOURCE_BYTES_MAX {
        return Err(FileProblem::TooLarge);
    }
    String::from_utf8(bytes).map_err(|_| FileProblem::NotUtf8)
}

/// All there is of a runbook at one place.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(super) slug: Slug,
    pub(super) is_bundled: bool,
    pub(crate) files: Vec<FileRead>,
    /// What can be taken up; none: there are mistakes.
    pub(super) content: Option<Content>,
    /// False when the head of a file keeps it inside. It does so although the file has mistakes.
    pub(super) may_be_public: bool,
}

/// What was read of a place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drafts {
    /// By slug.
    pub(crate) runbooks: BTreeMap<Slug, Draft>,
    /// Files whose names are no runbook's.
    pub(crate) strays: Vec<FileRead>,
}

/// What ships: read once, for it cannot change.
pub(crate) fn bundled() -> &'static Drafts {
    static BUNDLED: LazyLock<Drafts> = LazyLock::new(|| {
        let source = |one: &runbooks::BundledRunbook| Source {
            path: one.file_name.to_owned(),
            name: one.file_name.to_owned(),
            text: Ok(one.source.to_owned()),
        };
        let sources: Vec<Source> = runbooks::all().iter().map(source).collect();
        Drafts::of(&sources, true)
    });
    &BUNDLED
}

impl Drafts {
    /// Reads and looks through the files of one place.
    pub(crate) fn of(sources: &[Source], is_bundled: bool) -> Self {
        let mut by_slug: BTreeMap<Slug, Vec<Parsed>> = BTreeMap::new();
        let mut strays = Vec::new();
        for source in sources {
            match named(&source.name) {
                Some((slug, language)) => by_slug.entry(slug).or_default().push(Parsed::of(source, language)),
                None => strays.push(Parsed::stray(source)),
            }
        }
        let runbooks = by_slug.into_iter().map(|(slug, parsed)| (slug.clone(), draft(slug, is_bundled, parsed)));
        Self { runbooks: runbooks.collect(), strays }
    }

    /// Every file, those of one runbook beside each other.
    pub(crate) fn into_files(self) -> impl Iterator<Item = FileRead> {
        self.runbooks.into_values().flat_map(|draft| draft.files).chain(self.strays)
    }
}

/// A file with what it says.
struct Parsed {
    file: FileRead,
    document: Option<Document>,
    /// Its language, if its name or its head says it.
    language: Option<Language>,
}

impl Parsed {
    fn of(source: &Source, named: Option<Language>) -> Self {
        let (text, problem) = match &source.text {
            Ok(text) => (canonical(text), None),
            Err(problem) => (String::new(), Some(problem.clone())),
        };
        let document = problem.is_none().then(|| parse(&text));
        let findings = document.as_ref().map(|document| lint(&text, document, Some(&source.name))).unwrap_or_default();
        let language = named.or_else(|| document.as_ref()?.front.language);
        let (path, in_language) = (source.path.clone(), language.unwrap_or(Language::En));
        let file = FileRead { path, language: in_language, source: text, findings, problem };
        Self { file, document, language }
    }

    /// A file whose name is no runbook's: nobody looks into it.
    fn stray(source: &Source) -> FileRead {
        FileRead {
            path: source.path.clone(),
            language: Language::En,
            source: String::new(),
            findings: Vec::new(),
            problem: Some(FileProblem::Name),
        }
    }

    /// The text as it is kept.
    fn into_text(self) -> Option<(Language, EditionText)> {
        Some((self.file.language, EditionText { source: self.file.source, document: self.document? }))
    }
}

fn draft(slug: Slug, is_bundled: bool, mut parsed: Vec<Parsed>) -> Draft {
    // Names come in order, and `x.en.md` before `x.md`: the one whose name says its language keeps it.
    parsed.sort_by_key(|one| one.file.language);
    let mut taken: Vec<Language> = Vec::new();
    for one in &mut parsed {
        let Some(language) = one.language else { continue };
        if taken.contains(&language) {
            one.file.problem.get_or_insert(FileProblem::Twice);
        }
        taken.push(language);
    }
    compare_languages(&mut parsed);
    let files: Vec<FileRead> = parsed.iter().map(|one| one.file.clone()).collect();
    let may_be_public = parsed.iter().filter_map(|one| one.document.as_ref()).all(|document| document.front.is_public);
    let is_good = files.iter().all(|file| file.counts().0 == 0);
    let content = is_good.then(|| Content::of(parsed.into_iter().filter_map(Parsed::into_text).collect())).flatten();
    if is_good && content.is_none() {
        tracing::error!(runbook = %slug, "a runbook without mistakes cannot be followed");
    }
    Draft { slug, is_bundled, files, content, may_be_public }
}

/// Notes in the second language where it differs from the first.
fn compare_languages(parsed: &mut [Parsed]) {
    let mut good: Vec<&mut Parsed> = parsed.iter_mut().filter(|one| one.file.problem.is_none()).collect();
    let [one, other] = &mut good[..] else { return };
    let (Some(first), Some(second)) = (&one.document, &other.document) else { return };
    let found = lint_languages((one.file.source.as_str(), first), (other.file.source.as_str(), second));
    other.file.findings.extend(found);
    other.file.findings.sort_by_key(|finding| (finding.span.start, finding.level));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_runbook_and_in_which_language() {
        let of = |name: &str| named(name).map(|(slug, language)| (slug.to_string(), language));
        assert_eq!(of("disk-full.ja.md"), Some(("disk-full".to_owned(), Some(Language::Ja))));
        assert_eq!(of("disk-full.md"), Some(("disk-full".to_owned(), None)));
        for other in ["disk-full.de.md", "Disk full.md", "disk-full.txt", ".md", "_draft.md", ".#disk-full.md", "README.ja.md"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn only_files_that_may_be_runbooks_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.en.md", "a.md", "README.md", "readme.ja.md", "_draft.md", ".hidden.md", "notes.txt", "Notes.md"] {
            fs::write(path(name), name).unwrap();
        }
        fs::create_dir(path("folder.md")).unwrap();
        fs::create_dir(path("below")).unwrap();
        fs::write(path("below/c.md"), "c").unwrap();
        std::os::unix::fs::symlink(path("below/c.md"), path("link.md")).unwrap();
        std::os::unix::fs::symlink(path("nowhere"), path("lost.md")).unwrap();
        let listing = list(folder.path()).unwrap();
        let names: Vec<&str> = listing.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["Notes.md", "a.md", "b.en.md", "link.md", "lost.md"]);
        assert!(!listing.is_cut);
        assert!(matches!(text_of(&path("lost.md")), Err(FileProblem::Unreadable(_))));
        assert!(list(&path("absent")).is_err());
    }

    #[test]
    fn a_link_leads_nowhere_but_into_the_folder() {
        use std::os::unix::fs::symlink;
        let (place, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = place.path().join("runbooks");
        for (of, name) in [(&folder, "..2026/a.en.md"), (&folder, ".git/config"), (&elsewhere.path().to_owned(), "secret")] {
            fs::create_dir_all(of.join(name).parent().unwrap()).unwrap();
            fs::write(of.join(name), name).unwrap();
        }
        // As Kubernetes puts the files of a ConfigMap there.
        symlink("..2026", folder.join("..data")).unwrap();
        symlink("..data/a.en.md", folder.join("a.en.md")).unwrap();
        symlink(".git/config", folder.join("b.en.md")).unwrap();
        symlink(elsewhere.path().join("secret"), folder.join("c.en.md")).unwrap();
        symlink(elsewhere.path(), folder.join("out")).unwrap();
        symlink("out/secret", folder.join("d.en.md")).unwrap();
        let outside = || Err(FileProblem::Outside);
        let expected = [Ok("..2026/a.en.md".to_owned()), outside(), outside(), outside()];
        // The folder itself may be a link.
        symlink(&folder, place.path().join("link")).unwrap();
        for folder in [folder.clone(), place.path().join("link")] {
            let sources = list(&folder).unwrap().read();
            let texts: Vec<_> = sources.iter().map(|source| source.text.clone()).collect();
            assert_eq!(texts, expected);
            assert_eq!(sources[0].path, folder.join("a.en.md").display().to_string(), "as the operator calls it");
            assert_eq!(Source::read(&folder.join("c.en.md")).text, outside());
        }
        let drafts = Drafts::of(&list(&folder).unwrap().read(), false);
        let leak = &drafts.runbooks.values().nth(2).unwrap().files[0];
        assert_eq!((leak.source.as_str(), leak.counts(), leak.problem.clone()), ("", (1, 0), Some(FileProblem::Outside)));
    }

    #[test]
    fn nobody_waits_for_whoever_writes_into_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.en.md");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(matches!(text_of(&path), Err(FileProblem::Unreadable(_))));
        assert!(matches!(Source::read(&path).text, Err(FileProblem::Unreadable(_))));
        assert!(list(folder.path()).unwrap().files.is_empty());
    }

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.en.md");
        fs::write(&path, "x".repeat(SOURCE_BYTES_MAX)).unwrap();
        assert_eq!(text_of(&path).map(|text| text.len()), Ok(SOURCE_BYTES_MAX));
        fs::write(&path, "x".repeat(SOURCE_BYTES_MAX + 1)).unwrap();
        assert_eq!(text_of(&path), Err(FileProblem::TooLarge));
        fs::write(&path, b"\x83\x65\x83\x58").unwrap();
        assert_eq!(text_of(&path), Err(FileProblem::NotUtf8));
    }

    #[test]
    fn of_two_files_in_one_language_the_name_decides_and_the_other_is_told() {
        let source = |name: &str, text: &str| Source { path: name.to_owned(), name: name.to_owned(), text: Ok(text.to_owned()) };
        let english = "---\nid: a-b\nlang: en\n---\n";
        let drafts = Drafts::of(&[source("a-b.en.md", english), source("a-b.md", english), source("a b.md", "")], false);
        let problems: Vec<_> = drafts.runbooks.values().flat_map(|draft| &draft.files).map(|file| file.problem.clone()).collect();
        assert_eq!(problems, [None, Some(FileProblem::Twice)]);
        assert_eq!(drafts.strays[0].problem, Some(FileProblem::Name));
        assert_eq!(drafts.strays[0].counts(), (0, 1), "it may be somebody's note");
        let unknown = Drafts::of(&[source("a-b.en.md", english), source("a-b.md", "# a-b\n")], false);
        let second = unknown.into_files().nth(1).unwrap();
        assert!(second.problem.is_none() && second.counts().0 > 0, "nobody knows its language: {second:?}");
    }
}
