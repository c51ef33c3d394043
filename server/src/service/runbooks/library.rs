//! What is known of runbooks in memory: the library, a runbook with its files, and a version of it, read. What is in here is never changed:
//! when something is read again, another library takes its place.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::runbook::Document;
use domain::runbook::front_matter::{FrontMatter, alert_key};
use domain::runbook::lint::{Finding, Level};
use domain::runbook::parse::parse;
use domain::runbook::run::plan::Plan;
use domain::text::{Language, Slug};
use sha2::{Digest, Sha256};
use store::runbooks::{Version, VersionHead};

/// Every runbook that can be followed, and those whose files have mistakes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Library {
    pub(crate) runbooks: BTreeMap<Slug, Arc<Runbook>>,
    /// Which runbook an alert leads to, by [`alert_key`].
    pub(crate) by_alert: HashMap<String, Slug>,
    /// Which of those that everybody may read an alert leads to, whatever others claim it: the public learns nothing of them.
    pub(crate) public_by_alert: HashMap<String, Slug>,
    /// Alerts that several runbooks are for, the one that they lead to first.
    pub(crate) contested: Vec<(String, Vec<Slug>)>,
    /// Markdown files of the operator's folder whose names are no runbook's.
    pub(crate) strays: Vec<FileRead>,
    /// Why the operator's folder cannot be read, or not all of it, as the system says it.
    pub(crate) folder_problem: Option<String>,
}

/// A runbook.
#[derive(Clone, Debug)]
pub(crate) struct Runbook {
    pub(crate) slug: Slug,
    /// It ships with Yagura, and the operator has none of this name.
    pub(crate) is_bundled: bool,
    /// Everybody may read it.
    pub(crate) is_public: bool,
    /// Its files as they are now, in order of language.
    pub(crate) files: Vec<FileRead>,
    /// The version in use; none: there never was one without mistakes.
    pub(crate) current: Option<Arc<Edition>>,
}

/// A file as it is now.
#[derive(Clone, Debug)]
pub(crate) struct FileRead {
    /// Where it is; of one that ships, its name.
    pub(crate) path: String,
    /// Its language; English where neither its name nor its head says it, which is a finding.
    pub(crate) language: Language,
    /// Its text, without what differs from editor to editor (`parse::canonical`); empty where it cannot be read.
    pub(crate) source: String,
    /// What is wrong with the text, in order of place.
    pub(crate) findings: Vec<Finding>,
    /// What is wrong with the file.
    pub(crate) problem: Option<FileProblem>,
}

impl FileRead {
    /// How many mistakes it has, and how many things that could be better.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let problem = self.problem.iter().map(FileProblem::level);
        let levels: Vec<Level> = self.findings.iter().map(|finding| finding.level).chain(problem).collect();
        let errors = levels.iter().filter(|level| **level == Level::Error).count();
        (errors, levels.len() - errors)
    }
}

/// Why a file is not taken for a runbook, whatever stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileProblem {
    /// It cannot be read; what the system says.
    Unreadable(String),
    /// It is larger than a runbook may be.
    TooLarge,
    /// It is no UTF-8.
    NotUtf8,
    /// Its name is no runbook's. It may be a note that somebody keeps beside them, so this is no mistake.
    Name,
    /// Another file has the same runbook in the same language.
    Twice,
    /// It is a link that leads out of the folder; nobody opened it.
    Outside,
}

impl FileProblem {
    /// How much it matters.
    pub(crate) fn level(&self) -> Level {
        if *self == Self::Name { Level::Warning } else { Level::Error }
    }

    /// Keys of the messages that say what is wrong, and what to do.
    pub(crate) fn keys(&self) -> (&'static str, &'static str) {
        match self {
            Self::Unreadable(_) => ("runbook-file-unreadable", "runbook-file-unreadable-fix"),
            Self::TooLarge => ("lint-too-large", "lint-too-large-fix"),
            Self::NotUtf8 => ("runbook-file-encoding", "runbook-file-encoding-fix"),
            Self::Name => ("runbook-file-name", "runbook-file-name-fix"),
            Self::Twice => ("runbook-file-twice", "runbook-file-twice-fix"),
            Self::Outside => ("runbook-file-outside", "runbook-file-outside-fix"),
        }
    }
}

/// A version of a runbook, read.
#[derive(Debug)]
pub(crate) struct Edition {
    pub(crate) head: VersionHead,
    /// At least one.
    pub(crate) texts: BTreeMap<Language, EditionText>,
    /// What of it matters for following it; the same in every language.
    pub(crate) plan: Arc<Plan>,
}

/// A version in one language.
#[derive(Clone, Debug)]
pub(crate) struct EditionText {
    pub(crate) source: String,
    pub(crate) document: Document,
}

