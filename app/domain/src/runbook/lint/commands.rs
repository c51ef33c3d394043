//! Parameters where they are used: in commands.

use std::collections::{HashMap, HashSet};

use super::{Code, Finding, Text, dash, flags_span, shell};
use crate::runbook::params::{DEFAULT_PATTERN, Param, Pattern};
use crate::runbook::{Block, Span};

pub(super) fn look(text: &Text<'_>, found: &mut Vec<Finding>) {
    let params = &text.document.front.params;
    let mut commands = Commands {
        known: params.iter().map(|param| (param.name.as_str(), param)).collect(),
        used: HashSet::new(),
        dashed: HashSet::new(),
    };
    for step in &text.document.steps {
        for placeholder in step.flags.verify.as_deref().map(shell::placeholders).unwrap_or_default() {
            commands.look_at_name(placeholder.name, flags_span(step), found);
        }
        for block in &step.blocks {
            let Block::Code { language, code, span } = block else { continue };
            match language.as_deref().filter(|language| shell::is_shell(language)) {
                Some(language) => commands.look_at_shell(text, language, code, span, found),
                None => commands.used.extend(shell::placeholders(code).into_iter().map(|placeholder| placeholder.name)),
            }
        }
    }
    let unused = params.iter().filter(|param| !commands.used.contains(param.name.as_str()));
    found.extend(unused.map(|param| Finding::new(Code::ParamUnused, param.span.clone(), name_of(&param.name))));
}

fn name_of(name: &str) -> Vec<(&'static str, String)> {
    vec![("name", name.to_owned())]
}

struct Commands<'a> {
    /// Parameters by name; the last, where two have one.
    known: HashMap<&'a str, &'a Param>,
    used: HashSet<&'a str>,
    /// Of which it was said already that they may begin with `-`. Once each is enough.
    dashed: HashSet<&'a str>,
}

impl<'a> Commands<'a> {
    /// A placeholder in a place where only a parameter can be meant.
    fn look_at_name(&mut self, name: &'a str, span: Span, found: &mut Vec<Finding>) {
        self.used.insert(name);
        if !self.known.contains_key(name) {
            found.push(Finding::new(Code::ParamUnknown, span, name_of(name)));
        }
    }

    fn look_at_shell(&mut self, text: &Text<'a>, language: &str, code: &'a str, span: &Span, found: &mut Vec<Finding>) {
        let uses = shell::read(code, shell::has_prompts(language)).uses;
        if uses.is_empty() {
            return;
        }
        let places = Places::new(text, span, code);
        for (placeholder, context) in uses {
            let (name, span) = (placeholder.name, places.in_source(&placeholder.span));
            self.look_at_name(name, span.clone(), found);
            let Some(param) = self.known.get(name).copied() else { continue };
            // A secret is a variable of the shell, which double quotes suit well.
            let is_inside = match context {
                shell::Context::Double | shell::Context::Document => !param.is_secret,
                shell::Context::Single => true,
                shell::Context::Bare { .. } | shell::Context::Comment => false,
            };
            let begins_argument = context == shell::Context::Bare { begins_argument: true };
            if is_inside {
                found.push(Finding::new(Code::ParamInQuotes, span, name_of(name)));
            } else if begins_argument && may_be_an_option(param) && self.dashed.insert(name) {
                found.push(Finding::new(Code::ParamDash, span, name_of(name)));
            }
        }
    }
}

fn may_be_an_option(param: &Param) -> bool {
    let pattern = param.pattern.as_ref().map_or(DEFAULT_PATTERN, Pattern::as_str);
    !param.is_secret && dash::may_begin_with_dash(pattern)
}

/// Finds what stands in the code of a block in the source, where its lines are indented: by counting `{{` from its beginning.
struct Places<'a> {
    code: &'a str,
    source: &'a str,
    in_code: Vec<usize>,
    in_source: Vec<usize>,
    block: Span,
}

impl<'a> Places<'a> {
    fn new(text: &Text<'a>, block: &Span, code: &'a str) -> Self {
        let source = text.slice(block);
        let is_fenced = source.trim_start().starts_with(['`', '~']);
        let first_line = source.find('\n').filter(|_| is_fenced).map_or(0, |end| end + 1);
        let marks = |text: &str| text.match_indices("{{").map(|(at, _)| at).collect::<Vec<usize>>();
        let in_source = marks(&source[first_line..]).into_iter().map(|at| first_line + at).collect();
        Self { code, source, in_code: marks(code), in_source, block: block.clone() }
    }

    fn in_source(&self, span: &Span) -> Span {
        self.find(span).unwrap_or_else(|| self.block.clone())
    }

    fn find(&self, span: &Span) -> Option<Span> {
        let mark = self.in_code.partition_point(|at| *at <= span.start).checked_sub(1)?;
        let start = self.in_source.get(mark)? + (span.start - self.in_code[mark]);
        let is_same = self.source.get(start..start + span.len())? == &self.code[span.clone()];
        is_same.then(|| self.block.start + start..self.block.start + start + span.len())
    }
}
