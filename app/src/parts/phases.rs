//! Where the time of one check went: name, connection, encryption, waiting, reading.

use domain::probe::observation::Phases;
use leptos::prelude::*;

use crate::format;
use crate::i18n::Text;

/// A bar of the phases and a list of their lengths. Nothing when no phase was measured.
#[component]
pub fn PhaseBar(
    /// As the check saw them.
    phases: Phases,
    /// The words.
    text: Text,
) -> impl IntoView {
    let measured: Vec<(&str, u64)> = phases.labelled().into_iter().filter_map(|(name, us)| Some((name, us?))).collect();
    let whole: u64 = measured.iter().map(|(_, us)| us).sum();
    (whole > 0).then(|| {
        let mut from = 0;
        let parts = measured.iter().map(|(name, us)| {
            let (x, width) = (from * 1000 / whole, us * 1000 / whole);
            from += us;
            view! { <rect class=format!("phase-{name}") x=x.to_string() width=width.to_string() height="8"/> }
        });
        let parts = parts.collect_view();
        let items = measured.iter().map(|(name, us)| {
            view! { <li class=format!("phase-{name}")>{text.get(&format!("phase-{name}"))} " " <b>{format::duration(&text, *us)}</b></li> }
        });
        view! {
            <div class="phases">
                <svg viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">{parts}</svg>
                <ul>{items.collect_view()}</ul>
            </div>
        }
    })
}
