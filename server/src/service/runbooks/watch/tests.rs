//! What becomes of files that change, with a real folder and a real database.

use std::fs;
use std::time::Duration;

use domain::runbook::SOURCE_BYTES_MAX;
use probe::clock::SystemClock;
use store::audit::AuditFilter;
use store::{Store, Writer};
use tempfile::TempDir;

use super::super::library::FileProblem;
use super::*;

/// An operator's folder, and what is known of it.
struct Place {
    folder: TempDir,
    data: TempDir,
    ledger: Ledger,
    runbooks: Runbooks,
}

async fn open(data: &Path) -> Ledger {
    let (store, connection) = loop {
        match Store::open(data).await {
            // Somebody is just closing it.
            Err(error) if error.is_busy() => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => break opened.unwrap(),
        }
    };
    let (writer, handle) = Writer::new(connection);
    tokio::spawn(writer.run(Duration::from_secs(1)));
    Ledger::new(Arc::new(SystemClock::default()), store, handle)
}

impl Place {
    async fn new() -> Self {
        let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ledger = open(data.path()).await;
        Self { folder, data, ledger, runbooks: Runbooks::default() }
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.folder.path().join(name)).unwrap();
    }

    fn settings(&self, bundled: Bundled) -> RunbookSettings {
        RunbookSettings { folder: Some(self.folder.path().to_owned()), bundled }
    }

    async fn change_with(&self, bundled: Bundled) -> Change {
        self.runbooks.look(&self.ledger, self.settings(bundled), LOOK_LIMIT).await.unwrap()
    }

    async fn look_with(&self, bundled: Bundled) -> bool {
        self.change_with(bundled).await != Change::Nothing
    }

    /// Looks for the operator's own alone.
    async fn look(&self) -> bool {
        self.look_with(Bundled::None).await
    }

    fn get(&self, name: &str) -> Option<Arc<Runbook>> {
        self.runbooks.library().runbooks.get(&slug(name)).cloned()
    }

    /// The number of the version in use.
    fn number(&self, name: &str) -> Option<i64> {
        Some(self.get(name)?.current.as_ref()?.head.number)
    }

    async fn versions(&self, name: &str) -> usize {
        self.ledger.store.runbook_versions(&slug(name)).await.unwrap().len()
    }

    async fn audited(&self) -> Vec<(String, String)> {
        let rows = self.ledger.store.audit(&AuditFilter::default(), None, 500).await.unwrap();
        rows.into_iter().map(|row| (row.action, row.object_id)).collect()
    }
}

fn slug(name: &str) -> Slug {
    name.parse().unwrap()
}

/// A runbook without mistakes.
fn text(slug: &str, language: &str, step: &str) -> String {
    format!(
        "---\nid: {slug}\ntitle: {{ ja: \"ディスクがいっぱい\", en: \"The disk is full\" }}\nlang: {language}\nalerts: [DiskFull]\n\
         components: []\nstyle: read-do\nneeds: [ssh]\nowner: ops\nreview_every: 90d\nvisibility: public\nestimated: 10m\n---\n\
         # {slug}\n\n## Meaning\n\nNothing can be written.\n\n## Impact\n\nWhat people type is lost.\n\n\
         ## Diagnosis\n\n- [ ] {step} <!-- s:look -->\n  ```sh\n  df -h\n  ```\n  ```expect\n  Less than 90 %.\n  ```\n\n\
         ## Mitigation\n\n- [ ] Delete old logs <!-- s:clear risk=low -->\n\n\
         ## Verification\n\n- [ ] There is room again <!-- s:check -->\n\n## Escalation\n\nCall whoever owns the machine.\n"
    )
}

/// The same with two steps of one id.
fn broken(text: &str) -> String {
    text.replace("s:clear", "s:look")
}

