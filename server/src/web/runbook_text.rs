//! A version of a runbook as it is read: the same pieces for public pages, the desk and runs.

use std::collections::HashMap;

use app::data::runbook::{AnswerText, BlockText, CodePiece, PartText, RunbookText, SectionText, StepText};
use domain::runbook::params::{self, Param, Piece, Values};
use domain::runbook::{Block, Document, Part, Step, StepId};
use domain::text::Language;

use super::runbook_markdown::{Leads, html, line, plain};
use crate::service::runbooks::Edition;

/// What a text is made with.
pub(in crate::web) struct Making<'m> {
    /// The document.
    pub(in crate::web) document: &'m Document,
    /// Where names of runbooks lead.
    pub(in crate::web) leads: &'m Leads<'m>,
    /// Values to fill in.
    pub(in crate::web) values: &'m Values,
}

/// A version in a language, with what is known of it.
pub(in crate::web) fn of_edition(edition: &Edition, language: Language, leads: &Leads<'_>) -> RunbookText {
    let (found, text) = edition.in_language(language);
    let values = Values::new();
    let making = Making { document: &text.document, leads, values: &values };
    RunbookText {
        slug: edition.head.runbook.to_string(),
        title: edition.title(language),
        language: if found == language { "" } else { found.tag() },
        version: edition.head.number,
        ..making.text(language)
    }
}

impl Making<'_> {
    /// The whole of it. Slug, version and whether the language is another one are for others to say.
    pub(in crate::web) fn text(&self, language: Language) -> RunbookText {
        let front = &self.document.front;
        let sections = self.document.sections.iter().map(|section| SectionText {
            kind: section.kind,
            heading: section.heading.clone(),
            parts: self.parts(&section.parts),
        });
        RunbookText {
            slug: front.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            title: front.title.as_ref().map(|title| title.get(language).to_owned()).unwrap_or_default(),
            language: "",
            version: 0,
            estimated_minutes: front.estimated.map(|estimated| estimated.as_secs().div_ceil(60)),
            needs: front.needs.clone(),
            applies_to: front.applies_to.clone(),
            alerts: front.alerts.clone(),
            sections: sections.filter(|section| !section.parts.is_empty() || !section.heading.is_empty()).collect(),
        }
    }

    /// The parts of a section, steps with those below them.
    pub(in crate::web) fn parts(&self, parts: &[Part]) -> Vec<PartText> {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Part::Prose { markdown, .. } => {
                    let html = html(markdown, self.leads);
                    if !html.trim().is_empty() {
                        all.push(PartText::Prose(html));
                    }
                }
                Part::Step(place) => self.step_and_below(*place, &mut all),
            }
        }
        all
    }

    fn step_and_below(&self, place: usize, all: &mut Vec<PartText>) {
        let Some(step) = self.document.steps.get(place) else { return };
        all.push(PartText::Step(Box::new(self.step(step))));
        for child in self.document.children(place) {
            self.step_and_below(child, all);
        }
    }

    fn title_of(&self, id: &StepId) -> String {
        self.document.step(id).map_or_else(|| id.to_string(), |step| plain(&step.title))
    }

    fn step(&self, step: &Step) -> StepText {
        let flags = &step.flags;
        let words = answer_words(step);
        let answers = flags.decision.iter().flat_map(|decision| &decision.answers).map(|(answer, target)| AnswerText {
            answer: answer.clone(),
            words: words.get(answer.as_str()).cloned().unwrap_or_default(),
            leads_to: self.title_of(target),
        });
        let when = flags.when.as_ref().map(|(id, answer)| {
            let decision = self.document.step(id);
            let words = decision.map(answer_words).and_then(|words| words.get(answer.as_str()).cloned());
            (self.title_of(id), words.unwrap_or_else(|| answer.clone()))
        });
        StepText {
            id: step.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            depth: step.depth,
            title_html: line(&step.title, self.leads),
            title: plain(&step.title),
            blocks: step.blocks.iter().filter_map(|block| self.block(block, &words)).collect(),
            risk: flags.risk,
            is_critical: flags.is_critical,
            is_two_person: flags.is_two_person,
            timer_s: flags.timer.map(|timer| timer.as_secs()),
            needs: flags.needs.clone(),
            undo: flags.undo.as_ref().map(|id| self.title_of(id)),
            verify: flags.verify.clone(),
            answers: answers.collect(),
            when,
        }
    }

    fn block(&self, block: &Block, answers: &HashMap<String, String>) -> Option<BlockText> {
        Some(match block {
            Block::Prose { markdown, .. } => {
                // The words of answers stand on their buttons.
                let is_answer = |line: &str| answer_line(line).is_some_and(|(answer, _)| answers.contains_key(answer));
                let kept: Vec<&str> = markdown.lines().filter(|line| !is_answer(line)).collect();
                let html = html(&kept.join("\n"), self.leads);
                if html.trim().is_empty() {
                    return None;
                }
                BlockText::Prose(html)
            }
            Block::Expect { text, .. } => BlockText::Expect(text.trim_end().to_owned()),
            Block::Code { language, code, .. } => {
                let pieces = params::fill(language.as_deref(), code, self.params(), self.values);
                let copy = params::copyable(language.as_deref(), &pieces);
                let pieces = pieces.into_iter().map(|piece| match piece {
                    Piece::Text(text) => CodePiece::Text(text),
                    Piece::Value { text, .. } => CodePiece::Value(text),
                    Piece::Missing(name) => CodePiece::Missing(name),
                    Piece::Secret { variable, .. } => CodePiece::Secret(variable),
                });
                BlockText::Code { language: language.clone().unwrap_or_default(), pieces: pieces.collect(), copy }
            }
        })
    }

    fn params(&self) -> &[Param] {
        &self.document.front.params
    }
}

