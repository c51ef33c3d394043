//! Writing a runbook: a text is looked through, its steps get ids, and it is downloaded. Runbooks are files that belong to whoever runs
//! Yagura, often under version control, so nothing is written on the server.

use app::data::desk::{DeskPage, FormState, RunbookWritePage};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use domain::account::Permission;
use domain::runbook::{SOURCE_BYTES_MAX, ids, parse};
use domain::text::{Language, Slug};

use super::super::super::runbook_rows::{desk_leads, finding_row};
use super::super::super::runbook_text::Making;
use super::super::super::{Web, alert_page};
use super::super::form::{Sent, Typed};
use super::super::show::{Answer, form_page, query};
use super::super::visit::Visit;
use super::{find, folder};

fn language_of(name: &str, visit: &Visit) -> Language {
    Language::from_tag(name).unwrap_or(visit.language)
}

/// The slug that a name of an alert suggests: `KubePodCrashLooping` is `kube-pod-crash-looping`.
fn slug_for(alert: &str) -> String {
    let mut slug = String::new();
    let mut before_is_lower = false;
    for c in alert.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && before_is_lower {
                slug.push('-');
            }
            slug.push(c.to_ascii_lowercase());
            before_is_lower = !c.is_ascii_uppercase();
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
            before_is_lower = false;
        }
    }
    let slug: String = slug.chars().take(60).collect();
    let slug = slug.trim_matches('-').to_owned();
    if slug.parse::<Slug>().is_ok() { slug } else { "new-runbook".to_owned() }
}

/// A text to begin with: everything that a runbook needs, to be written over.
fn skeleton(alert: &str, language: Language, visit: &Visit) -> (String, String) {
    let slug = slug_for(alert);
    let text = visit.text();
    let alerts = if alert.is_empty() { String::new() } else { alert.to_owned() };
    let title = if alert.is_empty() { slug.clone() } else { alert.to_owned() };
    let line = |key: &str| text.get(key);
    let source = format!(
        "---\nid: {slug}\ntitle: {{ ja: \"{title}\", en: \"{title}\" }}\nlang: {}\nalerts: [{alerts}]\ncomponents: []\nowner: ops\nreview_every: 90d\nparams: []\n---\n\
         # {slug}\n\n## Meaning\n\n{}\n\n## Impact\n\n{}\n\n## Diagnosis\n\n- [ ] {} <!-- s:look -->\n  ```sh\n  uptime\n  ```\n  ```expect\n  {}\n  ```\n\n\
         ## Mitigation\n\n- [ ] {} <!-- s:act risk=low -->\n\n## Verification\n\n- [ ] {} <!-- s:verify -->\n\n## Escalation\n\n{}\n",
        language.tag(),
        line("write-meaning"),
        line("write-impact"),
        line("write-look"),
        line("write-expect"),
        line("write-act"),
        line("write-verify"),
        line("write-escalation"),
    );
    (slug, source)
}

pub(in super::super) async fn show(State(web): State<Web>, visit: Visit) -> Answer {
    visit.caller()?.must(Permission::Read, visit.now)?;
    let language = language_of(&query(&visit, "language").unwrap_or_default(), &visit);
    let (slug, source) = if let Some(slug) = query(&visit, "slug") {
        let library = web.desk.library();
        let runbook = find(&library, &slug)?;
        let file = runbook.files.iter().find(|file| file.language == language).or_else(|| runbook.files.first());
        (slug, file.map(|file| file.source.clone()).unwrap_or_default())
    } else {
        let alert = query(&visit, "alert").filter(|alert| alert_page::is_name(alert)).unwrap_or_default();
        let (_, source) = skeleton(&alert, language, &visit);
        (String::new(), source)
    };
    let form = FormState::default().with("slug", slug).with("language", language.tag()).with("source", source);
    shown(&web, &visit, form, false).await
}