#[tokio::test]
async fn a_broken_edit_keeps_the_former_version_and_a_mended_one_is_the_next() {
    let place = Place::new().await;
    let first = text("disk-full", "en", "Which disk is it?");
    place.write("disk-full.en.md", &first);
    assert!(place.look().await);
    assert_eq!(place.number("disk-full"), Some(1), "{:?}", place.get("disk-full"));

    place.write("disk-full.en.md", broken(&first));
    assert!(place.look().await);
    let runbook = place.get("disk-full").unwrap();
    assert!(runbook.files[0].counts().0 > 0 && runbook.files[0].source == broken(&first), "what is wrong is known");
    assert_eq!(place.number("disk-full"), Some(1));
    assert!(runbook.is_public);

    let mended = text("disk-full", "en", "Which disk is full?");
    place.write("disk-full.en.md", &mended);
    assert!(place.look().await);
    assert_eq!(place.number("disk-full"), Some(2));
    let current = place.get("disk-full").unwrap().current.clone().unwrap();
    assert_eq!(current.in_language(Language::Ja).1.source, mended, "there is no other language");
    assert_eq!((current.title(Language::En).as_str(), current.plan.steps.len()), ("The disk is full", 3));
    let old = place.runbooks.editions().get(current.head.key - 1).map(|edition| edition.head.number);
    assert_eq!(old, Some(1), "a run may go on with it");

    let row = ("runbook.read".to_owned(), "disk-full".to_owned());
    assert_eq!(place.audited().await, [row.clone(), row]);
}

#[tokio::test]
async fn the_same_text_makes_no_version_however_it_comes() {
    let place = Place::new().await;
    let first = text("disk-full", "en", "Which disk is it?");
    place.write("disk-full.en.md", &first);
    assert!(place.look().await);
    for _ in 0..3 {
        place.write("disk-full.en.md", &first);
        assert!(!place.look().await, "it was only touched");
    }
    // Another tool's line ends are no other text.
    place.write("disk-full.en.md", format!("\u{feff}{}", first.replace('\n', "\r\n")));
    place.look().await;
    assert_eq!(place.get("disk-full").unwrap().files[0].counts().0, 0);
    assert_eq!((place.number("disk-full"), place.versions("disk-full").await), (Some(1), 1));

    place.write("disk-full.en.md", text("disk-full", "en", "Another first step"));
    place.look().await;
    assert_eq!(place.number("disk-full"), Some(2));
    place.write("disk-full.en.md", &first);
    place.look().await;
    assert_eq!((place.number("disk-full"), place.versions("disk-full").await), (Some(1), 2), "the old text is the old version");
}

#[tokio::test]
async fn after_a_restart_nothing_is_new_and_a_broken_file_has_the_version_of_before() {
    let mut place = Place::new().await;
    let first = text("disk-full", "en", "Which disk is it?");
    place.write("disk-full.en.md", &first);
    place.look().await;
    place.runbooks = Runbooks::default();
    place.look().await;
    assert_eq!((place.number("disk-full"), place.audited().await.len()), (Some(1), 1));

    place.write("disk-full.en.md", broken(&first));
    place.write("never-good.en.md", broken(&text("never-good", "en", "Look")));
    place.runbooks = Runbooks::default();
    place.look().await;
    assert_eq!(place.number("disk-full"), Some(1));
    let never = place.get("never-good").unwrap();
    assert!(never.current.is_none() && !never.is_public);
    assert_eq!(place.versions("never-good").await, 0);
}

#[tokio::test]
async fn an_old_text_that_was_put_back_stays_in_use_after_a_restart() {
    let mut place = Place::new().await;
    let first = text("disk-full", "en", "Which disk is it?");
    for text in [&first, &text("disk-full", "en", "Another first step"), &first] {
        place.write("disk-full.en.md", text);
        place.look().await;
    }
    assert_eq!((place.number("disk-full"), place.audited().await.len()), (Some(1), 3), "that it was put back is written down");
    place.runbooks = Runbooks::default();
    place.look().await;
    assert_eq!((place.number("disk-full"), place.audited().await.len()), (Some(1), 3));
    place.write("disk-full.en.md", broken(&first));
    place.runbooks = Runbooks::default();
    place.look().await;
    assert_eq!(place.number("disk-full"), Some(1), "and not the second, which somebody took back");
}