/// What a line says of an answer: `- ` with the answer as code, a colon, and words.
fn answer_line(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix(['-', '*', '+'])?.trim_start().strip_prefix('`')?;
    let (answer, rest) = rest.split_once('`')?;
    let words = rest.trim_start().strip_prefix([':', '：'])?.trim();
    (!words.is_empty()).then_some((answer, words))
}

/// The words of a decision's answers, where its text has them.
fn answer_words(step: &Step) -> HashMap<String, String> {
    let Some(decision) = &step.flags.decision else { return HashMap::new() };
    let lines = step.blocks.iter().filter_map(|block| match block {
        Block::Prose { markdown, .. } => Some(markdown.lines()),
        _ => None,
    });
    let all = lines.flatten().filter_map(answer_line);
    let known = all.filter(|(answer, _)| decision.answers.iter().any(|(known, _)| known == answer));
    known.map(|(answer, words)| (answer.to_owned(), plain(words))).collect()
}

#[cfg(test)]
mod tests {
    use domain::runbook::parse::parse;

    use super::*;

    const SOURCE: &str = "---\nid: a-b\ntitle: { ja: \"壱\", en: \"One\" }\nlang: en\nparams:\n  - { name: node, required: true }\n---\n# a-b\n\n\
        ## Diagnosis\n\nLook *first*.\n\n- [ ] Which `one`? <!-- s:which decision held=act lost=act -->\n  Say it.\n  - `held`: there is a **leader**\n  \
        - `lost`: none\n- [ ] Act <!-- s:act risk=high when=which:held undo=back -->\n  ```sh\n  drain {{node}}\n  ```\n  ```expect\n  drained\n  ```\n\
        - [ ] Back <!-- s:back -->\n";

    fn text(values: &Values) -> RunbookText {
        let document = parse(SOURCE);
        Making { document: &document, leads: &|_| None, values }.text(Language::Ja)
    }

    fn steps(text: &RunbookText) -> Vec<&StepText> {
        let parts = text.sections.iter().flat_map(|section| &section.parts);
        parts.filter_map(|part| if let PartText::Step(step) = part { Some(&**step) } else { None }).collect()
    }

    #[test]
    fn answers_have_their_words_on_their_buttons_and_nowhere_else() {
        let text = text(&Values::new());
        assert_eq!(text.title, "壱");
        let which = steps(&text)[0];
        let words: Vec<_> =
            which.answers.iter().map(|one| (one.answer.as_str(), one.words.as_str(), one.leads_to.as_str())).collect();
        assert_eq!(words, [("held", "there is a leader", "Act"), ("lost", "none", "Act")]);
        assert_eq!(which.blocks, [BlockText::Prose("<p>Say it.</p>\n".to_owned())]);
        assert_eq!(which.title_html, "Which <code>one</code>?");
        let act = steps(&text)[1];
        assert_eq!(act.when, Some(("Which one?".to_owned(), "there is a leader".to_owned())));
        assert_eq!(act.undo.as_deref(), Some("Back"));
    }

    #[test]
    fn a_command_is_copied_only_when_nothing_is_missing_in_it() {
        let empty = text(&Values::new());
        let BlockText::Code { copy, pieces, .. } = &steps(&empty)[1].blocks[0] else { panic!("{empty:?}") };
        assert!(copy.is_none() && pieces.contains(&CodePiece::Missing("node".to_owned())), "{pieces:?}");
        let filled = text(&Values::from([("node".to_owned(), "cp-1".to_owned())]));
        let BlockText::Code { copy, .. } = &steps(&filled)[1].blocks[0] else { panic!("{filled:?}") };
        assert_eq!(copy.as_deref().map(str::trim_end), Some("drain cp-1"));
    }
}
