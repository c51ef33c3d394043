//! Values: which are taken, and that a shell sees each as one word.

use proptest::prelude::*;

use super::place::{Place, Shell};
use super::*;

fn param(name: &str, pattern: Option<&str>) -> Param {
    Param {
        name: name.to_owned(),
        label: None,
        from: None,
        default: None,
        pattern: pattern.map(|pattern| Pattern::new(pattern).unwrap()),
        is_required: false,
        is_secret: false,
        span: 0..0,
    }
}

/// `x` takes anything, `s` is secret.
fn params() -> Vec<Param> {
    vec![param("x", Some("(?s).*")), Param { is_secret: true, ..param("my-token", None) }]
}

fn values(value: &str) -> Values {
    Values::from([("x".to_owned(), value.to_owned())])
}

/// What the copy button takes.
fn copied(language: &str, code: &str, value: &str) -> Option<String> {
    let language = Some(language).filter(|language| !language.is_empty());
    copyable(language, &fill(language, code, &params(), &values(value)))
}

/// The words of a simple command, as POSIX reads them. None: it holds something that is more than words.
fn shell_words(command: &str) -> Option<Vec<String>> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut signs = command.chars();
    while let Some(c) = signs.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match signs.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(signs.next()?),
            ' ' => words.extend(word.take()),
            c if c.is_alphanumeric() || "._:/@-%=+,".contains(c) => word.get_or_insert_default().push(c),
            _ => return None,
        }
    }
    words.extend(word);
    Some(words)
}

#[test]
fn a_pattern_speaks_of_the_whole_value() {
    for (pattern, good, bad) in [
        ("[a-z]+", "abc", "abc1"),
        ("^a|b$", "a", "ab"),
        ("^(a|b)$", "b", "ab"),
        ("(?m)^a$", "a", "a\na"),
        ("[0-9]{1,3}(\\.[0-9]{1,3}){3}", "192.0.2.1", "192.0.2"),
    ] {
        let pattern = Pattern::new(pattern).unwrap();
        assert!(pattern.is_match(good) && !pattern.is_match(bad), "{pattern:?}");
    }
    for bad in ["(", "a)|(b", "[z-a]", "a{100}{100}{100}{100}"] {
        assert!(matches!(Pattern::new(bad), Err(PatternError::Invalid(_))), "{bad}");
    }
    assert_eq!(Pattern::new(&"a".repeat(PATTERN_CHARS_MAX + 1)), Err(PatternError::Long));
}

#[test]
fn sources_are_known_by_their_names() {
    for name in ["labels.node", "labels._x1", "component.slug", "component.probe", "component.url", "incident.number", "site.url"]
    {
        assert_eq!(name.parse::<Source>().map(|source| source.to_string()), Ok(name.to_owned()));
    }
    for bad in [
        "",
        "labels",
        "labels.",
        "labels.a-b",
        "labels.1",
        "component.secret",
        "incident.title",
        "site.name",
        "Labels.a",
        "a.b.c",
    ] {
        assert_eq!(bad.parse::<Source>(), Err(SourceError), "{bad}");
    }
}

#[test]
fn what_breaks_a_line_or_is_not_seen_is_never_a_value() {
    let any = param("x", Some("(?s).*"));
    assert_eq!(check(&any, "a b; rm -rf /"), Ok(()));
    for bad in ["a\nb", "a\rb", "a\u{7}", "a\u{85}", "a\u{2028}b", "\u{202e}a", "a\u{200b}", "\0", "\u{1b}[2J"] {
        assert_eq!(check(&any, bad), Err(ParamError::Control), "{bad:?}");
    }
    assert_eq!(check(&any, &"あ".repeat(VALUE_CHARS_MAX)), Ok(()));
    assert_eq!(check(&any, &"あ".repeat(VALUE_CHARS_MAX + 1)), Err(ParamError::Long));
    let plain = param("x", None);
    assert_eq!(check(&plain, "https://127.0.0.1:2379"), Ok(()));
    for bad in ["", "a b", "$(id)", "`id`", "a'b", "データ"] {
        assert_eq!(check(&plain, bad), Err(ParamError::Pattern), "{bad}");
    }
    assert_eq!(check(&plain, &"a".repeat(PLAIN_CHARS_MAX + 1)), Err(ParamError::Pattern));
}

