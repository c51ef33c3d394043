//! Lists, a page at a time. A cursor is what the page before gave and means nothing to anybody else.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::Failed;

/// Most rows on one page.
const LIMIT_MAX: u32 = 100;
/// Rows on a page when nobody says.
const LIMIT_DEFAULT: u32 = 50;

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    /// `next_cursor` of the page before; left out for the first page.
    pub(super) cursor: Option<String>,
    /// Most items on the page; 50 when it is left out.
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<u32>,
}

impl Paging {
    /// Most items on the page.
    pub(super) fn limit(&self) -> Result<u32, Failed> {
        match self.limit.unwrap_or(LIMIT_DEFAULT) {
            limit @ 1..=LIMIT_MAX => Ok(limit),
            _ => Err(Failed::invalid("limit", "invalid-limit")),
        }
    }

    /// After what the page begins.
    pub(super) fn after<T: FromStr>(&self) -> Result<Option<T>, Failed> {
        let Some(cursor) = self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
        let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let after = text.and_then(|text| text.parse().ok());
        after.map(Some).ok_or_else(|| Failed::invalid("cursor", "invalid-cursor"))
    }
}

/// Where the next page begins.
pub(super) fn cursor(after: impl Display) -> String {
    URL_SAFE_NO_PAD.encode(after.to_string())
}

/// A page of what is in memory, by name: whatever comes and goes between two pages, nothing else is left out or told twice.
pub(super) fn page<T>(all: Vec<T>, paging: &Paging, name: impl Fn(&T) -> String) -> Result<(Vec<T>, Option<String>), Failed> {
    let (limit, after) = (paging.limit()? as usize, paging.after::<String>()?);
    let mut rest: Vec<(String, T)> = all.into_iter().map(|item| (name(&item), item)).collect();
    rest.retain(|(name, _)| after.as_ref().is_none_or(|after| name > after));
    rest.sort_by(|(a, _), (b, _)| a.cmp(b));
    let has_more = rest.len() > limit;
    rest.truncate(limit);
    let next = rest.last().filter(|_| has_more).map(|(name, _)| cursor(name));
    Ok((rest.into_iter().map(|(_, item)| item).collect(), next))
}

/// A list: its struct, as every list of the API has it.
macro_rules! list {
    ($name:ident, $item:ident, $about:literal) => {
        #[doc = $about]
        #[derive(Debug, ::serde::Serialize, ::utoipa::ToSchema)]
        pub(super) struct $name {
            /// What is on this page.
            items: Vec<$item>,
            /// Asks for the next page, as `?cursor=`; `null` on the last one.
            next_cursor: Option<String>,
        }
    };
}

pub(super) use list;

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(cursor: Option<&str>, limit: Option<u32>) -> Paging {
        Paging { cursor: cursor.map(str::to_owned), limit }
    }

    #[test]
    fn pages_follow_each_other_without_gaps() {
        let names = ["c", "a", "e", "b", "d"];
        let mut seen = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let asked = paging(next.as_deref(), Some(2));
            let (items, more) = page(names.to_vec(), &asked, |name| (*name).to_owned()).unwrap();
            assert!(items.len() <= 2);
            seen.extend(items);
            next = more;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn a_cursor_is_only_what_a_page_gave() {
        assert_eq!(paging(Some(&cursor("佐藤 美佳")), None).after::<String>().unwrap().as_deref(), Some("佐藤 美佳"));
        assert_eq!(paging(Some(&cursor(-12)), None).after::<i64>().unwrap(), Some(-12));
        assert_eq!(paging(Some(""), None).after::<i64>().unwrap(), None);
        for bad in ["a", "!!!!", "Zm9v", "____"] {
            assert!(paging(Some(bad), None).after::<i64>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_page_has_one_to_a_hundred_rows() {
        assert_eq!(paging(None, None).limit().unwrap(), 50);
        assert_eq!(paging(None, Some(100)).limit().unwrap(), 100);
        assert!(paging(None, Some(0)).limit().is_err());
        assert!(paging(None, Some(101)).limit().is_err());
    }
}
