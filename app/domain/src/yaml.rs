//! YAML text → a tree whose every node knows its place. The configuration and the heads of runbooks are read from such trees.
//!
//! The tree is made from the parser's events and not with saphyr's own loader, because that one stops at the first duplicate key,
//! copies a subtree for each anchor, and recurses as deep as the file says. Here depth and size have limits, and an alias costs a
//! pointer: its nodes are counted as if they stood there, so that a few lines cannot become millions of mistakes or probes.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

/// Deepest nesting. The configuration itself needs 7.
const DEPTH_MAX: usize = 32;
/// Most nodes in a file, those behind aliases counted each time: 20,000 probes with 50 nodes each.
const NODES_MAX: usize = 1_000_000;
/// Most nodes that aliases may add.
const ALIASED_NODES_MAX: usize = 100_000;

/// A place in a text. Both count from 1; the column counts characters. Line 0 is the text as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// The one mistake of a text that is no such tree: after it, nothing is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct YamlError {
    /// Where.
    pub at: Position,
    /// What was found, a phrase without a full stop.
    pub problem: String,
    /// What was expected there.
    pub expected: Option<&'static str>,
}

impl YamlError {
    fn new(at: Position, problem: impl Into<String>) -> Self {
        Self { at, problem: problem.into(), expected: None }
    }

    fn expected(self, expected: &'static str) -> Self {
        Self { expected: Some(expected), ..self }
    }
}

/// A value and its place.
#[derive(Debug)]
pub struct Node {
    /// First character. For a block mapping that is its first key.
    pub start: Position,
    /// The character after the last one.
    pub end: Position,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of value.
#[derive(Debug)]
pub enum Kind {
    /// Text, number, boolean or nothing: the reader decides by what it expects.
    Scalar {
        /// The text, escapes resolved.
        text: String,
        /// Written without quotes and not as a block.
        is_plain: bool,
    },
    /// `- a` or `[a]`.
    List(Vec<Rc<Node>>),
    /// `a: b` or `{a: b}`, in order, duplicates included.
    Map(Vec<(Key, Rc<Node>)>),
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// Its first character.
    pub at: Position,
}

impl Node {
    /// Written as nothing at all, `~` or `null`.
    pub fn is_null(&self) -> bool {
        let Kind::Scalar { text, is_plain: true } = &self.kind else { return false };
        matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

/// A collection that is being filled.
struct Open {
    start: Position,
    anchor: usize,
    /// Nodes below it so far.
    size: usize,
    content: Content,
}

enum Content {
    List(Vec<Rc<Node>>),
    Map { entries: Vec<(Key, Rc<Node>)>, key: Option<Key> },
}

/// Builds the tree of one document.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// Finished nodes by anchor, with their number of nodes.
    anchors: HashMap<usize, (Rc<Node>, usize)>,
    nodes: usize,
    aliased_nodes: usize,
    root: Option<Rc<Node>>,
    documents: usize,
}

/// The document in `text`, or nothing when there is none. The error is the only mistake to report: after it, nothing is known.
pub fn parse(text: &str) -> Result<Option<Rc<Node>>, YamlError> {
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::default();
    while let Some(event) = parser.next_event() {
        let (event, span) =
            event.map_err(|error| YamlError::new(position(*error.marker()), format!("not valid YAML: {}", error.info())))?;
        builder.take(event, span)?;
    }
    Ok(builder.root)
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let at = position(span.start);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(YamlError::new(at, "a second YAML document begins here").expected("one document in the file"));
                }
                Ok(())
            }
            Event::Alias(id) => {
                let Some((node, size)) = self.anchors.get(&id).cloned() else {
                    return Err(YamlError::new(at, "this alias stands inside of what it refers to"));
                };
                self.aliased_nodes += size;
                if self.aliased_nodes > ALIASED_NODES_MAX {
                    return Err(YamlError::new(at, format!("aliases add more than {ALIASED_NODES_MAX} values to the file")));
                }
                self.add(node, size)
            }
            Event::Scalar(text, style, anchor, tag) => {
                refuse_tag(tag.is_some(), at)?;
                let kind = Kind::Scalar { text: text.into_owned(), is_plain: style == ScalarStyle::Plain };
                self.finish(Node { start: at, end: position(span.end), kind }, anchor, 1)
            }
            Event::SequenceStart(anchor, tag) => {
                refuse_tag(tag.is_some(), at)?;
                self.open(at, anchor, Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                refuse_tag(tag.is_some(), at)?;
                self.open(at, anchor, Content::Map { entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let kind = match open.content {
                    Content::List(items) => Kind::List(items),
                    Content::Map { entries, .. } => Kind::Map(entries),
                };
                self.finish(Node { start: open.start, end: position(span.end), kind }, open.anchor, open.size + 1)
            }
        }
    }

    fn open(&mut self, start: Position, anchor: usize, content: Content) -> Result<(), YamlError> {
        if self.open.len() >= DEPTH_MAX {
            return Err(YamlError::new(start, format!("values are nested more than {DEPTH_MAX} deep")));
        }
        if let Some(Open { content: Content::Map { key: None, .. }, .. }) = self.open.last() {
            return Err(YamlError::new(start, "a list or mapping stands where a key should be")
                .expected("a plain key; a text that begins with `[`, `{` or `${` must stand in quotes"));
        }
        self.open.push(Open { start, anchor, size: 0, content });
        Ok(())
    }

    fn finish(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), YamlError> {
        let node = Rc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, (Rc::clone(&node), size));
        }
        // A collection's inner nodes were counted when they came.
        self.nodes += 1;
        self.place(node, size)
    }

    fn add(&mut self, node: Rc<Node>, size: usize) -> Result<(), YamlError> {
        self.nodes += size;
        self.place(node, size)
    }

    fn place(&mut self, node: Rc<Node>, size: usize) -> Result<(), YamlError> {
        if self.nodes > NODES_MAX {
            return Err(YamlError::new(node.start, format!("the file holds more than {NODES_MAX} values")));
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.size += size;
        match &mut parent.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, key } => match key.take() {
                Some(key) => entries.push((key, node)),
                None => *key = Some(as_key(&node)?),
            },
        }
        Ok(())
    }
}

fn as_key(node: &Node) -> Result<Key, YamlError> {
    match &node.kind {
        Kind::Scalar { text, .. } => Ok(Key { text: text.clone(), at: node.start }),
        Kind::List(_) | Kind::Map(_) => Err(YamlError::new(node.start, "a list or mapping stands where a key should be")),
    }
}

fn refuse_tag(is_tagged: bool, at: Position) -> Result<(), YamlError> {
    if is_tagged {
        return Err(YamlError::new(at, "YAML tags (`!…`) have no meaning here").expected("the value alone"));
    }
    Ok(())
}

/// saphyr counts lines from 1 and columns from 0.
fn position(marker: Marker) -> Position {
    Position { line: marker.line().max(1), column: marker.col() + 1 }
}
