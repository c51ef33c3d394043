//! Set up the second factor: show the secret to an authenticator app, and prove by a code that it has it.

use std::fmt::Write as _;

use leptos::prelude::*;

use crate::data::desk::{DeskContext, TotpPage};
use crate::i18n::Text;
use crate::parts::desk_lists::CopyBlock;
use crate::parts::form::{FormErrors, Submit, TextField};

/// Squares of white around the picture, without which cameras do not find it (ISO/IEC 18004: four).
const QUIET: usize = 4;

/// The page.
#[component]
pub fn TotpView(
    /// What it is rendered from.
    context: DeskContext,
    /// The secret in all its forms.
    page: TotpPage,
) -> impl IntoView {
    let text = context.text();
    view! {
        <main id="content" class="desk narrow">
            <p class="back"><a href="/desk/account">{text.get("account-back")}</a></p>
            <h1>{text.get("totp-title")}</h1>
            <p class="description">{text.get("totp-text")}</p>
            <section aria-labelledby="totp-secret">
                <h2 id="totp-secret">{text.get("totp-secret-title")}</h2>
                <p>{text.get("totp-scan")}</p>
                {picture(&page.squares, &text)}
                <p><a class="act" href=page.link>{text.get("totp-link")}</a></p>
                <CopyBlock label=text.get("totp-type") value=page.secret/>
            </section>
            <section aria-labelledby="totp-code">
                <h2 id="totp-code">{text.get("totp-code-title")}</h2>
                <form method="post" action="/desk/account/totp">
                    <FormErrors form=page.form.clone() text=text.clone()/>
                    <TextField
                        form=page.form
                        name="code"
                        label=text.get("totp-code")
                        hint=text.get("totp-code-hint")
                        kind="digits"
                        autocomplete="one-time-code"
                        is_required=true
                    />
                    <Submit label=text.get("totp-submit")/>
                </form>
            </section>
        </main>
    }
}

/// The dark squares, those that stand side by side as one.
fn path(squares: &[Vec<bool>]) -> String {
    let mut path = String::new();
    for (y, row) in squares.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                // A String takes any write.
                let _ = write!(path, "M{x} {y}h{0}v1h-{0}z", run.len());
            }
            x += run.len();
        }
    }
    path
}

/// Dark on white in every theme: not every camera reads it the other way round.
fn picture(squares: &[Vec<bool>], text: &Text) -> impl IntoView + use<> {
    let side = squares.len() + 2 * QUIET;
    let view_box = format!("-{QUIET} -{QUIET} {side} {side}");
    let paper = format!("M-{QUIET} -{QUIET}h{side}v{side}h-{side}z");
    view! {
        <svg class="qr" viewBox=view_box shape-rendering="crispEdges" role="img" aria-label=text.get("totp-picture")>
            <path fill="#fff" d=paper/>
            <path fill="#000" d=path(squares)/>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_side_by_side_are_drawn_as_one() {
        let squares = [vec![true, true, false, true], vec![false; 4], vec![false, true, true, true]];
        assert_eq!(path(&squares), "M0 0h2v1h-2zM3 0h1v1h-1zM1 2h3v1h-3z");
        assert_eq!(path(&[]), "");
    }

    #[test]
    fn every_dark_square_is_drawn_and_no_light_one() {
        let squares: Vec<Vec<bool>> = (0..21_usize).map(|y| (0..21_usize).map(|x| (x * x + y * 3) % 5 < 2).collect()).collect();
        let mut drawn = vec![vec![false; 21]; 21];
        for run in path(&squares).split_terminator('z') {
            let (place, shape) = run.trim_start_matches('M').split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = shape.split('v').next().unwrap().parse().unwrap();
            drawn[y][x..x + length].fill(true);
        }
        assert_eq!(drawn, squares);
    }
}
