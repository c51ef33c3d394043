//! What the rules of postmortems promise.

use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::anchor::Anchor;
use super::block::{Block, BlockKind, BlockProblem, Piece, pieces};
use super::compare::compare;
use super::frozen::{ImpactRow, MetricRow, Record, RunRow, Said, Shown, TimelineRow, UpdateRow};
use super::merge::{Region, clean, merge};
use super::scan::{FoundKind, Known, scan};
use super::{Content, Move, State, Texts, blameless, import, outline, withheld};
use crate::component::Status;
use crate::incident::IncidentStatus;
use crate::incident::paste::Reading;
use crate::incident::work::{EntryKind, Marker, Precision};
use crate::runbook::run::Outcome;
use crate::text::{Language, LocalizedText};
use crate::time::Timestamp;

fn blocks(text: &str) -> Vec<Block> {
    let block = |piece| match piece {
        Piece::Block(block, _) => Some(block),
        Piece::Text(_) => None,
    };
    pieces(text).0.into_iter().filter_map(block).collect()
}

fn problems(text: &str) -> Vec<(usize, BlockProblem)> {
    pieces(text).1.into_iter().map(|mistake| (mistake.line, mistake.problem)).collect()
}

#[test]
fn a_postmortem_goes_from_draft_to_published_and_every_edit_is_read_again() {
    use State::{Approved, Draft, InReview, Published, Retracted, Waived};
    let path = [(Move::Submit, InReview), (Move::Approve, Approved), (Move::Publish, Published)];
    let mut state = Draft;
    for (by, after) in path {
        state = state.after(by, false).unwrap();
        assert_eq!(state, after);
    }
    let (edit, minor) = (Move::Edit { is_minor: false }, Move::Edit { is_minor: true });
    assert_eq!(Published.after(edit, true), Ok(Draft), "a correction is looked over");
    assert_eq!(Published.after(minor, true), Ok(Approved), "a comma is not");
    assert_eq!(Approved.after(edit, false), Ok(InReview), "an approval is for what was read");
    assert_eq!(Approved.after(minor, false), Ok(Approved));
    assert_eq!(Draft.after(Move::Publish, false), Err(super::MoveError(Draft)));
    assert_eq!(Published.after(Move::Retract, true), Ok(Retracted));
    assert!(Draft.after(Move::Retract, false).is_err() && Published.after(Move::Waive, true).is_err());
    assert_eq!(Waived.after(edit, false), Ok(Draft), "somebody writes one after all");
}

#[test]
fn blocks_stand_on_lines_of_their_own_and_never_in_code() {
    let text = "# T\n\n{{timeline starred kind=decision | 要点}}\n\n```\n{{runs}}\n```\n    {{impact}}\nsee {{metrics}} here\n{{ actions }}\n";
    let found = blocks(text);
    assert_eq!(found.len(), 2, "{found:?}");
    let decision = Block {
        is_starred: true,
        only: Some("decision".to_owned()),
        caption: Some("要点".to_owned()),
        ..Block::new(BlockKind::Timeline)
    };
    assert_eq!(found, [decision, Block::new(BlockKind::Actions)]);
    let wrong = "{{timelines}}\n{{impact starred}}\n{{timeline kind=nonsense}}\n{{metrics kind=detect}}";
    let (unknown, narrowing) = (BlockProblem::Unknown, BlockProblem::Narrowing);
    assert_eq!(problems(wrong), [(1, unknown), (2, narrowing), (3, narrowing)]);
    assert_eq!(problems(&"{{runs}}\n".repeat(51)), [(51, BlockProblem::TooMany)]);
}

