//! Reads the parameters of a head.

use std::collections::HashSet;

use super::reader::{Reader, quoted, scalar};
use crate::runbook::lint::Code;
use crate::runbook::params::{Param, Pattern, Source, check, is_name};
use crate::yaml::{Kind, Node};

/// Most parameters of one runbook. Somebody has to fill them in while something burns.
const PARAMS_MAX: usize = 50;
const KEY: &str = "params";
const EXPECTED: &str = "[{ name: …, label: …, from: …, default: …, pattern: …, required: …, secret: … }, …]";
const TEXT: &str = "text";

pub(super) fn params(reader: &mut Reader<'_>, node: &Node) -> Vec<Param> {
    if node.is_null() {
        return Vec::new();
    }
    let Kind::List(items) = &node.kind else {
        reader.wrong(KEY, EXPECTED, node);
        return Vec::new();
    };
    let mut params = Vec::new();
    // By their variables: two names that make one are as good as the same.
    let mut known = HashSet::new();
    for item in items.iter().take(PARAMS_MAX) {
        let Some(param) = param(reader, item) else { continue };
        if known.insert(param.variable()) {
            params.push(param);
        } else {
            reader.found(Code::ParamTwice, item, vec![("name", param.name)]);
        }
    }
    if let Some(item) = items.get(PARAMS_MAX) {
        reader.wrong(KEY, &format!("≤ {PARAMS_MAX}"), item);
    }
    params
}

fn param(reader: &mut Reader<'_>, node: &Node) -> Option<Param> {
    let Kind::Map(entries) = &node.kind else {
        reader.wrong(KEY, EXPECTED, node);
        return None;
    };
    let entries = reader.once(entries);
    let named = entries.iter().find(|(key, _)| key.text == "name").map(|(_, value)| *value);
    let name = named.and_then(scalar).unwrap_or_default();
    if !is_name(name) {
        reader.found(Code::ParamName, named.unwrap_or(node), vec![("name", quoted(name))]);
        return None;
    }
    let mut param = Param {
        name: name.to_owned(),
        label: None,
        from: None,
        default: None,
        pattern: None,
        is_required: false,
        is_secret: false,
        span: reader.span(node),
    };
    let mut default = None;
    let mut is_pattern_good = true;
    for (key, value) in entries {
        match key.text.as_str() {
            "name" => {}
            "label" => param.label = reader.localized("params.label", value),
            "from" => param.from = from(reader, &param.name, value),
            "default" => {
                param.default = reader.one("params.default", value, TEXT, |text| Some(text.to_owned()));
                default = Some(value);
            }
            "pattern" => match pattern(reader, &param.name, value) {
                Ok(pattern) => param.pattern = pattern,
                Err(()) => is_pattern_good = false,
            },
            "required" => param.is_required = flag(reader, "params.required", value),
            "secret" => param.is_secret = flag(reader, "params.secret", value),
            other => reader.unknown(&format!("{KEY}.{other}"), key),
        }
    }
    if let Some(node) = default {
        check_default(reader, &mut param, node, is_pattern_good);
    }
    Some(param)
}

/// A default must be a value that is taken. That of a secret would be no secret. Without a pattern that can be read nobody knows.
fn check_default(reader: &mut Reader<'_>, param: &mut Param, node: &Node, is_pattern_good: bool) {
    let Some(default) = &param.default else { return };
    if param.is_secret || (is_pattern_good && check(param, default).is_err()) {
        reader.found(Code::ParamDefault, node, vec![("name", param.name.clone())]);
        param.default = None;
    }
}

fn from(reader: &mut Reader<'_>, name: &str, node: &Node) -> Option<Source> {
    if node.is_null() {
        return None;
    }
    let value = scalar(node).unwrap_or_default();
    let source = value.parse().ok();
    if source.is_none() {
        reader.found(Code::ParamFrom, node, vec![("name", name.to_owned()), ("value", quoted(value))]);
    }
    source
}

/// The pattern, if there is one. The error: what stands there is none.
fn pattern(reader: &mut Reader<'_>, name: &str, node: &Node) -> Result<Option<Pattern>, ()> {
    if node.is_null() {
        return Ok(None);
    }
    let problem = match scalar(node).map(Pattern::new) {
        Some(Ok(pattern)) => return Ok(Some(pattern)),
        Some(Err(error)) => error.to_string(),
        None => "it is not a text".to_owned(),
    };
    reader.found(Code::ParamPattern, node, vec![("name", name.to_owned()), ("problem", problem)]);
    Err(())
}

fn flag(reader: &mut Reader<'_>, key: &str, node: &Node) -> bool {
    reader.one(key, node, "true | false", |text| text.parse().ok()).unwrap_or_default()
}