/// The name under which the text belongs into the folder.
fn file_name(form: &FormState, language: Language) -> String {
    let document = parse::parse(&form.value("source"));
    let own = document.front.id.as_ref().map(ToString::to_string);
    let slug =
        own.or_else(|| Some(form.value("slug")).filter(|slug| !slug.is_empty())).unwrap_or_else(|| "new-runbook".to_owned());
    format!("{slug}.{}.md", document.front.language.unwrap_or(language).tag())
}

async fn shown(web: &Web, visit: &Visit, form: FormState, is_checked: bool) -> Answer {
    let language = language_of(&form.value("language"), visit);
    let source = form.value("source");
    let name = file_name(&form, language);
    let library = web.desk.library();
    let (mut findings, mut preview) = (None, None);
    if is_checked {
        let document = parse::parse(&source);
        let found = web.desk.check_source(&source, None);
        findings = Some(found.iter().map(|finding| finding_row(visit.language, &source, finding)).collect());
        let values = domain::runbook::params::Values::new();
        let leads = desk_leads(&library);
        preview = Some(Making { document: &document, leads: &leads, values: &values }.text(visit.language));
    }
    let slug = Some(form.value("slug")).filter(|slug| !slug.is_empty());
    let page = RunbookWritePage { slug, folder: folder(web), file_name: name, findings, preview, form: form.clone() };
    form_page(web, visit, &form, DeskPage::RunbookWrite(Box::new(page))).await
}

pub(in super::super) async fn post(State(web): State<Web>, visit: Visit, sent: Sent) -> Answer {
    visit.caller()?.must(Permission::Read, visit.now)?;
    let typed = Typed::from(sent);
    let (does_write_ids, is_download) = (typed.has("ids"), typed.has("download"));
    let mut form = typed.state();
    let source = form.value("source");
    if source.len() > SOURCE_BYTES_MAX {
        form.refuse("source", visit.text().get("invalid-source-large"));
        return shown(&web, &visit, form, false).await;
    }
    if is_download {
        return Ok(download(&form, language_of(&form.value("language"), &visit)));
    }
    if does_write_ids {
        let written = ids::write(&source, None, &mut || getrandom::u32().unwrap_or_default());
        form.values.retain(|(name, _)| name != "source");
        form = form.with("source", written);
    }
    shown(&web, &visit, form, true).await
}

fn download(form: &FormState, language: Language) -> Response {
    let mut response = Response::new(Body::from(parse::canonical(&form.value("source"))));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/markdown; charset=utf-8"));
    let disposition = format!("attachment; filename=\"{}\"", file_name(form, language));
    headers.extend(HeaderValue::from_str(&disposition).ok().map(|value| (header::CONTENT_DISPOSITION, value)));
    response
}

#[cfg(test)]
mod tests {
    use domain::runbook::front_matter::alert_key;
    use domain::runbook::lint::{Level, lint};

    use super::*;

    #[test]
    fn a_name_of_an_alert_suggests_a_slug() {
        for (alert, slug) in [
            ("KubePodCrashLooping", "kube-pod-crash-looping"),
            ("etcdNoLeader", "etcd-no-leader"),
            ("disk_full", "disk-full"),
            ("", "new-runbook"),
            ("...", "new-runbook"),
        ] {
            assert_eq!(slug_for(alert), slug);
        }
        assert_eq!(alert_key("Disk_Full"), "disk-full");
    }

    #[test]
    fn the_text_to_begin_with_is_a_runbook_without_mistakes() {
        for language in Language::ALL {
            let mut visit = Visit::of_nobody("/desk/runbooks/write");
            visit.language = language;
            let (slug, source) = skeleton("KubePodCrashLooping", language, &visit);
            let name = format!("{slug}.{}.md", language.tag());
            let errors: Vec<_> = lint(&source, &parse::parse(&source), Some(&name));
            assert!(errors.iter().all(|finding| finding.level != Level::Error), "{errors:?}\n{source}");
        }
    }
}