#[test]
fn every_block_can_be_narrowed_to_one_kind() {
    let impact = |slug: &str, status| ImpactRow {
        slug: slug.parse().unwrap(),
        name: LocalizedText::Same(slug.to_owned()),
        status,
        from: Timestamp::from_ms(1),
        until: None,
    };
    let update = |ms, status| UpdateRow { at: Timestamp::from_ms(ms), status, body: LocalizedText::Same("x".to_owned()) };
    let run = |number, outcome: Option<Outcome>| RunRow {
        slug: None,
        title: LocalizedText::Same("x".to_owned()),
        version: number,
        started_at: Timestamp::from_ms(1),
        finished_at: None,
        outcome: outcome.map(|outcome| outcome.name().to_owned()),
        settled: 1,
        total: 2,
    };
    let record = Record {
        impact: vec![impact("web", Status::MajorOutage), impact("mail", Status::DegradedPerformance)],
        updates: vec![update(1, IncidentStatus::Investigating), update(2, IncidentStatus::Resolved)],
        runs: vec![run(1, Some(Outcome::ALL[0])), run(2, Some(Outcome::ALL[1])), run(3, None)],
        ..Record::default()
    };
    let text =
        format!("{{{{impact kind=major_outage}}}}\n{{{{updates kind=resolved}}}}\n{{{{runs kind={}}}}}", Outcome::ALL[0].name());
    let blocks = blocks(&text);
    let [Shown::Impact(impact), Shown::Updates(updates), Shown::Runs(runs)] = [0, 1, 2].map(|place| record.shown(&blocks[place]))
    else {
        panic!("{blocks:?}")
    };
    assert_eq!(impact.iter().map(|row| row.slug.as_str()).collect::<Vec<_>>(), ["web"]);
    assert_eq!(updates.iter().map(|row| row.at.as_ms()).collect::<Vec<_>>(), [2]);
    assert_eq!(runs.iter().map(|row| row.version).collect::<Vec<_>>(), [1]);
    // What no block shows is not kept with a publication; what an impact leaves out stands beside the text all the same.
    let kept = record.narrowed(&blocks, false);
    assert_eq!((kept.impact.len(), kept.updates.len(), kept.runs.len()), (2, 1, 1));
    assert_eq!(record.narrowed(&[Block::new(BlockKind::Runs)], false).runs.len(), 3);
}

#[test]
fn a_block_shows_what_it_was_narrowed_to() {
    let row = |ms, is_starred, said: Option<EntryKind>| TimelineRow {
        at: Timestamp::from_ms(ms),
        precision: Precision::Minute,
        is_starred,
        said: said.map(|kind| Said {
            kind,
            body: LocalizedText::Same("x".to_owned()),
            rejected: Vec::new(),
            hypothesis: None,
            markers: Vec::new(),
        }),
    };
    let (action, decision) = (Some(EntryKind::Action), Some(EntryKind::Decision));
    let timeline = vec![row(1, true, action), row(2, false, decision), row(3, false, None)];
    let record = Record { timeline, ..Record::default() };
    let shown = |text: &str| {
        let block = blocks(text).remove(0);
        let Shown::Timeline(rows) = record.shown(&block) else { panic!("no timeline") };
        rows.iter().map(|row| row.at.as_ms()).collect::<Vec<_>>()
    };
    assert_eq!(shown("{{timeline}}"), [1, 2, 3]);
    assert_eq!(shown("{{timeline public}}"), [1, 2]);
    assert_eq!(shown("{{timeline starred}}"), [1]);
    assert_eq!(shown("{{timeline kind=decision}}"), [2], "of what is withheld nobody is told what it is");
}

#[test]
fn what_is_withheld_is_not_there_and_what_only_looks_like_it_is() {
    let shown = |text: &str| withheld::without(text, "■");
    assert_eq!(shown("on ||db-1.lan|| and `ssh ||db-2||`"), "on ■ and `ssh ■`");
    assert_eq!(shown("a || b || c"), "a || b || c");
    assert_eq!(shown("| a || b |\n|---||---|"), "| a || b |\n|---||---|");
    assert_eq!(shown("||名前||は||場所||にいた"), "■は■にいた");
    assert_eq!(withheld::unclosed("fine ||x||\nthe host ||db-1 was\na || b\ncmd1 || cmd2\n"), [2]);
    assert_eq!(
        withheld::unclosed("||db-1.lan was full\n|| db-1 || was full\n｜｜db-1｜｜ was full\n| a || b |\n`a || b || c`\n"),
        [1, 2, 3]
    );
}

#[test]
fn headings_are_named_in_order() {
    let all = outline::headings("# A *b*\n\ntext\n\n## 原因 `x`\n");
    let seen: Vec<_> = all.iter().map(|one| (one.level, one.text.as_str(), one.id.as_str())).collect();
    assert_eq!(seen, [(1, "A b", "s-1"), (2, "原因 x", "s-2")]);
}