impl Edition {
    /// A version that was kept; none if it cannot be followed, which only a change of the rules can make so.
    pub(super) fn of(version: Version) -> Option<Self> {
        let head = version.head;
        let read = |source: String| EditionText { document: parse(&source), source };
        let texts = version.texts.into_iter().map(|(language, source)| (language, read(source))).collect();
        let content = Content::of(texts);
        if content.is_none() {
            tracing::error!(runbook = %head.runbook, version = head.number, "this version can no longer be followed");
        }
        content.map(|content| content.into_edition(head))
    }

    fn first(&self) -> (Language, &EditionText) {
        let (language, text) = self.texts.iter().next().expect("an edition is made of content, which has a text");
        (*language, text)
    }

    /// Its text in a language, or in the other one where it is missing.
    pub(crate) fn in_language(&self, language: Language) -> (Language, &EditionText) {
        self.texts.get(&language).map_or_else(|| self.first(), |text| (language, text))
    }

    /// What it is called.
    pub(crate) fn title(&self, language: Language) -> String {
        let title = self.in_language(language).1.document.front.title.as_ref();
        title.map_or_else(|| self.head.runbook.to_string(), |title| title.get(language).to_owned())
    }

    /// Its head, of the first language.
    pub(crate) fn front(&self) -> &FrontMatter {
        &self.first().1.document.front
    }

    /// The alerts that it is for in any language, by [`alert_key`].
    pub(crate) fn alerts(&self) -> BTreeSet<String> {
        let fronts = self.texts.values().map(|text| &text.document.front);
        fronts.flat_map(|front| &front.alerts).map(|name| alert_key(name)).collect()
    }

    /// True when no language keeps it inside.
    pub(super) fn is_public(&self) -> bool {
        self.texts.values().all(|text| text.document.front.is_public)
    }
}

/// What a version is made of.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) texts: BTreeMap<Language, EditionText>,
    plan: Arc<Plan>,
    /// Of the texts with their languages.
    pub(super) sha256: [u8; 32],
}

impl Content {
    /// None without a text, or if it cannot be followed.
    pub(super) fn of(texts: BTreeMap<Language, EditionText>) -> Option<Self> {
        let plan = Plan::of(&texts.values().next()?.document).ok()?;
        let mut hash = Sha256::new();
        for (language, text) in &texts {
            hash.update(language.tag());
            // With its length, so that moving text from one language to the next makes a difference.
            hash.update((text.source.len() as u64).to_be_bytes());
            hash.update(&text.source);
        }
        Some(Self { texts, plan: Arc::new(plan), sha256: hash.finalize().into() })
    }

    pub(super) fn into_edition(self, head: VersionHead) -> Edition {
        Edition { head, texts: self.texts, plan: self.plan }
    }
}

impl Library {
    /// A library of these.
    pub(super) fn new(all: Vec<Runbook>, strays: Vec<FileRead>, folder_problem: Option<String>) -> Self {
        let mut claims: BTreeMap<String, BTreeSet<(bool, &Slug)>> = BTreeMap::new();
        let mut public: BTreeSet<&Slug> = BTreeSet::new();
        for runbook in &all {
            if runbook.is_public {
                public.insert(&runbook.slug);
            }
            let alerts = runbook.current.iter().flat_map(|edition| edition.alerts());
            alerts.for_each(|alert| {
                // The operator's come before those that ship.
                claims.entry(alert).or_default().insert((runbook.is_bundled, &runbook.slug));
            });
        }
        let (mut by_alert, mut public_by_alert, mut contested) = (HashMap::new(), HashMap::new(), Vec::new());
        for (alert, claims) in claims {
            let slugs: Vec<Slug> = claims.into_iter().map(|(_, slug)| slug.clone()).collect();
            by_alert.extend(slugs.first().map(|first| (alert.clone(), first.clone())));
            let first_public = slugs.iter().find(|slug| public.contains(slug));
            public_by_alert.extend(first_public.map(|first| (alert.clone(), first.clone())));
            if slugs.len() > 1 {
                contested.push((alert, slugs));
            }
        }
        let runbooks = all.into_iter().map(|runbook| (runbook.slug.clone(), Arc::new(runbook))).collect();
        Self { runbooks, by_alert, public_by_alert, contested, strays, folder_problem }
    }

    /// True when everybody sees the same of both: a version is never changed, so its key stands for all that is in it.
    pub(super) fn shows_the_same_as(&self, other: &Self) -> bool {
        self.public_by_alert == other.public_by_alert && self.public_versions().eq(other.public_versions())
    }

    fn public_versions(&self) -> impl Iterator<Item = (&Slug, i64)> {
        let public = self.runbooks.values().filter(|runbook| runbook.is_public);
        public.filter_map(|runbook| Some((&runbook.slug, runbook.current.as_ref()?.head.key)))
    }

