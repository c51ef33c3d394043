//! `make budget`: weighs what a visitor's browser loads, of a site with sample data, and fails when a limit is broken.

use std::process::ExitCode;

use tempfile::TempDir;
use tests::sample::{self, Story};
use tests::target::Target;
use tests::weight::{self, Part, Weight};

/// Everything that is needed to read the page, in bytes: one initial TCP window, so that it can be read after one round trip.
const FIRST_VISIT_AIM: usize = 14_600;
/// Two windows; more is never needed.
const FIRST_VISIT_MAX: usize = 25_000;
/// By how much each component more may make the page grow, in bytes: less than half a kilobyte.
const GROWTH_MAX: usize = 499;
/// The page of a component with what it needs, in bytes.
const COMPONENT_PAGE_MAX: usize = 25_000;
/// WASM and its glue, in bytes.
const ISLANDS_AIM: usize = 85_000;
/// With it a whole first visit stays under the lightest of the peers, which has no history.
const ISLANDS_MAX: usize = 95_000;
/// The editor of postmortems with all that it is made of, in bytes.
const EDITOR_MAX: usize = 160_000;
/// Components of the page whose first visit counts, and of the one that shows how it grows.
const FEW: usize = 20;
const MANY: usize = 120;
const LANGUAGES: [&str; 2] = ["en", "ja"];

/// One line of the table.
struct Line {
    what: String,
    bytes: usize,
    aim: Option<usize>,
    limit: Option<usize>,
}

impl Line {
    fn new(what: impl Into<String>, bytes: usize) -> Self {
        Self { what: what.into(), bytes, aim: None, limit: None }
    }

    fn aim(self, aim: usize) -> Self {
        Self { aim: Some(aim), ..self }
    }

    fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    fn is_broken(&self) -> bool {
        self.limit.is_some_and(|limit| self.bytes > limit)
    }

    fn verdict(&self) -> &'static str {
        if self.is_broken() {
            "OVER THE LIMIT"
        } else if self.aim.is_some_and(|aim| self.bytes > aim) {
            "over the aim"
        } else {
            ""
        }
    }
}

/// What was weighed of one site.
struct Site {
    /// The front page, by language.
    fronts: [Weight; 2],
    /// The heaviest page of a component, and which it is.
    heaviest: (Weight, String),
}

async fn weigh(components: usize) -> Site {
    let target = Target::start().await;
    let folder = TempDir::new().expect("a temporary folder can be made");
    let config = sample::config(components, Story::Mixed, &target.url());
    sample::prepare(folder.path(), &config, Story::Mixed).await;
    let running = sample::serve(folder.path()).await;
    let base = format!("http://{}", running.address);
    let http = tests::http::client().build().expect("a client without TLS always builds");
    let [en, ja] = LANGUAGES.map(|language| format!("/{language}/"));
    let fronts = [weight::of_page(&http, &base, &en).await, weight::of_page(&http, &base, &ja).await];
    let mut heaviest = (Weight::default(), String::new());
    // Those that have names, and one of everything that a component can be.
    for index in 0..components.min(FEW) {
        for language in LANGUAGES {
            let path = format!("/{language}/components/{}", sample::slug(index));
            let page = weight::of_page(&http, &base, &path).await;
            if page.total() > heaviest.0.total() {
                heaviest = (page, path);
            }
        }
    }
    running.stop().await;
    Site { fronts, heaviest }
}

fn front_lines(few: &Site, many: &Site) -> Vec<Line> {
    let mut lines = Vec::new();
    for ((language, few), many) in LANGUAGES.iter().zip(&few.fronts).zip(&many.fronts) {
        lines.push(Line::new(format!("/{language}/ with {FEW} components: the page"), few.document));
        lines.push(Line::new(format!("/{language}/ with {FEW} components: the page, not compressed"), few.document_plain));
        for (part, name) in
            [(Part::Style, "style"), (Part::Script, "scripts"), (Part::Icon, "the icon"), (Part::Image, "pictures")]
        {
            lines.push(Line::new(format!("/{language}/ with {FEW} components: {name}"), few.of(part)));
        }
        let whole = format!("/{language}/ with {FEW} components: first visit");
        lines.push(Line::new(whole, few.total()).aim(FIRST_VISIT_AIM).limit(FIRST_VISIT_MAX));
        lines.push(Line::new(format!("/{language}/ with {MANY} components: first visit"), many.total()));
        let growth = many.total().saturating_sub(few.total()).div_ceil(MANY - FEW);
        lines.push(Line::new(format!("/{language}/ grows per component by"), growth).limit(GROWTH_MAX));
    }
    lines
}

fn print(lines: &[Line]) {
    let width = lines.iter().map(|line| line.what.chars().count()).max().unwrap_or(0);
    let number = |value: Option<usize>| value.map_or_else(String::new, |value| value.to_string());
    let [what, now, aim, limit] = ["bytes, brotli", "now", "aim", "limit"];
    println!("{what:<width$}  {now:>8}  {aim:>8}  {limit:>8}");
    for line in lines {
        let (aim, limit) = (number(line.aim), number(line.limit));
        println!("{:<width$}  {:>8}  {aim:>8}  {limit:>8}  {}", line.what, line.bytes, line.verdict());
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let (few, many) = (weigh(FEW).await, weigh(MANY).await);
    let mut lines = front_lines(&few, &many);
    for (site, components) in [(&few, FEW), (&many, MANY)] {
        let (page, path) = &site.heaviest;
        let what = format!("the heaviest page of a component, of {components}: {path}");
        lines.push(Line::new(what, page.total()).aim(FIRST_VISIT_AIM).limit(COMPONENT_PAGE_MAX));
    }
    let [module, glue] = ["wasm", "js"].map(|role| weight::built(role).brotli as usize);
    lines.push(Line::new("WASM", module));
    lines.push(Line::new("its glue", glue));
    lines
        .push(Line::new("WASM and its glue, loaded when the browser is idle", module + glue).aim(ISLANDS_AIM).limit(ISLANDS_MAX));
    let editor = weight::built("editor_script").brotli as usize;
    lines.push(Line::new("the editor of postmortems, on its page alone", editor).limit(EDITOR_MAX));
    print(&lines);
    let mut broken: Vec<String> = lines
        .iter()
        .filter(|line| line.is_broken())
        .map(|line| format!("{} is {} bytes, {} are allowed", line.what, line.bytes, line.limit.unwrap_or_default()))
        .collect();
    if few.fronts.iter().any(|front| front.of(Part::Style) == 0) {
        broken.push("the page names no style sheet: `make assets` comes before this".to_owned());
    }
    for problem in &broken {
        eprintln!("budget: {problem}");
    }
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
