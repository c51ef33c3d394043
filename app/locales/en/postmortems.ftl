# The words about postmortems, English: their public pages, and at the desk the list, writing, reviewing, comparing, publishing, importing, and what
# they add up to. Every key stands in ja/postmortems.ftl too; a test holds that. The words of the editor's script are in editor.ftl.

postmortem-state-draft = Draft
postmortem-state-in-review = In review
postmortem-state-approved = Approved
postmortem-state-published = Published
postmortem-state-retracted = Retracted
postmortem-state-waived = Waived

analysis-preliminary = Preliminary
analysis-preliminary-text = Preliminary: more is still being found out.
analysis-final = Final

cause-change = A change
cause-maintenance = Planned work
cause-capacity = Capacity
cause-hardware = Hardware
cause-software = A fault in software
cause-network = Network
cause-dependency = Somebody else’s service
cause-security = Security
cause-other = Something else
cause-unknown = Not known

# Live blocks, as they are read and where one cannot be read.
block-component = Component
block-status = Status
block-when = When
block-what = What happened
block-runbook = Runbook
block-steps = Steps
block-outcome = Outcome
block-stated = Stated duration
block-rejected = Decided against
block-due = due { $when }
block-until = put off until { $when }
block-impact-empty = No component was affected.
block-metrics-empty = No figures are known.
block-timeline-empty = No row of the timeline is shown here.
block-updates-empty = There were no public updates.
block-runs-empty = No runbook was followed.
block-actions-empty = There are no action items.
block-unknown = There is no live block of this name:
block-narrowing = This live block cannot be narrowed like this:
block-caption = What is said beside this live block has more than 300 characters:
block-too-many = A text has at most 50 live blocks; this one is too many:

# The public pages.
postmortems-title = Postmortems
postmortems-text = What happened in past incidents, why, and what changes because of it.
postmortems-none = No postmortem has been published yet.
postmortems-feed = Feed of incidents and postmortems (Atom)
postmortems-back = ← All postmortems
postmortem-read = Read the postmortem
postmortem-published = Published { $when }
postmortem-updated = updated { $when }
postmortem-retracted = Retracted
postmortem-retracted-title = Retracted postmortem
postmortem-retracted-text = This postmortem was retracted.
postmortem-of-incident = Incident: { $name }
postmortem-first-published = Published
postmortem-last-changed = Updated
postmortem-only-ja = This postmortem is written in Japanese only.
postmortem-only-en = This postmortem is written in English only.
postmortem-zone = Times are in the time zone { $zone }.
postmortem-outline = Contents
postmortem-history = History
postmortem-first = First published
postmortem-minor = Minor correction
postmortem-see-version = Read this version
postmortem-see-changes = See what changed
postmortem-changes-of = What changed in version { $n }
postmortem-old-version = This is an earlier version. There is a newer one.
postmortem-to-newest = ← The newest version
postmortem-exports = Keep a copy
impact-measured = as measured
impact-declared = as told by people
feed-postmortem = Postmortem: { $name }
postmortem-announcement = The postmortem of this incident has been published: [what happened, why, and what changes now]({ $url }).

# The list at the desk.
postmortems-desk-text = The story of an incident: what happened, why, and what changes because of it. It looks for causes, not for somebody to blame.
postmortems-import = Import one that was written elsewhere
postmortems-empty = There are no postmortems yet. Begin one on the page of an incident that is over, or import one that was written elsewhere.
postmortems-waiting = Incidents that wait for a postmortem
now-waiting-others = { $n ->
    [one] one more
   *[other] { $n } more
}
postmortems-late = waits for more than two days
postmortems-under-way = Being worked on
postmortems-rest = Others
postmortems-older = Older postmortems
postmortem-write = Write the postmortem
now-review = Postmortems that wait for a review

# On the page of an incident.
incident-postmortem-heading = Postmortem
incident-postmortem-write = Write the postmortem
incident-postmortem-none = Nobody has begun a postmortem.

