//! A shell command, read as far as it matters where a placeholder stands: in quotes, in a comment, at the beginning of an argument.

use crate::runbook::Span;

/// True for languages of blocks that are typed into a shell.
pub(super) fn is_shell(language: &str) -> bool {
    ["sh", "bash", "shell", "zsh", "console"].iter().any(|shell| language.eq_ignore_ascii_case(shell))
}

/// True for blocks whose lines begin with a prompt, so that `#` at the beginning is no comment.
pub(super) fn has_prompts(language: &str) -> bool {
    language.eq_ignore_ascii_case("console")
}

/// `{{name}}`, spaces inside allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placeholder<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
}

/// Every placeholder of a text. `{{.Name}}` and the like, which templates of Go have, are none.
pub(super) fn placeholders(text: &str) -> Vec<Placeholder<'_>> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find("{{")).map(|open| at + open) {
        if let Some(placeholder) = placeholder_at(text, open) {
            at = placeholder.span.end;
            all.push(placeholder);
        } else {
            at = open + 1;
        }
    }
    all
}

fn placeholder_at(text: &str, open: usize) -> Option<Placeholder<'_>> {
    let inner = text.get(open..)?.strip_prefix("{{")?.trim_start_matches(' ');
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let behind = inner.trim_start_matches(is_of_name);
    let name = &inner[..inner.len() - behind.len()];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let rest = behind.trim_start_matches(' ').strip_prefix("}}")?;
    Some(Placeholder { name, span: open..text.len() - rest.len() })
}

/// Where in a command a placeholder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Outside of quotes.
    Bare {
        /// True at the beginning of an argument that may be taken for an option.
        begins_argument: bool,
    },
    /// In double quotes.
    Double,
    /// In single quotes.
    Single,
    /// In the body of a here-document.
    Document,
    /// In a comment.
    Comment,
}

/// What was read of a command.
#[derive(Debug, Default)]
pub(super) struct Shell<'a> {
    /// Placeholders in order.
    pub(super) uses: Vec<(Placeholder<'a>, Context)>,
    /// Comments in order, without their line breaks.
    pub(super) comments: Vec<Span>,
}

/// Reads a block of shell code.
pub(super) fn read(code: &str, has_prompts: bool) -> Shell<'_> {
    let mut reader = Reader {
        code,
        has_prompts,
        at: 0,
        frames: vec![Frame::Command { closer: None, has_ended_options: false }],
        documents: Vec::new(),
        shell: Shell::default(),
    };
    reader.run();
    reader.shell
}