#[test]
fn values_come_from_facts_then_from_defaults_and_never_when_secret() {
    let from = |source: &str, param: Param| Param { from: Some(source.parse().unwrap()), ..param };
    let with = |default: &str, param: Param| Param { default: Some(default.to_owned()), ..param };
    let params = [
        with("fallback", from("labels.node", param("found", None))),
        with("fallback", from("labels.nobody", param("absent", None))),
        with("fallback", from("labels.empty", param("empty", None))),
        with("fallback", from("labels.hostile", param("hostile", None))),
        with("not fit", param("unfit", None)),
        from("component.port", param("port", Some("[0-9]+"))),
        from("incident.number", param("number", None)),
        from("site.url", param("site", None)),
        Param { is_secret: true, ..with("hunter2", from("labels.node", param("secret", None))) },
        param("unknown", None),
    ];
    let labels = [("node", "cp-1"), ("empty", ""), ("hostile", "; rm -rf /")];
    let facts = Facts {
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        component: [(ComponentField::Port, "443".to_owned())].into(),
        incident: Some(7),
        site_url: Some("https://status.example".to_owned()),
    };
    let expected = [
        ("absent", "fallback"),
        ("empty", "fallback"),
        ("found", "cp-1"),
        ("number", "7"),
        ("port", "443"),
        ("site", "https://status.example"),
    ];
    assert_eq!(collect(&params, &facts), Values::from(expected.map(|(name, value)| (name.to_owned(), value.to_owned()))));
}

#[test]
fn a_value_is_filled_in_as_one_word() {
    assert_eq!(copied("sh", "ping -c 3 {{x}}\n", "cp-1").unwrap(), "ping -c 3 cp-1");
    assert_eq!(copied("sh", "ping {{ x }}; id", "a'b; rm").unwrap(), r"ping 'a'\''b; rm'; id");
    assert_eq!(copied("BASH", "curl http://{{x}}:80/", "a b").unwrap(), "curl http://'a b':80/");
    assert_eq!(copied("sh", "echo {{x}}>file", "2").unwrap(), "echo '2'>file");
    assert_eq!(copied("yaml", "node: {{x}}", "cp-1").unwrap(), "node: cp-1");
    assert_eq!(copied("yaml", "node: {{x}}", "a b"), None);
    assert_eq!(copied("", "ping {{x}}", "a b"), None);
    assert_eq!(copied("sh", "ping {{x}}", "a\nb"), None);
    let missing = fill(Some("sh"), "ping {{x}} {{y}}", &params(), &Values::new());
    let text = |text: &str| Piece::Text(text.to_owned());
    assert_eq!(missing, [text("ping "), Piece::Missing("x".to_owned()), text(" {{y}}")]);
    assert_eq!(copyable(Some("sh"), &missing), None);
}

#[test]
fn braces_that_name_no_parameter_are_what_they_are() {
    let code = "docker ps --format '{{.Names}}' {{}} {{ x y }} {{X}} {{{x}}} {{x}";
    let at = code.find("{{{x").unwrap() + 1;
    assert_eq!(used(code, &params()), [("x".to_owned(), at..at + 5)]);
    let pieces = fill(Some("sh"), code, &params(), &values("v"));
    assert_eq!(copyable(Some("sh"), &pieces).unwrap(), code.replace("{{{x}}}", "{v}"));
}

#[test]
fn a_secret_is_a_variable_of_ones_own_shell() {
    let filled = |language: &str, code: &str| copied(language, code, "hunter2");
    assert_eq!(filled("sh", "curl -u me:{{my-token}} a").unwrap(), "curl -u me:\"$MY_TOKEN\" a");
    assert_eq!(filled("sh", "curl \"{{my-token}}\"").unwrap(), "curl \"$MY_TOKEN\"");
    assert_eq!(filled("yaml", "token: {{my-token}}").unwrap(), "token: $MY_TOKEN");
    let given = Values::from([("my-token".to_owned(), "hunter2".to_owned())]);
    let secret = Piece::Secret { name: "my-token".to_owned(), variable: "MY_TOKEN".to_owned() };
    assert_eq!(fill(None, "{{my-token}}", &params(), &given), [secret]);
}

#[test]
fn within_quotes_only_plain_values_stand() {
    for code in [
        "echo \"{{x}}\"",
        "echo '{{x}}'",
        "echo $'it\\'s {{x}}'",
        "echo \"$(cmd \"a{{x}}\")\"",
        "echo `{{x}}`",
        "echo `a` {{x}}",
        "cat <<EOF\n{{x}}\nEOF",
        "echo \\{{x}}",
        "echo ${{x}}",
        "# don't\necho \"it's {{x}}\"",
        "echo \"$(case a in a) echo \"{{x}}\";; esac)\"",
        "echo \"${a:-\"{{x}}\"}\"",
        "echo \"$(( {{x}} ))\"",
        "echo a\\ #\"{{x}}\"",
        "echo ${a/ #/b} \"{{x}}\"",
        "echo a \\\n# don't\necho \"it's {{x}}\"",
        // Another shell reads it once more, or there are no comments when somebody types.
        "ssh cp-1 df -h {{x}}",
        "ssh {{x}} uptime",
        "eval echo {{x}}",
        "su -c {{x}}",
        "watch ls {{x}}",
        "((a = {{x}}))",
        "# don't\nid {{x}}",
    ] {
        assert_eq!(copied("sh", code, "$(id)"), None, "{code}");
        assert_eq!(copied("sh", code, "cp-1").unwrap(), code.replace("{{x}}", "cp-1"), "{code}");
    }
    assert_eq!(copied("console", "$ a\nit's\n$ echo \"it's {{x}}\"", "$(id)"), None);
    for code in [
        "echo \"a\" {{x}}",
        "echo 'a' {{x}}",
        "ssh cp-1 uptime; df -h {{x}}",
        "sshd -t; id {{x}}",
        "# do not\nid {{x}}",
        "echo a#' {{x}} '{{x}}",
        "echo it\\'s {{x}}",
        "cat <<< a {{x}}",
        "echo \"${a} $(b 'c') \\\" it's\" {{x}}",
        "case {{x}} in a) b {{x}};; esac",
        "echo \"$(b {{x}})\"",
        "(cd a; b {{x}})",
    ] {
        let mut shell = Shell::new(false);
        let mut place = Place::Inside;
        for text in code.rsplit_once("{{x}}").unwrap().0.split("{{x}}") {
            place = shell.pass(text);
        }
        assert_eq!(place, Place::Open, "{code}");
    }
}