# Where one begins.
postmortem-new-title = Begin a postmortem
postmortem-new-text = It begins from a template, filled with what the record says. Nobody outside sees it before it is published.
postmortem-new-template = Template
postmortem-new-template-hint = All of it can be changed afterwards.
postmortem-new-begin = Begin
postmortem-waive = No postmortem
postmortem-waive-reason = Why there will be none
postmortem-waive-hint = 3 to 500 characters. It stands at the desk; one can still be begun later.
postmortem-waive-send = Do without one

# One postmortem.
postmortem-typing = { $name } is writing; last typed:
postmortem-typing-hint = – What you both save is put together; where you changed the same sentence, you choose.
postmortem-reason-by = – { $name }
postmortem-edit = Edit
postmortem-correct = Correct it
postmortem-submit = Hand it in for review
postmortem-publish = Check and publish
postmortem-see-check = See what is missing for publishing
postmortem-see-public = Public page
postmortem-next-draft = Write it, then hand it in for review.
postmortem-next-review = Somebody who did not write the newest revision reads it, and approves it or says what is to be changed.
postmortem-next-approved = It is approved. Check it once more, and publish it.
postmortem-next-published = Everybody can read it. A correction is reviewed again before it is published, unless it is marked as minor.
postmortem-next-retracted = It was retracted. Its address tells everybody so, with the reason. Edit it to begin again.
postmortem-next-waived = There will be none. Edit it if there shall be one after all.
postmortem-no-text = Nothing is written yet.
postmortem-internal-rows = { $n ->
    [one] One row that nobody outside will see
   *[other] { $n } rows that nobody outside will see
}

review-title = Review
review-verdict = What do you say?
review-approve = It is good: approve it
review-approve-own = Approve my own text, as nobody else is here to do it
review-request-changes = Something is to be changed first
review-note = What you noticed
review-send = Send the review
review-own-hint = You saved the newest revision, so somebody else approves it.
review-said-approve = Approved
review-said-request-changes = Changes requested
review-of-revision = revision { $n }, { $name }
review-own = (own text)

comments-title = Comments
comments-seen = { $n ->
    [one] One comment that was seen to
   *[other] { $n } comments that were seen to
}
comment-quote = Passage
comment-quote-hint = Word for word as in the Markdown. Leave it empty to speak of the whole text.
comment-language = Text in
comment-body = Comment
comment-send = Comment
comment-answer = Answer
comment-answer-send = Send the answer
comment-resolve = Resolve
comment-reopen = Reopen
comment-resolved-by = resolved by { $name }
comment-in-text = Go to the passage
comment-of-passage = To the comment on this passage
comment-gone = This passage is no longer there.
comment-now = It now reads:

postmortem-facts = Details
postmortem-facts-change = Change
postmortem-facts-save = Save
postmortem-analysis = How sure you are
postmortem-cause = Cause
postmortem-owner = Owner
postmortem-nobody = nobody
postmortem-slug = Name in the address
postmortem-slug-hint = a–z, 0–9 and single hyphens. Empty: made from the day and the title. It stays once the postmortem is published.
postmortem-no-actions = Why nothing is to be done
postmortem-no-actions-hint = Only when there are no action items. Nobody outside reads it.

revisions-title = Revisions
revision-name = Revision { $n }
revision-published = published
revision-approved = approved
revision-compare = What changed
revision-no-message = (nothing said about it)
revision-restore = Bring back revision { $n }
revision-restore-ask = Bring back revision { $n }? It is saved as a new revision; nothing is lost.
publications-title = Publications
publication-name = Publication { $n }: revision { $revision }

postmortem-retract = Retract
postmortem-retract-open = Take it back
postmortem-retract-reason = Why
postmortem-retract-hint = 3 to 500 characters. Everybody reads this in its place. Whoever has read or kept the text still has it.
postmortem-retract-send = Retract the postmortem