#[test]
fn hints_are_given_about_blame_only() {
    let keys = |text: &str| blameless::hints(text).into_iter().map(|hint| hint.key).collect::<Vec<_>>();
    assert_eq!(keys("原因は設定ミスです。確認すべきでした。"), ["hint-human-error", "hint-should-have"]);
    assert_eq!(keys("He Should Have looked."), ["hint-should-have"]);
    assert_eq!(keys("上限に達したときに通知が出なかった。"), [""; 0]);
}

#[test]
fn what_should_not_be_read_is_marked() {
    let known = Known {
        people: vec!["mika".to_owned(), "佐藤".to_owned()],
        labels: vec!["node-7".to_owned(), "web".to_owned()],
        inside: vec!["棚の電源が落ちた\n夜に気づいた".to_owned(), "Vault".to_owned()],
    };
    let found = |text: &str| {
        let all = scan(text, &known);
        all.into_iter().map(|one| (one.kind, text[one.range].to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(
        found("10.0.3.4 の db.internal:5432 から ops@example.org へ。mika と佐藤さん、node-7。"),
        [
            (FoundKind::Address, "10.0.3.4".to_owned()),
            (FoundKind::Address, "db.internal:5432".to_owned()),
            (FoundKind::Email, "ops@example.org".to_owned()),
            (FoundKind::Person, "mika".to_owned()),
            (FoundKind::Person, "佐藤".to_owned()),
            (FoundKind::Label, "node-7".to_owned()),
        ]
    );
    assert_eq!(found("Mikado at 12:30, version 1.2.3, see example.org and web; ||10.0.3.4||"), []);
    assert_eq!(found("password=hunter22secret")[0].0, FoundKind::Secret);
    assert_eq!(found("MIKA"), [(FoundKind::Person, "MIKA".to_owned())], "a name is a name in capitals too");
    let inside = found("そのとき棚の電源が落ちた。夜に気づいた人が vault を見た。");
    assert!(inside.iter().all(|(kind, _)| *kind == FoundKind::Inside), "{inside:?}");
    assert_eq!(inside.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>(), ["棚の電源が落ちた", "夜に気づいた", "vault"]);
}

#[test]
fn only_what_is_meant_to_be_read_is_told() {
    let both = Texts { ja: "日本語".to_owned(), en: "half writ".to_owned() };
    let content = Content { title: both.clone(), body: both, only: Some(Language::Ja) };
    let meant = content.meant(&[Language::Ja, Language::En]);
    assert_eq!((meant.body.en.as_str(), meant.title.en.as_str(), meant.body.ja.as_str()), ("", "", "日本語"));
    let every = Content { only: None, ..content };
    assert_eq!(every.meant(&[Language::En]).body.ja, "", "a language that the site has no more");
    let foreign = Content { body: Texts { ja: "日本語".to_owned(), en: String::new() }, ..every };
    assert_eq!(foreign.meant(&[Language::En]), foreign, "better than nothing");
}

#[test]
fn a_record_is_told_as_far_as_blocks_show_it() {
    let row = |words: &str, is_starred| TimelineRow {
        at: Timestamp::from_ms(0),
        precision: Precision::Exact,
        is_starred,
        said: Some(Said {
            kind: EntryKind::Note,
            body: LocalizedText::Same(words.to_owned()),
            rejected: Vec::new(),
            hypothesis: None,
            markers: Vec::new(),
        }),
    };
    let metric = |name: &str| MetricRow { name: name.to_owned(), ms: 1, from: Marker::ImpactStart, until: Marker::ImpactEnd };
    let record = Record {
        timeline: vec![row("same", true), row("same", false), row("same", true)],
        metrics: vec![metric("detect"), metric("recover")],
        stated_ms: Some(5),
        zone: "UTC".to_owned(),
        ..Record::default()
    };
    let told = |text: &str, shows_figures| record.narrowed(&blocks(text), shows_figures);
    let none = told("words\n", false);
    assert_eq!((none.timeline.len(), none.metrics.len(), none.stated_ms, none.zone.as_str()), (0, 0, None, "UTC"));
    assert_eq!(told("words\n", true).metrics.len(), 2, "an incident may show its figures");
    assert_eq!(
        told("{{timeline starred}}\n", false).timeline.len(),
        2,
        "rows are told apart by what they are, not by what they say"
    );
    let some = told("{{metrics kind=recover}}\n", false);
    assert_eq!((some.metrics.len(), some.stated_ms), (1, Some(5)));
}

#[test]
fn a_comparison_marks_words_and_in_japanese_characters() {
    let parts = compare("一行目\nサーバーが停止した。\n三行目\n", "一行目\nサーバーが再起動した。\n三行目\n四行目\n");
    let rows: Vec<_> = parts.into_iter().flatten().collect();
    let marked = |pieces: &[(String, bool)]| {
        pieces.iter().filter(|(_, is_marked)| *is_marked).map(|(piece, _)| piece.clone()).collect::<Vec<_>>()
    };
    assert_eq!(rows.iter().map(|row| row.is_same).collect::<Vec<_>>(), [true, false, true, false]);
    assert_eq!(marked(&rows[1].old.as_ref().unwrap().pieces), ["停止"]);
    assert_eq!(marked(&rows[1].new.as_ref().unwrap().pieces), ["再起動"]);
    assert!(rows[3].old.is_none());
    assert_eq!(compare("a\n", "a\n"), Vec::<Vec<_>>::new());
}

#[test]
fn two_people_in_one_japanese_paragraph_lose_nothing() {
    let base = "障害が発生した。原因は不明。復旧は翌朝。\n";
    let ours = "22時15分に障害が発生した。原因は不明。復旧は翌朝。\n";
    let theirs = "障害が発生した。原因は不明。復旧は翌朝の0時34分。\n";
    let regions = merge(base, ours, theirs);
    assert_eq!(clean(&regions).unwrap(), "22時15分に障害が発生した。原因は不明。復旧は翌朝の0時34分。\n");
    let regions = merge(base, &base.replace("不明", "NFS"), &base.replace("不明", "etcd"));
    let conflict =
        Region::Conflict { base: "原因は不明。".into(), ours: "原因はNFS。".into(), theirs: "原因はetcd。".into() };
    assert_eq!(regions, [Region::Merged("障害が発生した。".into()), conflict, Region::Merged("復旧は翌朝。\n".into())]);
    assert_eq!(clean(&regions), None);
}

#[test]
fn a_comment_stays_at_its_passage_while_that_is_edited() {
    let old = "NFS が停止した。\n\n原因は NFS の停止だった。\n";
    let at = old.rfind("NFS の停止").unwrap();
    let anchor = Anchor::new(old, at..at + "NFS の停止".len()).unwrap();
    let moved = "# 追加\n\nNFS が停止した。\n\n真の原因は NFS の停止だった。\n";
    assert_eq!(&moved[anchor.follow(old, moved).unwrap()], "NFS の停止");
    let edited = old.replace("NFS の停止だった", "NFS サーバーの停止だった");
    assert_eq!(&edited[anchor.follow(old, &edited).unwrap()], "NFS サーバーの停止");
    assert_eq!(anchor.follow(old, "別の話。\n"), None, "what is gone is said to be gone");
    let marked = super::anchor::find_rendered("原因は **NFS** の `停止`。", "NFS の停止").unwrap();
    assert_eq!(&"原因は **NFS** の `停止`。"[marked], "NFS** の `停止");
    assert_eq!(Anchor::new("あ", 0..1), None, "half a character is no passage");
}

#[test]
fn an_old_postmortem_is_read_with_its_timeline() {
    let text = "---\ntitle: \"夜の障害\"\n---\n# 無視\n\n## 概要\n\n22:15 に始まった。\n\n## タイムライン\n\n| 時間 | 説明 |\n|---|---|\n\
                | 2024-04-18 22:36 JST | 認知 |\n| 2024-04-18 22:38 JST | 確認 |\n| 2024-04-19 00:34 JST | 復旧 |\n\n## まとめ\n\n眠い。\n";
    let zone = TimeZone::fixed(jiff::tz::offset(9));
    let now = Timestamp::from_ms(1_800_000_000_000);
    let read = import::read(text, date(2024, 4, 18), &zone, now);
    assert_eq!(read.title.as_deref(), Some("夜の障害"));
    assert_eq!(read.body, "## 概要\n\n22:15 に始まった。\n\n## タイムライン\n\n{{timeline}}\n\n## まとめ\n\n眠い。\n");
    let bodies: Vec<_> = read
        .rows
        .iter()
        .map(|row| match &row.reading {
            Reading::Row { body, .. } => body.as_str(),
            Reading::Unreadable(_) => "",
        })
        .collect();
    assert_eq!(bodies, ["認知", "確認", "復旧"]);
    let plain = import::read("Title\n=====\n\nNothing with a time.\n", date(2024, 4, 18), &zone, now);
    assert_eq!((plain.title.as_deref(), plain.body.as_str()), (Some("Title"), "Nothing with a time.\n"));
}

proptest! {
    #[test]
    fn pieces_put_together_are_the_text(text in "(\\{\\{(runs|timeline|x)?( starred)?\\}\\}|```|~~~|[a-z ]{0,5}|\n){0,40}") {
        let (all, _) = pieces(&text);
        let whole: String = all.iter().map(|piece| match piece { Piece::Text(text) | Piece::Block(_, text) => *text }).collect();
        prop_assert_eq!(whole, text);
    }

    #[test]
    fn nothing_that_is_withheld_is_left(before in "[a-zあ |\n]{0,20}", hidden in "[a-zあ]{1,10}", after in "[a-zあ |\n]{0,20}") {
        let hidden = format!("Q{hidden}Q");
        let text = format!("{before}\n||{hidden}||\n{after}");
        prop_assert!(!withheld::without(&text, "■").contains(&hidden));
    }

    #[test]
    fn who_changed_nothing_gets_what_the_other_made(base in "[ab。\n]{0,60}", theirs in "[ab。\n]{0,60}") {
        prop_assert_eq!(clean(&merge(&base, &base, &theirs)), Some(theirs.clone()));
        prop_assert_eq!(clean(&merge(&base, &theirs, &base)), Some(theirs.clone()));
        prop_assert_eq!(clean(&merge(&base, &theirs, &theirs)), Some(theirs));
    }

    #[test]
    fn no_word_is_lost_in_a_merge(base in "[abc。\n]{0,40}", ours in "[abcX。\n]{0,40}", theirs in "[abcY。\n]{0,40}") {
        let regions = merge(&base, &ours, &theirs);
        let side = |pick: fn(&Region) -> String| regions.iter().map(pick).collect::<String>();
        let in_ours = side(|region| match region { Region::Merged(text) => text.clone(), Region::Conflict { ours, .. } => ours.clone() });
        let in_theirs = side(|region| match region { Region::Merged(text) => text.clone(), Region::Conflict { theirs, .. } => theirs.clone() });
        prop_assert_eq!(in_ours.matches('X').count(), ours.matches('X').count());
        prop_assert_eq!(in_theirs.matches('Y').count(), theirs.matches('Y').count());
    }

    #[test]
    fn a_comparison_shows_both_texts(old in "[abあ い\n]{0,60}", new in "[abあ い\n]{0,60}") {
        for row in compare(&old, &new).into_iter().flatten() {
            let said = |line: &super::compare::Line| line.pieces.iter().map(|(piece, _)| piece.as_str()).collect::<String>();
            let at = |text: &str, number: usize| text.split('\n').nth(number - 1).unwrap().trim_end_matches('\r').to_owned();
            if let Some(line) = &row.old { prop_assert_eq!(said(line), at(&old, line.number)); }
            if let Some(line) = &row.new { prop_assert_eq!(said(line), at(&new, line.number)); }
        }
    }

    #[test]
    fn nothing_that_is_pasted_breaks_a_reader(text in ".{0,200}") {
        scan(&text, &Known { people: vec!["ab".into()], labels: vec!["abcd".into()], inside: vec![text.clone()] });
        blameless::hints(&text);
        withheld::unclosed(&text);
        outline::headings(&text);
        let _ = Anchor::new(&text, 0..text.len()).and_then(|anchor| anchor.follow(&text, "other"));
        import::read(&text, date(2024, 4, 18), &TimeZone::UTC, Timestamp::from_ms(0));
    }
}

#[test]
fn what_is_withheld_is_in_no_words_that_are_shown_as_they_are() {
    assert_eq!(withheld::plain("Disk of ||db-7|| full"), "Disk of [withheld] full");
    assert_eq!(withheld::plain("||db-7||のディスク"), "[非公開]のディスク");
    assert_eq!(withheld::plain("a || b"), "a || b");
}
