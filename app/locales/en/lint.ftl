# What the linter finds in runbooks, and behind `-fix` what to do about it: at the desk, in answers of the API and on the command line.
# English; every key stands in ja/lint.ftl too, and a test holds that.

# What the reader could not read.
lint-front-missing = The file does not begin with a head.
lint-front-missing-fix = Begin it with a line ---, keys such as id, title, lang and owner, and another line ---.
lint-front-yaml = The head is not valid: { $problem }.
lint-front-yaml-fix = Correct the YAML here. Put values with special characters in quotes.
lint-front-key-unknown = The head has a key that means nothing here: { $key }.
lint-front-key-unknown-fix = Look for a misspelling, or remove it.
lint-front-value = This cannot be the value of { $key }.
lint-front-value-fix = Write it like this: { $expected }
lint-param-twice = There are two parameters { $name }.
lint-param-twice-fix = Rename or remove one of them. Capitals, _ and - make no difference.
lint-param-pattern = The pattern of the parameter { $name } is none: { $problem }.
lint-param-pattern-fix = Write a regular expression for the whole value, such as ^[a-z0-9.-]{"{1,63}"}$.
lint-param-default = The parameter { $name } cannot have this default: it does not match its pattern, or it would make a secret known.
lint-param-default-fix = Change the default or the pattern. A secret has no default.
lint-param-from = There is no { $value } from which { $name } could be taken.
lint-param-from-fix = Possible are labels.NAME, component.slug, name, group, host, port, url or probe of component, incident.number and site.url.
lint-param-name = This cannot be the name of a parameter: { $name }
lint-param-name-fix = Take up to 32 letters, digits, _ and -, beginning with a letter.
lint-comment-unreadable = What stands behind this step cannot be read: { $text }
lint-comment-unreadable-fix = Write it like this: <!-- s:copy-data risk=high critical -->
lint-attribute-unknown = A step has no attribute { $name }.
lint-attribute-unknown-fix = Possible are risk=, critical, confirm=two-person, timer=, undo=, when=, needs=, verify= and decision with its answers. An answer needs decision before it.
lint-attribute-value = { $name } cannot be “{ $value }” here, or stands here twice.
lint-attribute-value-fix = For example risk=low, high or destructive; timer=30m; needs=ssh,console; when=step:answer; answer=step; max=3 with a decision.
lint-id-shape = This cannot be the id of a step: { $id }
lint-id-shape-fix = Take a–z, 0–9 and single hyphens between them, at most 64, such as copy-data.
lint-too-deep = Steps are nested more than three deep.
lint-too-deep-fix = Move this step up, or make a section of it.
lint-too-many-steps = There are more than 300 steps.
lint-too-many-steps-fix = Split it into several runbooks.
lint-too-large = The file is larger than 256 KiB.
lint-too-large-fix = Split it into several runbooks, and keep logs and long examples elsewhere.

# The head and the sections.
lint-front-id-missing = The head has no id.
lint-front-id-missing-fix = Add id: with the name of the file without language and ending.
lint-file-name = The head says { $key }: { $value }, but the file is called { $file }.
lint-file-name-fix = Make both the same: web-down.en.md has id: web-down and lang: en.
lint-title-missing = The head has no title.
lint-title-missing-fix = Add title: with a few words that say what is wrong.
lint-language-missing = The head does not say in which language this is written.
lint-language-missing-fix = Add lang: en or lang: ja.
lint-owner-missing = Nobody owns this runbook.
lint-owner-missing-fix = Add owner: with the person or team that keeps it right.
lint-no-steps = Neither Diagnosis nor Mitigation has a step.
lint-no-steps-fix = Write what is to be done as - [ ] items below ## Diagnosis or ## Mitigation.
lint-verification-missing = Nothing says how to see that all is well again.
lint-verification-missing-fix = Add a section ## Verification with what users must be able to do again.
lint-step-outside = This step stands in a section that is only read.
lint-step-outside-fix = Move it below ## Diagnosis, ## Mitigation or ## Verification, or write it without the box.
lint-section-long = This section has { $count } steps. Under pressure, five to nine are followed well.
lint-section-long-fix = Put steps that belong together below one step, or split the runbook.