# The editor, without its script.
postmortem-edit-title = Edit the postmortem
postmortem-edit-leave = Leave
postmortem-title-ja = Title (Japanese)
postmortem-title-en = Title (English)
postmortem-body-ja = Text (Japanese)
postmortem-body-en = Text (English)
postmortem-body-hint = Markdown. A line like {"{{timeline}}"} is filled from the record. What stands between || and || (without blanks inside the marks) is withheld on public pages.
postmortem-only = Languages
postmortem-only-both = In every language of the site
postmortem-only-ja-choice = Only in Japanese
postmortem-only-en-choice = Only in English
postmortem-message = What you changed
postmortem-message-hint = In a few words, at most 200 characters. May be left empty.
postmortem-minor-box = A minor correction
postmortem-minor-hint = Typing errors and the like, nothing of what is said. An approval then stays; readers see that it was minor.
postmortem-save = Save
postmortem-discard = Discard what is not saved
postmortem-discard-hint = Something was typed here and not saved as a revision. Discarding it goes back to the newest revision.

# Two revisions; two people who wrote at once.
compare-heading = Compare revisions
compare-from = From
compare-to = To
compare-show = Compare
compare-title = Title
compare-body = Text
compare-way = Show
compare-side = Side by side
compare-inline = Inline
compare-before = Before
compare-after = After
compare-same = Nothing differs.
merge-title = Put two texts together
merge-theirs-is = { $name } saved revision { $n } while you were writing.
merge-clean = You changed different sentences, so both fit together. Nothing is saved yet.
merge-conflicts = { $n ->
    [one] In one place you both changed the same sentence. Choose what shall stand there; everything else fits together.
   *[other] In { $n } places you both changed the same sentence. Choose what shall stand in each; everything else fits together.
}
merge-conflict = Place { $n }
merge-ours = Mine
merge-theirs = Theirs
merge-both = Both, mine after theirs
merge-removed = removed:{" "}
merge-added = added:{" "}
merge-base = What stood there before
merge-hint = Nothing is lost: their revision stays as it is. What comes of it goes into your editor, where you look it over and save it.
merge-take = Take it into the editor

# Before it is published.
publish-title = Check and publish
publish-text = Everybody will read revision { $n }. What is published stays in the history, also after it is corrected.
publish-approved = { $name } approved revision { $n }.
publish-approved-own = { $name }, who wrote revision { $n }, approved it; nobody else was here to do it.
publish-unread-since = Revision { $n } was not approved since.
publish-minor-since = Only minor corrections were saved since, up to revision { $n }.
publish-check = Check
publish-preview = As everybody will read it
publish-is-out = This revision is published. Correct it to publish another one.
publish-not-yet = It is not approved yet ({ $state }). This is what the check says so far.
publish-blocked = It cannot be published yet. First fix what is marked “To fix” above.
publish-message = What changed
publish-message-hint = Everybody reads it in the history. At most 200 characters.
publish-message-first = Everybody reads it in the history. At most 200 characters; it may be empty the first time.
publish-announce = Publish an update of the incident too
publish-announce-hint = It leads to the postmortem, and reaches those who follow the incident.
publish-send = Publish for everybody