/// The code without its comments, empty lines and spaces at the ends of lines.
pub(super) fn without_comments(code: &str, has_prompts: bool) -> String {
    let mut kept = String::new();
    let mut at = 0;
    for comment in read(code, has_prompts).comments {
        kept.push_str(code.get(at..comment.start).unwrap_or_default());
        at = comment.end;
    }
    kept.push_str(code.get(at..).unwrap_or_default());
    let lines: Vec<&str> = kept.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// What surrounds the place that is read.
enum Frame {
    /// Commands: the whole, or what stands in `$(…)`, `(…)` or backticks until their closer.
    Command { closer: Option<u8>, has_ended_options: bool },
    /// Double quotes.
    Double,
}

struct Reader<'a> {
    code: &'a str,
    has_prompts: bool,
    at: usize,
    frames: Vec<Frame>,
    /// Here-documents whose bodies begin on the next line: what ends them, and whether tabs may stand before that.
    documents: Vec<(String, bool)>,
    shell: Shell<'a>,
}

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.byte(0) {
            if let Some(placeholder) = placeholder_at(self.code, self.at) {
                let context = self.context();
                self.at = placeholder.span.end;
                self.shell.uses.push((placeholder, context));
            } else if matches!(self.frames.last(), Some(Frame::Double)) {
                self.in_double(byte);
            } else {
                self.in_command(byte);
            }
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.code.as_bytes().get(self.at + ahead).copied()
    }

    fn context(&self) -> Context {
        match self.frames.last() {
            Some(Frame::Double) => Context::Double,
            Some(Frame::Command { has_ended_options: true, .. }) => Context::Bare { begins_argument: false },
            _ => Context::Bare { begins_argument: self.begins_word() && !self.is_redirected() },
        }
    }

    fn begins_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.code.as_bytes().get(at));
        before.is_none_or(|byte| byte.is_ascii_whitespace() || b";|&()`".contains(byte))
    }

    /// True behind `>` or `<`: a file, not an argument.
    fn is_redirected(&self) -> bool {
        let before = self.code.get(..self.at).unwrap_or_default();
        before.trim_end_matches([' ', '\t']).ends_with(['>', '<'])
    }

    fn in_double(&mut self, byte: u8) {
        match byte {
            b'\\' => self.skip_escaped(),
            b'"' => self.close(),
            b'$' if self.byte(1) == Some(b'(') => self.open(b')', 2),
            b'`' => self.open(b'`', 1),
            _ => self.at += 1,
        }
    }

    fn in_command(&mut self, byte: u8) {
        match byte {
            b'\\' => self.skip_escaped(),
            b'\'' => self.single(),
            b'"' => {
                self.frames.push(Frame::Double);
                self.at += 1;
            }
            b'$' if self.byte(1) == Some(b'(') => self.open(b')', 2),
            b'(' => self.open(b')', 1),
            b'`' if !self.is_closed_by(b'`') => self.open(b'`', 1),
            b')' | b'`' if self.is_closed_by(byte) => self.close(),
            b'#' if self.begins_word() && !self.is_prompt() => self.comment(),
            b'<' if self.byte(1) == Some(b'<') => self.here(),
            b'-' if self.begins_word() && self.is_end_of_options() => {
                self.set_ended_options(true);
                self.at += 2;
            }
            b'\n' => {
                self.set_ended_options(false);
                self.at += 1;
                self.bodies();
            }
            b';' | b'|' | b'&' => {
                self.set_ended_options(false);
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    fn open(&mut self, closer: u8, length: usize) {
        self.frames.push(Frame::Command { closer: Some(closer), has_ended_options: false });
        self.at += length;
    }

    fn close(&mut self) {
        // The outermost frame is never closed.
        if self.frames.len() > 1 {
            self.frames.pop();
        }
        self.at += 1;
    }

    fn is_closed_by(&self, byte: u8) -> bool {
        matches!(self.frames.last(), Some(Frame::Command { closer: Some(closer), .. }) if *closer == byte)
    }

    fn is_end_of_options(&self) -> bool {
        self.byte(1) == Some(b'-') && self.byte(2).is_none_or(|byte| byte.is_ascii_whitespace())
    }

    fn set_ended_options(&mut self, value: bool) {
        if let Some(Frame::Command { has_ended_options, .. }) = self.frames.last_mut() {
            *has_ended_options = value;
        }
    }

    fn is_prompt(&self) -> bool {
        let is_line_start = self.at == 0 || self.code.as_bytes().get(self.at - 1) == Some(&b'\n');
        self.has_prompts && is_line_start && self.byte(1) == Some(b' ')
    }

    /// A backslash and what it escapes, but never half of a placeholder: that is filled in all the same.
    fn skip_escaped(&mut self) {
        self.at += if self.byte(1) == Some(b'{') { 1 } else { 2 };
    }

    fn single(&mut self) {
        let has_escapes = self.at.checked_sub(1).and_then(|at| self.code.as_bytes().get(at)) == Some(&b'$');
        let mut end = self.at + 1;
        while let Some(byte) = self.code.as_bytes().get(end) {
            end += 1;
            match byte {
                b'\'' => break,
                b'\\' if has_escapes => end += 1,
                _ => {}
            }
        }
        self.pass(end, Context::Single);
    }

    fn comment(&mut self) {
        let rest = self.code.get(self.at..).unwrap_or_default();
        let end = self.at + rest.find('\n').unwrap_or(rest.len());
        self.shell.comments.push(self.at..end);
        self.pass(end, Context::Comment);
    }

    /// Goes on at `end`; what stands before it is all in the same context.
    fn pass(&mut self, end: usize, context: Context) {
        let end = end.min(self.code.len());
        let code = self.code;
        let passed = placeholders(code.get(self.at..end).unwrap_or_default());
        for Placeholder { name, span } in passed {
            let span = self.at + span.start..self.at + span.end;
            self.shell.uses.push((Placeholder { name, span }, context));
        }
        self.at = end;
    }

    /// `<<END`, `<<-END`, `<<'END'`; `<<<` begins a string and `<< 2` in arithmetic shifts.
    fn here(&mut self) {
        self.at += 2;
        if self.byte(0) == Some(b'<') {
            self.at += 1;
            return;
        }
        let rest = self.code.get(self.at..).unwrap_or_default();
        let behind_dash = rest.strip_prefix('-');
        let word = behind_dash.unwrap_or(rest).trim_start_matches([' ', '\t']);
        let behind = word.trim_start_matches(|c: char| !c.is_whitespace() && !";|&<>(){".contains(c));
        let end: String = word[..word.len() - behind.len()].chars().filter(|c| !"'\"\\".contains(*c)).collect();
        if end.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.documents.push((end, behind_dash.is_some()));
            self.at = self.code.len() - behind.len();
        }
    }

    /// At the beginning of a line: the bodies of here-documents, if any were begun before it.
    fn bodies(&mut self) {
        for (end, may_be_indented) in std::mem::take(&mut self.documents) {
            let rest = self.code.get(self.at..).unwrap_or_default();
            let mut length = 0;
            for line in rest.split_inclusive('\n') {
                length += line.len();
                let line = line.trim_end_matches(['\r', '\n']);
                let line = if may_be_indented { line.trim_start_matches('\t') } else { line };
                if line == end {
                    break;
                }
            }
            self.pass(self.at + length, Context::Document);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ARGUMENT: Context = Context::Bare { begins_argument: true };
    const INSIDE: Context = Context::Bare { begins_argument: false };

    #[test]
    fn a_placeholder_is_seen_where_it_stands() {
        let table: &[(&str, Context)] = &[
            ("ping {{x}}", ARGUMENT),
            ("ping {{ x }} -c 3", ARGUMENT),
            ("curl https://{{x}}/", INSIDE),
            ("curl --url={{x}}", INSIDE),
            ("rm -- {{x}}", INSIDE),
            ("rm -- a; rm {{x}}", ARGUMENT),
            ("make > {{x}}", INSIDE),
            ("a=$(id {{x}})", ARGUMENT),
            ("echo \"$(id {{x}})\"", ARGUMENT),
            ("echo \"a {{x}}\"", Context::Double),
            ("echo \"a $(b \"c\") {{x}}\"", Context::Double),
            ("echo 'a {{x}}'", Context::Single),
            ("printf $'it\\'s {{x}}'", Context::Single),
            ("printf '%s\\n' {{x}}", ARGUMENT),
            ("# don't\nping {{x}}", ARGUMENT),
            ("ping a # {{x}}", Context::Comment),
            ("cat <<EOF\nit's {{x}}\nEOF", Context::Document),
            ("cat <<'EOF' | sh\nit's\nEOF\nping {{x}}", ARGUMENT),
            ("cat <<-EOF\n\ta\n\tEOF\nping {{x}}", ARGUMENT),
            ("cat <<< {{x}}", INSIDE),
            ("echo it\\'s {{x}}", ARGUMENT),
            ("case a in b) ping {{x}};; esac", ARGUMENT),
        ];
        for (code, context) in table {
            let uses: Vec<(&str, Context)> =
                read(code, false).uses.into_iter().map(|(placeholder, context)| (placeholder.name, context)).collect();
            assert_eq!(uses, [("x", *context)], "{code}");
        }
    }

    #[test]
    fn what_templates_of_go_have_is_no_placeholder() {
        assert!(placeholders("{{.Name}} {{range .Items}} {{}} {{ 1 }} {{a b}}").is_empty());
        assert_eq!(placeholders("{{{x}}}"), [Placeholder { name: "x", span: 1..6 }]);
    }

    #[test]
    fn comments_are_taken_out_and_nothing_else() {
        assert_eq!(without_comments("# why\nls  # here\n\necho \"# no\" a#b ${#c}\n", false), "ls\necho \"# no\" a#b ${#c}");
        assert_eq!(without_comments("# systemctl stop a # now\n", true), "# systemctl stop a");
    }

    proptest! {
        #[test]
        fn every_placeholder_is_found_once_and_in_order(code in "([a'\"`$(){}#<\\\\\n -]|\\{\\{x\\}\\}|<<E\n|あ){0,40}") {
            let found: Vec<Span> = read(&code, false).uses.into_iter().map(|(placeholder, _)| placeholder.span).collect();
            let all: Vec<Span> = placeholders(&code).into_iter().map(|placeholder| placeholder.span).collect();
            prop_assert_eq!(found, all);
        }
    }
}