# Steps.
lint-ticked = This step is ticked in the file. Ticks belong to runs.
lint-ticked-fix = Write - [ ].
lint-words-missing = Nothing says what to do in this step.
lint-words-missing-fix = Write it behind the box, on the same line.
lint-id-missing = This step has no id, so nobody can tick it.
lint-id-missing-fix = Have the missing ids written with “yagura runbook ids FILE”, or add one: <!-- s:copy-data -->
lint-id-twice = The id { $id } stands on line { $line } already.
lint-id-twice-fix = Give this step another id. The first one keeps its own.
lint-target-missing = An answer leads to { $id }, but there is no such step.
lint-target-missing-fix = Look for a misspelt id, or for a step that went.
lint-target-self = An answer leads to this decision itself.
lint-target-self-fix = Lead it to the step that comes next.
lint-loop-without-max = An answer leads back to { $id }, and nothing says how often.
lint-loop-without-max-fix = Add max=3, or lead it ahead.
lint-answer-twice = The answer { $answer } stands here twice.
lint-answer-twice-fix = Rename one of them.
lint-decision-few-answers = A decision needs two answers.
lint-decision-few-answers-fix = Add answers and the steps they lead to: decision yes=copy-data no=escalate. If there is only one way, remove decision.
lint-unreachable = No answer leads to this step, so nobody will ever see it as theirs.
lint-unreachable-fix = Lead an answer here, or correct when=. Steps between a decision and where an answer leads are passed over.
lint-undo-missing = This step is taken back by { $id }, but there is no such step.
lint-undo-missing-fix = Look for a misspelt id, or add that step.
lint-undo-self = This step is to take itself back.
lint-undo-self-fix = Name the step that takes it back, or remove undo=.
lint-undo-before = { $id } is to take this step back, but stands before it.
lint-undo-before-fix = Move that step behind this one.
lint-when-missing = This step depends on { $id }, but there is no such step.
lint-when-missing-fix = Look for a misspelt id in when=.
lint-when-not-decision = This step depends on { $id }, which is no decision.
lint-when-not-decision-fix = Name a decision in when=, or make that step one.
lint-when-answer = The decision { $id } has no answer { $answer }.
lint-when-answer-fix = Take one of its answers, or add this one.
lint-when-ahead = This step depends on { $id }, which comes only later.
lint-when-ahead-fix = Move that decision before this step.
lint-destructive-unverified = This step cannot be taken back, and nothing is looked at before it.
lint-destructive-unverified-fix = Put a step before it that shows whether it is safe: a command with an expect block, or a decision.
lint-verify-shape = “{ $value }” is nothing that Yagura can look at.
lint-verify-shape-fix = Write verify=probe: and the slug of a probe.

# Commands and text.
lint-code-language = This block does not say what it is.
lint-code-language-fix = Write the language behind the fence: ```sh for a command, ```text for a text.
lint-expect-missing = Nothing says what this command shows when all is well.
lint-expect-missing-fix = Add a block ```expect below it, before the next command.
lint-prose-jump = The text sends the reader to a step by its number. A run cannot follow that, and numbers change.
lint-prose-jump-fix = Make a decision of it: - [ ] Is it so? <!-- s:is-it decision yes=copy-data no=escalate -->
lint-param-unknown = There is no parameter { $name }, so {"{{"}{ $name }{"}}"} stays as it is.
lint-param-unknown-fix = Add it to params, or look for a misspelling.
lint-param-unused = No command uses the parameter { $name }.
lint-param-unused-fix = Remove it. Nobody should be asked in vain.
lint-param-in-quotes = {"{{"}{ $name }{"}}"} stands in quotes or in a here-document. Values are quoted already, and there the quotes would be part of them.
lint-param-in-quotes-fix = Take it out of the quotes: "a "{"{{"}{ $name }{"}}"}" b".
lint-param-dash = The value of { $name } may begin with -, and this command would take it for an option.
lint-param-dash-fix = Give it a pattern that begins otherwise, such as ^[a-z0-9][a-z0-9.-]*$, or write -- before it.
lint-html-raw = The tag { $name } is shown as text.
lint-html-raw-fix = Write it in Markdown. Only details, summary, kbd and br are let through.

# Where two languages of a runbook differ.
lint-other-steps = The step { $id } is missing in { $language ->
    [ja] Japanese
    [en] English
   *[other] the other language
}.
lint-other-steps-fix = Add it there with the same id, or remove it here.
lint-other-order = The step { $id } stands elsewhere in the other language.
lint-other-order-fix = Give the steps the same order, nesting and sections in both.
lint-other-flags = The step { $id } has other attributes in the other language.
lint-other-flags-fix = Make both comments the same.
lint-other-code = The step { $id } has another command in the other language.
lint-other-code-fix = Make the commands the same. Comments in them may differ.
lint-other-front = { $key } differs in the other language.
lint-other-front-fix = Make both heads the same, but for lang, title and labels.
lint-other-sections = The other language has other sections.
lint-other-sections-fix = Give both the same headings in the same order. Headings are English in every language.
