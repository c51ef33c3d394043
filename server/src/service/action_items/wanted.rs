//! What people and programs want of action items, as they typed it, and what is read of it.

use domain::account::name::UserName;
use domain::action_item::{ActionKind, Bound, Horizon, Priority, Proof, Reason, Standing, Step};
use domain::text::Slug;
use jiff::civil::Date;
use store::action_items::{BOUND_MAX, ItemFacts};

use super::{duty, refused};
use crate::service::desk::Desk;
use crate::service::problem::{Invalid, Problem};

/// Longest item, in characters.
const TEXT_CHARS_MAX: usize = 500;
/// Longest address, in characters.
const URL_CHARS_MAX: usize = 500;

/// An item as it shall be.
#[derive(Clone, Debug, Default)]
pub(crate) struct ItemWanted {
    pub(crate) text: String,
    pub(crate) kind: String,
    pub(crate) horizon: String,
    pub(crate) priority: String,
    /// Name of a person; empty: nobody.
    pub(crate) owner: String,
    /// A day, `2026-07-01`; empty: none.
    pub(crate) due: String,
    /// Where it is worked on; empty: nowhere.
    pub(crate) url: String,
    /// What it brings about: `probe:slug`, `runbook:slug`, `drill:slug`, `component:slug`.
    pub(crate) bound: Vec<String>,
    /// Slug of a probe that is still to be made; empty: none.
    pub(crate) probe_to_be: String,
}

/// What shall become of an item.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepWanted {
    /// `begin`, `finish`, `verify`, `defer`, `decline`, `reopen`.
    pub(crate) step: String,
    pub(crate) reason: String,
    /// Of `defer`: a day.
    pub(crate) until: String,
    /// Of `decline`: who accepts the risk.
    pub(crate) accepted_by: String,
}

/// What an item is bound to, as forms write it.
pub(crate) fn written(bound: &Bound) -> String {
    match bound {
        Bound::Probe(slug) => format!("probe:{slug}"),
        Bound::Runbook(slug) => format!("runbook:{slug}"),
        Bound::Drill(slug) => format!("drill:{slug}"),
        Bound::Component(slug) => format!("component:{slug}"),
    }
}

fn bound(typed: &str) -> Option<Bound> {
    let (kind, slug) = typed.trim().split_once(':')?;
    let slug: Slug = slug.trim().parse().ok()?;
    match kind.trim() {
        "probe" => Some(Bound::Probe(slug)),
        "runbook" => Some(Bound::Runbook(slug)),
        "drill" => Some(Bound::Drill(slug)),
        "component" => Some(Bound::Component(slug)),
        _ => None,
    }
}

impl StepWanted {
    /// What is done, by somebody with this name.
    pub(super) fn read(&self, name: &str) -> Result<Step, Problem> {
        let reason = || Reason::new(&self.reason).map_err(|error| refused(&error));
        Ok(match self.step.trim() {
            "begin" => Step::Begin,
            "finish" => Step::Finish,
            "verify" => Step::Verify(Proof::Person { name: name.to_owned(), note: reason()? }),
            "defer" => {
                let until: Date = self.until.trim().parse().map_err(|_| Problem::invalid("until", "invalid-action-until"))?;
                Step::Defer(until, reason()?)
            }
            "decline" => Step::Decline { reason: reason()?, accepted_by: self.accepted_by.trim().chars().take(100).collect() },
            "reopen" => Step::Reopen(Some(reason()?)),
            _ => return Err(Problem::invalid("step", "invalid-choice")),
        })
    }
}

impl Desk {
    /// What is kept of a wish, or all that is wrong with it.
    pub(super) async fn read_item(&self, wanted: &ItemWanted, before: &[Bound]) -> Result<ItemFacts, Problem> {
        let standing = Standing::Open;
        let mut wrong = Vec::new();
        let text = wanted.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
            wrong.push(Invalid::new("text", "invalid-action-text"));
        }
        let kind = ActionKind::from_name(wanted.kind.trim());
        let horizon = Horizon::from_name(wanted.horizon.trim());
        let priority = Priority::from_name(wanted.priority.trim());
        for (field, is_good) in [("kind", kind.is_some()), ("horizon", horizon.is_some()), ("priority", priority.is_some())] {
            if !is_good {
                wrong.push(Invalid::new(field, "invalid-choice"));
            }
        }
        let due = match wanted.due.trim() {
            "" => None,
            typed => {
                let day = typed.parse::<Date>().ok();
                if day.is_none() {
                    wrong.push(Invalid::new("due", "invalid-day"));
                }
                day
            }
        };
        let owner = self.owner(&wanted.owner).await?;
        if owner.is_none() && !wanted.owner.trim().is_empty() {
            wrong.push(Invalid::new("owner", "invalid-person"));
        }
        let url = wanted.url.trim();
        let is_address = |url: &str| {
            let scheme = url.starts_with("https://") || url.starts_with("http://");
            scheme && url.chars().count() <= URL_CHARS_MAX && url::Url::parse(url).is_ok()
        };
        if !url.is_empty() && !is_address(url) {
            wrong.push(Invalid::new("url", "invalid-address"));
        }
        let typed: Vec<&str> = wanted.bound.iter().map(|typed| typed.trim()).filter(|typed| !typed.is_empty()).collect();
        let mut bounds: Vec<Bound> = Vec::new();
        for typed in &typed {
            // What is gone meanwhile stays named.
            match bound(typed).filter(|bound| self.is_there(bound) || before.contains(bound)) {
                Some(bound) if !bounds.contains(&bound) => bounds.push(bound),
                Some(_) => {}
                None => wrong.push(Invalid { detail: Some((*typed).to_owned()), ..Invalid::new("bound", "invalid-bound") }),
            }
        }
        match wanted.probe_to_be.trim() {
            "" => {}
            typed => match typed.parse().map(Bound::Probe) {
                Ok(bound) if !bounds.contains(&bound) => bounds.push(bound),
                Ok(_) => {}
                Err(_) => wrong.push(Invalid::new("probe_to_be", "invalid-slug")),
            },
        }
        if bounds.len() > BOUND_MAX {
            wrong.push(Invalid::new("bound", "invalid-bound-many"));
        }
        let (Some(kind), Some(horizon), Some(priority), true) = (kind, horizon, priority, wrong.is_empty()) else {
            return Err(Problem::Invalid(wrong));
        };
        let url = (!url.is_empty()).then(|| url.to_owned());
        let facts = ItemFacts { text, kind, horizon, priority, owner, due, url, bound: bounds, standing };
        duty(&facts).check().map_err(|error| refused(&error))?;
        Ok(facts)
    }

    /// True when there is such a thing, or may be: that a probe which is still to be made is there is what shows that an item is done.
    fn is_there(&self, bound: &Bound) -> bool {
        match bound {
            Bound::Probe(_) => true,
            Bound::Component(slug) => self.configuration.whole().config.components.iter().any(|spec| spec.slug == *slug),
            Bound::Runbook(slug) | Bound::Drill(slug) => self.library().runbooks.contains_key(slug),
        }
    }

    /// The key of a person who can sign in.
    async fn owner(&self, typed: &str) -> Result<Option<i64>, Problem> {
        let Ok(name) = typed.trim().parse::<UserName>() else { return Ok(None) };
        let user = self.store.user_by_name(&name).await?;
        Ok(user.filter(|user| user.disabled_at.is_none()).map(|user| user.key))
    }
}