#[tokio::test]
async fn a_folder_that_does_not_answer_keeps_nobody_waiting_and_is_read_once_it_does() {
    let place = Place::new().await;
    let name = "component-down.en.md";
    place.write(name, text("component-down", "en", "Our own way"));
    place.look_with(Bundled::Internal).await;
    let audited = place.audited().await;
    let place = Place { runbooks: Runbooks::default(), ..place };

    let (answer, reading) = oneshot::channel();
    place.runbooks.watch.lock().await.under_way = Some(reading);
    let soon = Duration::from_millis(20);
    for change in [Change::Inside, Change::Nothing] {
        let found = place.runbooks.look(&place.ledger, place.settings(Bundled::Internal), soon).await.unwrap();
        assert_eq!(found, change);
        let library = place.runbooks.library();
        assert_eq!(library.folder_problem.as_deref(), Some(SILENT));
        assert!(place.get("component-down").unwrap().is_bundled && place.number("component-down").is_some());
        assert!(!answer.is_closed(), "the same reading is waited for");
    }

    // Meanwhile somebody made a mistake.
    place.write(name, broken(&text("component-down", "en", "Our own way")));
    answer.send(Found::at(place.settings(Bundled::Internal), None, None)).unwrap();
    assert_eq!(place.change_with(Bundled::Internal).await, Change::Public);
    let own = place.get("component-down").unwrap();
    assert!(!own.is_bundled && own.current.as_ref().unwrap().in_language(Language::En).1.source.contains("Our own way"));
    assert!(place.runbooks.library().folder_problem.is_none());
    assert_eq!(place.audited().await, audited, "nothing of it was a change");
}

#[tokio::test]
async fn everybody_is_told_only_of_what_everybody_may_read() {
    let place = Place::new().await;
    let open = text("disk-full", "en", "Which disk is it?");
    let closed = |step: &str| text("secret", "en", step).replace("visibility: public", "visibility: internal");
    let look = || place.change_with(Bundled::None);
    assert_eq!(look().await, Change::Inside, "there is nothing yet");
    place.write("secret.en.md", closed("Look"));
    assert_eq!(look().await, Change::Inside);
    place.write("disk-full.en.md", &open);
    assert_eq!(look().await, Change::Public);
    place.write("secret.en.md", closed("Look again"));
    assert_eq!(look().await, Change::Inside);
    place.write("disk-full.en.md", broken(&open));
    assert_eq!(look().await, Change::Inside, "the version before the mistakes is still shown");
    place.write("disk-full.en.md", text("disk-full", "en", "Which disk is full?"));
    assert_eq!(look().await, Change::Public);
    place.remove("disk-full.en.md");
    assert_eq!(look().await, Change::Public);
}