check-weight-fine = Fine
check-weight-hint = Hint
check-weight-decide = To decide
check-weight-blocks = To fix
check-decide = I have checked this; it can stay
check-title = { $n ->
    [one] The title is missing in one language.
   *[other] The title is missing in { $n } languages.
}
check-title-fine = It has a title.
check-languages = { $n ->
    [one] The text is missing in one language. Write it, or choose to publish in one language only.
   *[other] The text is missing in { $n } languages. Write it, or choose to publish in one language only.
}
check-languages-fine = The text is there in every language in which it is meant to be.
check-scan = { $n ->
    [one] One place looks as if not everybody should read it. Withhold it or take it out, or decide that it stays.
   *[other] { $n } places look as if not everybody should read them. Withhold them or take them out, or decide that they stay.
}
check-scan-fine = Nothing looks like a secret, an internal address or a name. Look all the same: this is a net, not a proof.
check-unclosed = { $n ->
    [one] On one line || opens and does not close, so everybody reads what follows it.
   *[other] On { $n } lines || opens and does not close, so everybody reads what follows it.
}
check-unclosed-fine = Everything that is withheld is closed.
check-actions = There are no action items. Write down what is to be done, or say under Details why nothing is.
check-actions-fine = There are action items, or a reason why there are none.
check-blameless = { $n ->
    [one] One phrase may read as if somebody were to blame.
   *[other] { $n } phrases may read as if somebody were to blame.
}
check-blameless-fine = No phrase was found that looks for somebody to blame.
check-blocks = { $n ->
    [one] One line looks like a live block and is none. Everybody would read it as it stands.
   *[other] { $n } lines look like live blocks and are none. Everybody would read them as they stand.
}
check-blocks-fine = Every live block can be filled.
check-internal-rows = { $n ->
    [one] One row of the timeline is internal and is not shown.
   *[other] { $n } rows of the timeline are internal and are not shown.
}
check-internal-rows-fine = No row of the timeline is left out because it is internal.
check-internal-runs = { $n ->
    [one] One run is of a runbook that is not public, and is not shown.
   *[other] { $n } runs are of runbooks that are not public, and are not shown.
}
check-internal-runs-fine = No run is left out because its runbook is not public.
check-comments = { $n ->
    [one] One comment was not seen to.
   *[other] { $n } comments were not seen to.
}
check-comments-fine = Every comment is resolved.
check-internal-incident = The incident is internal. Everybody will read of it in the postmortem all the same.
check-internal-incident-fine = The incident is public.
check-open-incident = The incident is not over yet.
check-open-incident-fine = The incident is over.

found-secret = Perhaps a secret:
found-address = Perhaps an internal address or the name of a machine:
found-email = Somebody’s e-mail address:
found-person = The name of somebody here:
found-inside = Words that only the desk knows:
found-label = A value from a label of an alert:
found-unclosed = Not closed:

hint-human-error = “Human error” is where the search begins: what made it easy to happen?
hint-carelessness = Nobody is careful all day. What would have helped to notice it?
hint-should-have = Afterwards it is easy to say. What did people know at that moment?
hint-fault = This reads as if somebody were to blame. What in the system let it happen?

# Importing.
import-title = Import a postmortem
import-text = Paste a postmortem that was written elsewhere. Nothing is saved before you have seen how it is read.
import-source = Text
import-source-hint = Markdown, at most 256 KiB. Lines and tables with times become rows of the timeline, the rest becomes the text.
import-name = Title
import-name-hint = Empty: the first heading.
import-language = Language
import-day = Day of the first time
import-day-hint = For times before the first date in the text. Empty: today.
import-zone = Time zone
import-incident = Incident
import-new-incident = a new one, internal and resolved
import-read = Look at it
import-keep = Import it like this
import-is-read = How it was read
import-rows = { $n ->
    [0] No times were found, so nothing goes into the timeline.
    [one] One row goes into the timeline.
   *[other] { $n } rows go into the timeline.
}
import-rest = The rest, which becomes the text

# What incidents add up to.
insight-title = Insight
insight-text = What incidents add up to, and what became of what was learnt. Drills are not counted.
insight-csv = Download as CSV
insight-span = Period
insight-months = { $n } months
insight-empty = There was no incident in this period. Choose a longer one.
insight-over-time = Over time
insight-chart-count = Incidents a month, at most { $n }
insight-chart-time = Time a month, at most { $length }
insight-by-month = Month by month
insight-sum = { $n ->
    [one] One incident, { $length } altogether.
   *[other] { $n } incidents, { $length } altogether.
}
insight-ongoing = { $n ->
    [one] One of them goes on; its time is not in the sum.
   *[other] { $n } of them go on; their time is not in the sum.
}
insight-cut = There are more incidents in this period than are added up here; only the newest are counted. Choose a shorter period.
insight-table = As a table
insight-month = Month
insight-incidents = Incidents
insight-time = Time
insight-components = By component
insight-others = all others
insight-causes = By cause
insight-uncaused = Not known (no postmortem)
insight-spreads = How long it took
insight-measure = Measure
insight-median = Median
insight-p90 = 90th percentile
insight-mean = Mean
insight-n = Count
insight-unmarked = not marked
insight-too-few = too few
insight-mean-hint = A mean is given from five values on: with fewer, a single one decides it.
insight-repeats = What comes back
insight-repeat = { $name }: { $n } incidents
insight-follow-title = What became of action items
insight-follow = { $count ->
    [one] There is one action item older than 30 days, and { $n ->
        [0] it is not done
       *[other] it is done
    }.
   *[other] Of { $count } action items older than 30 days, { $n ->
        [0] none is done
        [one] one is done
       *[other] { $n } are done
    }.
}
insight-follow-none = No action item is older than 30 days.