#[test]
fn prompts_are_not_copied() {
    let table = [
        ("sh", "$ a\n$ b\n", "a\nb"),
        ("sh", "# why\n$ a \\\n  b\n\n$ c", "# why\na \\\n  b\n\nc"),
        ("sh", "$ a\nb", "$ a\nb"),
        ("sh", "# systemctl stop a", "# systemctl stop a"),
        ("console", "# systemctl stop a\n$ b\nshown\n$ c \\\n> d\nshown", "systemctl stop a\nb\nc \\\nd"),
        ("console", "a\nb", "a\nb"),
        ("text", "$ 5\n$ 6", "$ 5\n$ 6"),
        ("sh", "", ""),
    ];
    for (language, code, expected) in table {
        assert_eq!(copied(language, code, "v").unwrap(), expected, "{code:?}");
    }
}

/// What goes into shells that is not letters.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a '\"`$(){};&|<>\\\\#!~*?あ=-]{0,12}"]
}

proptest! {
    #[test]
    fn any_text_is_one_word_when_it_is_quoted(value in hostile()) {
        prop_assert_eq!(shell_words(&quoted(&value)), Some(vec![value.clone()]));
        prop_assert_eq!(shell_words(&in_quotes(&value)), Some(vec![value]));
    }

    #[test]
    fn a_filled_command_has_the_words_of_its_author(value in hostile(), others in prop::collection::vec("[a-z]{1,4}|'[a-z \"]{0,4}'|\\{\\{x\\}\\}", 1..6)) {
        let command = others.join(" ");
        let Some(copied) = copied("sh", &command, &value) else { return Ok(()) };
        let expected: Vec<String> = others.iter().map(|word| word.replace("{{x}}", &value).replace('\'', if word == "{{x}}" { "'" } else { "" })).collect();
        prop_assert_eq!(shell_words(&copied), Some(expected));
    }

    #[test]
    fn plain_values_are_those_of_the_default_pattern(value in prop_oneof!["[A-Za-z0-9._:/@-]{0,140}", any::<String>()]) {
        let pattern = Pattern::new(DEFAULT_PATTERN).unwrap();
        prop_assert_eq!(is_plain(&value), pattern.is_match(&value));
    }

    #[test]
    fn nothing_but_placeholders_is_changed(code in "([a{} \"'`$()<#\\\\\n]|\\{\\{ ?x ?\\}\\}|あ){0,30}", language in prop::option::of("sh|console|yaml")) {
        let pieces = fill(language.as_deref(), &code, &params(), &values("v"));
        let mut rest = code.as_str();
        for piece in &pieces {
            match piece {
                Piece::Text(text) => rest = rest.strip_prefix(text.as_str()).unwrap(),
                Piece::Value { text, .. } => {
                    prop_assert!(text == "v" || text == "'v'");
                    rest = rest.split_once("}}").unwrap().1;
                }
                Piece::Missing(_) | Piece::Secret { .. } => panic!("{piece:?} of {code:?}"),
            }
        }
        prop_assert_eq!(rest, "");
        prop_assert_eq!(pieces.iter().filter(|piece| matches!(piece, Piece::Value { .. })).count(), used(&code, &params()).len());
    }

    #[test]
    fn a_hostile_value_is_never_loose(code in "([a \"'`$()<#\\\\\n]|\\{\\{x\\}\\}|case | in ){0,30}", value in "[$()`;a ]{1,6}") {
        for piece in fill(Some("sh"), &code, &params(), &values(&value)) {
            if let Piece::Value { text, .. } = piece {
                prop_assert!(is_plain(&text) || text == in_quotes(&value));
            }
        }
    }
}
