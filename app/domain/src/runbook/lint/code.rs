//! Everything that the linter may find, and how grave each is.

use super::Level;
use crate::words::words;

words! {
    /// What was found. The words for people are the messages `lint-<name>` and, for what to do, `lint-<name>-fix`.
    Code {
        /// The file does not begin with a head.
        FrontMissing = "front-missing",
        /// The head is not YAML. `problem`
        FrontYaml = "front-yaml",
        /// The head has a key that means nothing. `key`
        FrontKeyUnknown = "front-key-unknown",
        /// A value of the head is none for its key. `key`, `expected`
        FrontValue = "front-value",
        /// Two parameters have one name. `name`
        ParamTwice = "param-twice",
        /// The pattern of a parameter is none. `name`, `problem`
        ParamPattern = "param-pattern",
        /// The default of a parameter does not fit its own pattern. `name`
        ParamDefault = "param-default",
        /// A parameter is taken from where nothing is. `name`, `value`
        ParamFrom = "param-from",
        /// The name of a parameter is none. `name`
        ParamName = "param-name",
        /// What stands behind a step cannot be read. `text`
        CommentUnreadable = "comment-unreadable",
        /// Behind a step stands a word that means nothing. `name`
        AttributeUnknown = "attribute-unknown",
        /// Behind a step stands a value that is none for its name. `name`, `value`
        AttributeValue = "attribute-value",
        /// The id of a step is none. `id`
        IdShape = "id-shape",
        /// Steps are nested too deep.
        TooDeep = "too-deep",
        /// There are too many steps.
        TooManySteps = "too-many-steps",
        /// The file is too large.
        TooLarge = "too-large",
        /// The head does not say which runbook it is.
        FrontIdMissing = "front-id-missing",
        /// The head and the name of the file disagree. `key`, `value`, `file`
        FileName = "file-name",
        /// It has no title.
        TitleMissing = "title-missing",
        /// It does not say in which language it is written.
        LanguageMissing = "language-missing",
        /// Nobody owns it.
        OwnerMissing = "owner-missing",
        /// Neither Diagnosis nor Mitigation has a step.
        NoSteps = "no-steps",
        /// Nothing says how to see that it works again.
        VerificationMissing = "verification-missing",
        /// A step stands in a section that is only read.
        StepOutside = "step-outside",
        /// A step is ticked in the file.
        Ticked = "ticked",
        /// A box has no words behind it.
        WordsMissing = "words-missing",
        /// A step has no id.
        IdMissing = "id-missing",
        /// Two steps have one id. `id`, `line` of the first
        IdTwice = "id-twice",
        /// A section has too many steps. `count`
        SectionLong = "section-long",
        /// An answer leads to a step that is not there. `id`
        TargetMissing = "target-missing",
        /// An answer leads to its own decision.
        TargetSelf = "target-self",
        /// An answer leads back, and nothing says how often. `id`
        LoopWithoutMax = "loop-without-max",
        /// A decision has one answer twice. `answer`
        AnswerTwice = "answer-twice",
        /// A decision has fewer than two answers.
        DecisionFewAnswers = "decision-few-answers",
        /// No path leads to a step.
        Unreachable = "unreachable",
        /// The step that takes this one back is not there. `id`
        UndoMissing = "undo-missing",
        /// A step is to take itself back.
        UndoSelf = "undo-self",
        /// The step that takes this one back stands before it. `id`
        UndoBefore = "undo-before",
        /// A step depends on one that is not there. `id`
        WhenMissing = "when-missing",
        /// A step depends on one that is no decision. `id`
        WhenNotDecision = "when-not-decision",
        /// A step depends on an answer that its decision does not have. `id`, `answer`
        WhenAnswer = "when-answer",
        /// A step depends on a decision that comes later. `id`
        WhenAhead = "when-ahead",
        /// Nothing is looked at before something is destroyed.
        DestructiveUnverified = "destructive-unverified",
        /// A block of code does not say what it is.
        CodeLanguage = "code-language",
        /// Nothing says what a command shows when it works.
        ExpectMissing = "expect-missing",
        /// The text sends the reader to another step.
        ProseJump = "prose-jump",
        /// A command has a placeholder for a parameter that is not there. `name`
        ParamUnknown = "param-unknown",
        /// No command uses a parameter. `name`
        ParamUnused = "param-unused",
        /// A placeholder stands inside quotes or a here-document. `name`
        ParamInQuotes = "param-in-quotes",
        /// A value may begin with `-` where a command takes that for an option. `name`
        ParamDash = "param-dash",
        /// What Yagura shall look at is no probe. `value`
        VerifyShape = "verify-shape",
        /// HTML that is shown as text. `name` of the tag
        HtmlRaw = "html-raw",
        /// One language lacks a step. `id`, `language` that lacks it
        OtherSteps = "other-steps",
        /// A step stands elsewhere in the other language. `id`
        OtherOrder = "other-order",
        /// A step has other attributes in the other language. `id`
        OtherFlags = "other-flags",
        /// A step has another command in the other language. `id`
        OtherCode = "other-code",
        /// The heads of the languages differ. `key`
        OtherFront = "other-front",
        /// The other language has other sections.
        OtherSections = "other-sections",
    }
}

impl Code {
    /// How grave it is. A mistake makes a run impossible or misleads whoever follows; all else is a warning.
    pub const fn level(self) -> Level {
        match self {
            Self::FrontKeyUnknown
            | Self::FrontIdMissing
            | Self::TitleMissing
            | Self::OwnerMissing
            | Self::StepOutside
            | Self::Ticked
            | Self::SectionLong
            | Self::Unreachable
            | Self::DestructiveUnverified
            | Self::CodeLanguage
            | Self::ExpectMissing
            | Self::ProseJump
            | Self::ParamUnknown
            | Self::ParamUnused
            | Self::ParamDash
            | Self::HtmlRaw
            | Self::OtherCode
            | Self::OtherSections => Level::Warning,
            _ => Level::Error,
        }
    }
}