#[tokio::test]
async fn a_version_is_all_languages_together() {
    let place = Place::new().await;
    place.write("disk-full.en.md", text("disk-full", "en", "Which disk is it?"));
    place.look().await;
    place.write("disk-full.ja.md", text("disk-full", "ja", "どのディスクか"));
    place.look().await;
    let current = place.get("disk-full").unwrap().current.clone().unwrap();
    assert_eq!((current.head.number, current.texts.len()), (2, 2), "{:?}", place.get("disk-full").unwrap().files);
    assert_eq!(current.in_language(Language::Ja).0, Language::Ja);

    place.write("disk-full.ja.md", text("disk-full", "ja", "どのディスクか").replace("s:clear", "s:other"));
    place.look().await;
    let runbook = place.get("disk-full").unwrap();
    assert!(runbook.files.iter().any(|file| file.counts().0 > 0), "the languages have other steps");
    assert_eq!(runbook.current.as_ref().unwrap().head.number, 2);

    place.remove("disk-full.ja.md");
    place.look().await;
    assert_eq!(place.number("disk-full"), Some(1), "English alone was there before");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_told_and_nothing_of_them_is_taken_up() {
    let place = Place::new().await;
    place.write("large.en.md", "x".repeat(SOURCE_BYTES_MAX + 1));
    place.write("sjis.ja.md", b"\x83\x65\x83\x58\x83\x67");
    place.write("twice.en.md", text("twice", "en", "Look"));
    place.write("twice.md", text("twice", "en", "Look again"));
    place.write("by-its-head.md", text("by-its-head", "en", "Look"));
    place.write("Not A Runbook.md", "# Notes\n");
    place.write("README.md", "# Read me\n");
    std::os::unix::fs::symlink("nowhere", place.folder.path().join("lost.en.md")).unwrap();
    place.look().await;
    let problems = |name: &str| -> Vec<Option<FileProblem>> {
        place.get(name).unwrap().files.iter().map(|file| file.problem.clone()).collect()
    };
    assert_eq!(problems("large"), [Some(FileProblem::TooLarge)]);
    assert_eq!(problems("sjis"), [Some(FileProblem::NotUtf8)]);
    assert_eq!(problems("twice"), [None, Some(FileProblem::Twice)]);
    assert!(matches!(problems("lost")[..], [Some(FileProblem::Unreadable(_))]));
    assert_eq!(place.number("by-its-head"), Some(1));
    let library = place.runbooks.library();
    let good = library.runbooks.values().filter(|runbook| runbook.current.is_some()).count();
    assert_eq!((library.runbooks.len(), good, library.strays.len()), (5, 1, 1));
}

#[tokio::test]
async fn what_ships_gives_way_to_the_operators_own_and_comes_back() {
    let place = Place::new().await;
    place.look_with(Bundled::None).await;
    assert!(place.runbooks.library().runbooks.is_empty());
    place.look_with(Bundled::Internal).await;
    let shipped = place.runbooks.library();
    assert!(!shipped.runbooks.is_empty());
    assert!(shipped.runbooks.values().all(|runbook| runbook.is_bundled && !runbook.is_public && runbook.current.is_some()));

    place.write("component-down.en.md", text("component-down", "en", "Our own way"));
    place.look_with(Bundled::Internal).await;
    let own = place.get("component-down").unwrap();
    assert!(!own.is_bundled && own.is_public && own.files.len() == 1, "as a whole, and as its own head says");
    assert_eq!(place.number("component-down"), Some(2));

    place.remove("component-down.en.md");
    place.look_with(Bundled::Public).await;
    assert!(place.get("component-down").unwrap().is_bundled);
    assert_eq!((place.number("component-down"), place.versions("component-down").await), (Some(1), 2));
}

#[tokio::test]
async fn a_head_that_keeps_a_runbook_inside_does_so_although_there_are_mistakes() {
    let place = Place::new().await;
    let open = text("disk-full", "en", "Which disk is it?");
    place.write("disk-full.en.md", &open);
    place.look().await;
    assert!(place.get("disk-full").unwrap().is_public);
    place.write("disk-full.en.md", broken(&open).replace("visibility: public", "visibility: internal"));
    place.look().await;
    assert!(!place.get("disk-full").unwrap().is_public);
    assert_eq!(place.number("disk-full"), Some(1));
}

#[tokio::test]
async fn a_folder_that_is_gone_takes_nothing_with_it() {
    let place = Place::new().await;
    place.write("disk-full.en.md", text("disk-full", "en", "Which disk is it?"));
    place.look().await;
    let (here, away) = (place.folder.path(), place.data.path().join("away"));
    fs::rename(here, &away).unwrap();
    assert!(place.look().await);
    assert_eq!(place.number("disk-full"), Some(1));
    assert!(place.runbooks.library().folder_problem.is_some());
    assert!(!place.look().await, "it is said once");
    fs::rename(&away, here).unwrap();
    assert!(place.look().await);
    assert!(place.runbooks.library().folder_problem.is_none());

    // Another folder, which was never there: nothing of it was ever known.
    let settings = RunbookSettings { folder: Some(away), bundled: Bundled::None };
    assert_ne!(place.runbooks.look(&place.ledger, settings, LOOK_LIMIT).await.unwrap(), Change::Nothing);
    let library = place.runbooks.library();
    assert!(library.runbooks.is_empty() && library.folder_problem.is_some());
}

#[tokio::test]
async fn what_the_database_does_not_take_is_tried_again() {
    let mut place = Place::new().await;
    place.write("disk-full.en.md", text("disk-full", "en", "Which disk is it?"));
    place.look().await;
    place.write("disk-full.en.md", text("disk-full", "en", "Which of the disks is it?"));
    place.ledger.writer.close();
    assert!(place.runbooks.look(&place.ledger, place.settings(Bundled::None), LOOK_LIMIT).await.is_err());
    assert_eq!(place.number("disk-full"), Some(1), "the library stays as it was");
    place.ledger = open(place.data.path()).await;
    assert!(place.look().await);
    assert_eq!(place.number("disk-full"), Some(2));
}