    /// The version with this key, if it is in use.
    pub(super) fn edition(&self, version_key: i64) -> Option<Arc<Edition>> {
        let mut current = self.runbooks.values().filter_map(|runbook| runbook.current.as_ref());
        current.find(|edition| edition.head.key == version_key).map(Arc::clone)
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    fn slug(name: &str) -> Slug {
        name.parse().unwrap()
    }

    fn edition(name: &str, texts: &[(Language, &str)]) -> Edition {
        let created_at = Timestamp::from_ms(0);
        let head = VersionHead { key: 1, runbook: slug(name), number: 1, sha256: [0; 32], created_at };
        let text = |(language, head): &(Language, &str)| {
            let body = format!("# {name}\n\n## Diagnosis\n\n- [ ] Look <!-- s:look -->\n");
            (*language, format!("---\nid: {name}\nlang: {}\n{head}\n---\n{body}", language.tag()))
        };
        Edition::of(Version { head, texts: texts.iter().map(text).collect() }).unwrap()
    }

    fn runbook(name: &str, is_bundled: bool, alerts: &str) -> Runbook {
        let head = format!("alerts: [{alerts}]");
        let current = edition(name, &[(Language::En, head.as_str())]);
        Runbook { slug: slug(name), is_bundled, is_public: true, files: Vec::new(), current: Some(Arc::new(current)) }
    }

    #[test]
    fn an_alert_leads_to_the_operators_own_first_and_then_by_name() {
        let all = vec![
            runbook("a-shipped", true, "Disk_Full, etcdNoLeader"),
            runbook("b-own", false, "disk-full"),
            runbook("c-own", false, "DISK-FULL, NodeDown"),
            Runbook { current: None, ..runbook("a-never-good", false, "NodeDown") },
        ];
        let library = Library::new(all, Vec::new(), None);
        let leads = |alert: &str| library.by_alert.get(&alert_key(alert)).map(ToString::to_string);
        assert_eq!(leads("disk_full").as_deref(), Some("b-own"));
        assert_eq!(leads("EtcdNoLeader").as_deref(), Some("a-shipped"));
        assert_eq!(leads("NodeDown").as_deref(), Some("c-own"), "one that cannot be followed is in nobody's way");
        assert_eq!(leads("other"), None);
        let contested = [("disk-full".to_owned(), ["b-own", "c-own", "a-shipped"].map(slug).to_vec())];
        assert_eq!(library.contested, contested);
    }

    #[test]
    fn where_an_alert_leads_everybody_depends_on_public_runbooks_alone() {
        let all = || {
            let inside = Runbook { is_public: false, ..runbook("a-inside", false, "DiskFull, NodeDown") };
            vec![inside, runbook("b-public", false, "DiskFull"), runbook("c-shipped", true, "DiskFull")]
        };
        let library = Library::new(all(), Vec::new(), None);
        assert_eq!(library.by_alert.get("diskfull"), Some(&slug("a-inside")));
        assert_eq!(library.public_by_alert, HashMap::from([("diskfull".to_owned(), slug("b-public"))]));

        let without = Library::new(all().split_off(1), Vec::new(), None);
        assert!(library.shows_the_same_as(&without), "what is inside is no difference");
        let mut opened = all();
        opened[0].is_public = true;
        assert!(!library.shows_the_same_as(&Library::new(opened, Vec::new(), None)));
    }

    #[test]
    fn a_runbook_is_public_only_if_every_language_says_so() {
        let (open, closed) = ("visibility: public", "visibility: internal");
        assert!(edition("a-b", &[(Language::Ja, open), (Language::En, open)]).is_public());
        assert!(!edition("a-b", &[(Language::Ja, open), (Language::En, closed)]).is_public());
        assert!(!edition("a-b", &[(Language::En, "owner: ops")]).is_public(), "nobody said it");
    }

    #[test]
    fn what_a_version_is_known_by_depends_on_its_texts_and_their_languages() {
        let content = |texts: &[(Language, &str)]| {
            let read = |(language, step): &(Language, &str)| {
                let source = format!("## Diagnosis\n\n- [ ] {step} <!-- s:look -->\n");
                (*language, EditionText { document: parse(&source), source })
            };
            Content::of(texts.iter().map(read).collect()).unwrap().sha256
        };
        let one = content(&[(Language::En, "Look")]);
        assert_eq!(one, content(&[(Language::En, "Look")]));
        let others = [content(&[(Language::Ja, "Look")]), content(&[(Language::En, "Look."), (Language::Ja, "Look")])];
        assert!(others.iter().all(|other| *other != one) && others[0] != others[1]);
    }
}