# What was typed.
invalid-postmortem-title = A title has 1 to 200 characters on one line.
invalid-postmortem-body = A text must not be empty, and has at most 256 KiB and 10,000 lines in each language.
invalid-postmortem-message = This has at most 200 characters, on one line.
invalid-postmortem-reason = Please say why, in 3 to 500 characters.
invalid-postmortem-import = At most 2000 rows of a timeline and 10000 lines of text can be taken at once. Shorten it, or paste rows in parts into the incident.
postmortem-typed-late = something newer of yours was kept or saved meanwhile, perhaps on another device. Open the page again to see it.
mention-inside = internal
postmortem-own-unsaved = You typed something that is not saved as a revision, and nobody else sees it.
postmortem-own-unsaved-go = Go on and save
invalid-postmortem-note = This note is too long. It has at most 2,000 characters; comments can say more, each at its passage.
invalid-postmortem-note-missing = Please say what is to be changed.
invalid-comment = Please write something, at most 4,000 characters.
invalid-quote = This passage is not in the text that was read, or is longer than 1,000 characters. Mark it again, or leave it empty.
invalid-language = Please choose one of the languages.
invalid-template = Please choose one of the templates.
invalid-choice = Please choose one from the list.
invalid-choice-merge = Please choose for each place what shall stand there.
invalid-slug-published = The address stays once the postmortem is published.
invalid-check = This is not decided yet, or has to be mended first. Look at it, then publish again.
invalid-file-picture = Only pictures can stand in the text: PNG, JPEG, WebP or GIF.

# What cannot be done.
refused-postmortem-submit = Only a draft can be handed in for review. Load the page again to see how far it is.
refused-postmortem-review = It is not in review now. Load the page again to see how far it is.
refused-postmortem-publish = Only an approved postmortem can be published. Hand it in for review first.
refused-postmortem-retract = It is not published, so there is nothing to retract.
refused-postmortem-waive = It is published or waived already. What is published can be retracted instead.
refused-postmortem-edit = It cannot be edited now. Load the page again to see how far it is.
refused-postmortem-empty = Nothing is saved yet. Write something first.
refused-postmortem-there = This incident has a postmortem already. Edit that one, or choose another incident.
refused-own-approval = You saved the newest revision. Somebody else has to approve it.
refused-postmortem-merge-incident = The incident that would be merged away has a postmortem. Merge the other one into it instead; if both have one, relate the two.

# What was just done.
done-postmortem-begun = The postmortem is begun. Only the desk sees it.
done-postmortem-saved = The revision is saved.
done-postmortem-same = Nothing differs from the newest revision, so nothing was saved.
done-postmortem-submitted = It is in review.
done-postmortem-reviewed = The review is sent.
done-postmortem-commented = The comment is added.
done-postmortem-comment-resolved = The comment is marked as seen to.
done-postmortem-comment-reopened = The comment is open again.
done-postmortem-facts = The details are saved.
done-postmortem-published = The postmortem is published.
done-postmortem-retracted = The postmortem is retracted.
done-postmortem-waived = It is noted that there will be no postmortem.
done-postmortem-merged = Both texts are put together in the editor. Look it over, and save it.
done-postmortem-discarded = What was not saved is discarded.
done-postmortem-restored = The earlier revision is back, as a new one.
done-postmortem-imported = The postmortem is imported. Only the desk sees it.
invalid-picture-large = A picture has at most 8 MiB. Make it smaller and insert it again.
revision-restored = Revision { $n } again
