//! Where in a shell command a placeholder stands. A value in single quotes is one word only outside of other quotes: within double ones its
//! quotes are characters like any other, and `$(…)` in it is run.
//!
//! This is no shell. Where it would have to be one, it says [`Place::Inside`], and there only values go that are the same everywhere.

/// Deepest nesting that is followed.
const FRAMES_MAX: usize = 32;
/// Begins patterns with a `)` behind each.
const CASE: &str = "case";
/// Commands that hand their words to another shell, which reads them once more: quotes of ours are gone by then.
const READ_AGAIN: [&str; 6] = ["ssh", "rsh", "su", "eval", "watch", "let"];
/// Longer words are never looked at.
const WORD_CHARS_MAX: usize = 6;

/// Where a placeholder stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the open, where quotes quote.
    Open,
    /// In double quotes: variables stand for their values, quotes are characters.
    Double,
    /// In other quotes, in a here-document, behind a `$` or backslash, or wherever this reader does not know.
    Inside,
}

/// What surrounds the place that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// `(…)` or `$(…)`; the outermost is the command itself.
    Command,
    /// `"…"`
    Double,
    /// `'…'`
    Single,
    /// `$'…'`, in which a backslash escapes.
    Escaping,
    /// `# …`
    Comment,
}

/// Which shell reads a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// The one that it is pasted into.
    This,
    /// Another one after it, until the command ends.
    Another,
}

/// Reads a command piece by piece.
#[derive(Debug)]
pub(super) struct Shell {
    frames: Vec<Frame>,
    /// The character before. A placeholder counts as a letter, and so does what is escaped.
    before: char,
    /// The one before the last backslash that escaped something.
    before_escape: char,
    is_escaped: bool,
    /// From here on it is not known where quotes begin and end.
    is_lost: bool,
    /// Lines begin with a prompt, and those without are output.
    has_prompts: bool,
    /// The letters of the word so far, as far as they matter.
    word: String,
    /// Who reads what stands here.
    reader: Reader,
}

impl Shell {
    /// At the beginning of a block.
    pub(super) fn new(has_prompts: bool) -> Self {
        Self {
            frames: Vec::new(),
            before: '\n',
            before_escape: '\n',
            is_escaped: false,
            is_lost: false,
            has_prompts,
            word: String::new(),
            reader: Reader::This,
        }
    }

    /// Reads the text before a placeholder and says where that stands. The placeholder itself is taken for a letter.
    pub(super) fn pass(&mut self, text: &str) -> Place {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            self.line_start(rest);
            rest = &rest[c.len_utf8()..];
            let (was_escaped, before) = (self.is_escaped, self.before);
            self.read(c, rest);
            // A line break that is escaped is not there at all.
            self.before = match c {
                '\n' if was_escaped => self.before_escape,
                _ if was_escaped => 'x',
                _ => c,
            };
            if self.is_escaped {
                self.before_escape = before;
            }
        }
        let place = self.place();
        self.is_escaped = false;
        self.before = 'x';
        self.word.clear();
        place
    }

    fn place(&self) -> Place {
        match self.frame() {
            _ if self.is_lost || self.is_escaped || self.reader == Reader::Another => Place::Inside,
            Frame::Single | Frame::Escaping => Place::Inside,
            Frame::Double => Place::Double,
            Frame::Command | Frame::Comment if self.before == '$' => Place::Inside,
            Frame::Command | Frame::Comment => Place::Open,
        }
    }

    fn frame(&self) -> Frame {
        self.frames.last().copied().unwrap_or(Frame::Command)
    }

    fn open(&mut self, frame: Frame) {
        self.frames.push(frame);
        self.is_lost |= self.frames.len() > FRAMES_MAX;
    }

    /// Looks for a prompt, whose `#` begins no comment.
    fn line_start(&mut self, rest: &str) {
        if self.has_prompts && self.before == '\n' && (rest.starts_with("$ ") || rest.starts_with("# ")) {
            // Either what was shown before it held a quote, or a quote goes over lines and this is no prompt.
            self.is_lost |= !self.frames.is_empty();
            self.before = 'x';
        }
    }

    fn read(&mut self, c: char, rest: &str) {
        if self.is_lost || std::mem::take(&mut self.is_escaped) {
            return;
        }
        match self.frame() {
            Frame::Command => self.in_command(c, rest),
            Frame::Double => self.in_double(c, rest),
            Frame::Single | Frame::Escaping if c == '\'' => self.close(),
            Frame::Escaping => self.is_escaped = c == '\\',
            Frame::Comment if c == '\n' => self.close(),
            // Some shells know no comments when somebody types: there a quote in one is a quote.
            Frame::Comment if "'\"`".contains(c) => self.is_lost = true,
            Frame::Single | Frame::Comment => {}
        }
    }

    fn close(&mut self) {
        self.frames.pop();
    }

    fn in_double(&mut self, c: char, rest: &str) {
        match c {
            '\\' => self.is_escaped = true,
            '"' => self.close(),
            // `$((` counts, and in backticks and `${a:-"b"}` quotes have rules of their own.
            '$' if rest.starts_with("((") || (rest.starts_with('{') && !is_plain_variable(rest)) => self.is_lost = true,
            '`' => self.is_lost = true,
            '(' if self.before == '$' => self.open(Frame::Command),
            _ => {}
        }
    }

    fn in_command(&mut self, c: char, rest: &str) {
        let begins_word = self.before.is_whitespace() || ";|&()".contains(self.before);
        if c.is_ascii_alphabetic() {
            if begins_word {
                self.word.clear();
            }
            // One letter more tells longer words from those that matter.
            if self.word.len() < WORD_CHARS_MAX {
                self.word.push(c);
            }
        } else {
            // A `)` behind a pattern of `case` closes nothing, which would be told apart only by reading the whole grammar.
            self.is_lost |= c.is_whitespace() && self.word == CASE && !self.frames.is_empty();
            if c.is_whitespace() && READ_AGAIN.contains(&self.word.as_str()) {
                self.reader = Reader::Another;
            }
            self.word.clear();
        }
        if self.frames.is_empty() && ";|&\n".contains(c) {
            self.reader = Reader::This;
        }
        match c {
            '\\' => self.is_escaped = true,
            '\'' if self.before == '$' => self.open(Frame::Escaping),
            '\'' => self.open(Frame::Single),
            '"' => self.open(Frame::Double),
            '`' => self.is_lost = true,
            '$' if rest.starts_with("((") || (rest.starts_with('{') && !is_plain_variable(rest)) => self.is_lost = true,
            // `<<` begins a here-document, `<<<` does not.
            '<' if rest.starts_with('<') && !rest.starts_with("<<") && self.before != '<' => self.is_lost = true,
            // `((` counts too.
            '(' if rest.starts_with('(') => self.is_lost = true,
            '(' => self.open(Frame::Command),
            ')' => self.close(),
            '#' if begins_word => self.open(Frame::Comment),
            _ => {}
        }
    }
}

/// `{name}` without spaces, quotes or another variable in it.
fn is_plain_variable(rest: &str) -> bool {
    let is_more = |c: char| c.is_whitespace() || "\"'`$\\".contains(c);
    rest.split_once('}').is_some_and(|(name, _)| !name.contains(is_more))
}
