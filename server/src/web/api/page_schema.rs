//! Schemas of the document as rows for people: each value by its path (`http.headers`, `items[].slug`), with what it is.

use serde_json::Value;

/// Deepest nesting that is told. Nothing of ours is deeper; a schema that held itself would have no end.
const DEPTH_MAX: usize = 8;
/// Longest chain of references that is followed.
const REFERENCES_MAX: usize = 16;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Where it stands.
    pub(super) path: String,
    /// What it is, in a few words with code between backticks.
    pub(super) kind: String,
    /// What it means.
    pub(super) about: String,
}

/// A schema without references before it.
struct Resolved<'a> {
    schema: &'a Value,
    is_nullable: bool,
    about: Option<&'a str>,
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> Resolved<'a> {
    let mut found = Resolved { schema, is_nullable: false, about: None };
    for _ in 0..REFERENCES_MAX {
        found.about = found.about.or(found.schema["description"].as_str());
        if let Some(address) = found.schema["$ref"].as_str() {
            let Some(named) = document.pointer(address.trim_start_matches('#')) else { break };
            found.schema = named;
        } else if let Some(choices) = found.schema["oneOf"].as_array() {
            let others: Vec<&Value> = choices.iter().filter(|choice| choice["type"] != "null").collect();
            found.is_nullable |= others.len() < choices.len();
            let [only] = others[..] else { break };
            found.schema = only;
        } else {
            break;
        }
    }
    found.is_nullable |= found.schema["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "null"));
    found
}

/// The type that is not null.
fn type_of(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or_default(),
        name => name.as_str().unwrap_or_default(),
    }
}

/// What a value is, in a few words.
fn words(document: &Value, schema: &Value) -> String {
    let Resolved { schema, is_nullable, .. } = resolve(document, schema);
    let null = if is_nullable { " or `null`" } else { "" };
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<String> = choices.iter().filter_map(Value::as_str).map(|choice| format!("`{choice}`")).collect();
        return format!("{}{null}", choices.join(", "));
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices = choices.iter().filter(|choice| choice["type"] != "null").map(|choice| words(document, choice));
        return format!("{}{null}", choices.collect::<Vec<_>>().join(" or "));
    }
    let kind = match type_of(schema) {
        "" => "anything".to_owned(),
        "array" => format!("list of: {}", words(document, &schema["items"])),
        "object" if schema["additionalProperties"].is_object() => {
            format!("object, each value: {}", words(document, &schema["additionalProperties"]))
        }
        name => match schema["format"].as_str() {
            Some(format) => format!("{name} ({format})"),
            None => name.to_owned(),
        },
    };
    format!("{kind}{null}")
}

/// Every value in a body with this schema. `says_required`: for what is sent, it is told what must be there.
pub(super) fn rows(document: &Value, schema: &Value, says_required: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    within(document, schema, "", (says_required, 0), &mut rows);
    rows
}

fn within(document: &Value, schema: &Value, path: &str, (says_required, depth): (bool, usize), rows: &mut Vec<Row>) {
    let Resolved { schema, .. } = resolve(document, schema);
    if depth > DEPTH_MAX {
        return;
    }
    if type_of(schema) == "array" {
        within(document, &schema["items"], &format!("{path}[]"), (says_required, depth + 1), rows);
        return;
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    let needed: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let required = if says_required && needed.contains(&name.as_str()) { ", required" } else { "" };
        let kind = format!("{}{required}", words(document, property));
        let about = resolve(document, property).about.unwrap_or_default().to_owned();
        rows.push(Row { path: path.clone(), kind, about });
        within(document, property, &path, (says_required, depth + 1), rows);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({"components": {"schemas": {
            "Status": {"type": "string", "enum": ["up", "down"], "description": "How it is."},
            "Check": {"type": "object", "required": ["url"], "properties": {
                "url": {"type": "string"},
                "headers": {"type": ["object", "null"], "additionalProperties": {"type": "string"}}}},
            "Loop": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Loop"}}}}}})
    }

    fn told(schema: &Value, says_required: bool) -> Vec<(String, String)> {
        rows(&document(), schema, says_required).into_iter().map(|row| (row.path, row.kind)).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(path, kind)| ((*path).to_owned(), (*kind).to_owned())).collect()
    }

    #[test]
    fn nested_values_are_told_by_their_paths() {
        let schema = json!({"type": "object", "required": ["items"], "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Check"}},
            "next_cursor": {"type": ["string", "null"]}}});
        let expected = [
            ("items", "list of: object"),
            ("items[].headers", "object, each value: string or `null`"),
            ("items[].url", "string"),
            ("next_cursor", "string or `null`"),
        ];
        assert_eq!(told(&schema, false), pairs(&expected));
    }

    #[test]
    fn choices_formats_and_what_must_be_there_are_told() {
        let schema = json!({"type": "object", "required": ["check", "at"], "properties": {
            "at": {"type": "string", "format": "date-time"},
            "check": {"$ref": "#/components/schemas/Check", "description": "What it does."},
            "status": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Status"}]},
            "text": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {}}]}}});
        let expected = [
            ("at", "string (date-time), required"),
            ("check", "object, required"),
            ("check.headers", "object, each value: string or `null`"),
            ("check.url", "string, required"),
            ("status", "`up`, `down` or `null`"),
            ("text", "string or object"),
        ];
        assert_eq!(told(&schema, true), pairs(&expected));
        let abouts: Vec<String> = rows(&document(), &schema, true).into_iter().map(|row| row.about).collect();
        assert_eq!((abouts[1].as_str(), abouts[4].as_str()), ("What it does.", "How it is."));
    }

    #[test]
    fn what_holds_itself_has_an_end() {
        assert!(told(&json!({"$ref": "#/components/schemas/Loop"}), false).len() <= DEPTH_MAX + 1);
        assert!(told(&json!({"$ref": "#/components/schemas/None"}), false).is_empty());
    }
}
