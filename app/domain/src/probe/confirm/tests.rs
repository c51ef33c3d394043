//! Stories of the confirmation machine, and its definition written a second time, without a machine.

use std::num::NonZeroU32;

use proptest::prelude::*;

use super::*;

const EVERY: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(5);

fn after(down: u32, up: u32) -> ConfirmAfter {
    ConfirmAfter { down: NonZeroU32::new(down).unwrap(), up: NonZeroU32::new(up).unwrap() }
}

fn at(n: usize) -> Timestamp {
    Timestamp::from_ms(n as i64 * 10_000)
}

/// Feeds one letter per interval (`u`p, `d`own, de`g`raded, `?` unknown, space: nothing came) and spells the believed history,
/// one letter per interval, as it is known at the end.
fn story(down: u32, up: u32, letters: &str) -> String {
    let mut machine = Confirmation::new(after(down, up), EVERY, TIMEOUT);
    feed(&mut machine, letters);
    spell(&machine, letters.len())
}

fn feed(machine: &mut Confirmation, letters: &str) {
    for (n, letter) in letters.chars().enumerate() {
        if let Some(verdict) = verdict(letter) {
            machine.observe(at(n), verdict);
        }
    }
}

fn verdict(letter: char) -> Option<Verdict> {
    match letter {
        'u' => Some(Verdict::Up),
        'g' => Some(Verdict::Degraded),
        'd' => Some(Verdict::Down),
        '?' => Some(Verdict::Unknown),
        _ => None,
    }
}

fn spell(machine: &Confirmation, count: usize) -> String {
    (0..count)
        .map(|n| match machine.state_at(at(n)) {
            ProbeState::Up => 'U',
            ProbeState::Degraded => 'G',
            ProbeState::Down => 'D',
            ProbeState::Unknown => '-',
        })
        .collect()
}

#[test]
fn an_outage_begins_at_the_first_bad_result_of_the_run_and_ends_at_the_first_good_one() {
    assert_eq!(story(3, 2, "uudd"), "UUUU", "two bad results confirm nothing");
    assert_eq!(story(3, 2, "uuddd"), "UUDDD");
    assert_eq!(story(3, 2, "uudddu"), "UUDDDD", "one good result is not recovery");
    assert_eq!(story(3, 2, "uuddduu"), "UUDDDUU");
    assert_eq!(story(3, 2, "uuduuu"), "UUUUUU", "a blip is no outage");
    assert_eq!(story(1, 1, "udu"), "UDU");
}

#[test]
fn the_first_good_result_is_believed_and_a_bad_start_is_confirmed_first() {
    assert_eq!(story(3, 2, "u"), "U");
    assert_eq!(story(3, 2, "dd"), "--");
    assert_eq!(story(3, 2, "ddd"), "DDD");
    assert_eq!(story(3, 2, "ddu"), "--U");
}

#[test]
fn slow_is_not_down_but_counts_as_not_up() {
    assert_eq!(story(3, 2, "uggg"), "UGGG");
    assert_eq!(story(3, 2, "ugdd"), "UGGG", "three results that are not up, only two of them down");
    assert_eq!(story(3, 2, "ugddd"), "UGDDD", "the outage keeps its degraded start");
    assert_eq!(story(3, 2, "udddgg"), "UDDDGG");
    assert_eq!(story(3, 2, "udddgguu"), "UDDDGGUU");
}

#[test]
fn unknown_neither_confirms_nor_interrupts_and_is_never_up() {
    assert_eq!(story(3, 2, "uu?u"), "UU-U");
    assert_eq!(story(3, 2, "ud?dd"), "UD-DD");
    assert_eq!(story(3, 2, "ddd??d"), "DDD--D", "an outage goes on behind what we could not see");
}

#[test]
fn time_without_results_is_unknown_from_when_the_next_was_due() {
    assert_eq!(story(3, 2, "uu    u"), "UU----U");
    assert_eq!(story(3, 2, "ddd   d"), "DDD---D");
    assert_eq!(story(3, 2, "ddd   u"), "DDD---D", "after a gap one good result is still not recovery");
    assert_eq!(story(3, 2, "ddd   uu"), "DDD---UU");
    let mut machine = Confirmation::new(after(3, 2), EVERY, TIMEOUT);
    feed(&mut machine, "uu");
    assert_eq!(machine.tick(at(2)), None);
    assert_eq!(machine.tick(Timestamp::from_ms(27_001)), Some(at(2)));
    assert_eq!(machine.tick(Timestamp::from_ms(27_002)), None, "said once");
}

#[test]
fn a_clock_that_was_far_ahead_does_not_poison_what_comes_after() {
    let mut machine = Confirmation::new(after(2, 1), EVERY, TIMEOUT);
    feed(&mut machine, "uu");
    machine.observe(at(1_000_000), Verdict::Up);
    assert_eq!(machine.observe(at(3), Verdict::Down), Some(at(3)), "what the wrong clock stamped is void");
    assert_eq!(machine.observe(at(4), Verdict::Down), Some(at(3)));
    assert_eq!(spell(&machine, 5), "UU-DD", "nor does it vouch for the time in between");
}

#[test]
fn a_shorter_interval_does_not_rewrite_the_past() {
    let mut machine = Confirmation::new(after(3, 2), 60 * EVERY, TIMEOUT);
    machine.observe(at(0), Verdict::Up);
    machine.reconfigure(after(3, 2), EVERY, TIMEOUT);
    assert_eq!(machine.tick(at(30)), None, "the result that was promised for at(60) is not yet due");
    assert_eq!(machine.tick(at(62)), Some(at(60)));
}

/// The definition, written without a machine: results that say something, one threshold at a time.
fn oracle(down: usize, up: usize, letters: &str) -> String {
    let known: Vec<(usize, u8)> = letters
        .chars()
        .enumerate()
        .filter_map(|(n, c)| match c {
            'u' => Some((n, 0)),
            'g' => Some((n, 1)),
            'd' => Some((n, 2)),
            _ => None,
        })
        .collect();
    let threshold = |level: u8| -> Vec<Option<bool>> {
        let bad: Vec<bool> = known.iter().map(|(_, l)| *l >= level).collect();
        let mut believed = vec![None; bad.len()];
        let mut current = None;
        let mut i = 0;
        while i < bad.len() {
            let need = match (current, bad[i]) {
                (None, false) => 1,
                (_, true) => down,
                (Some(_), false) => up,
            };
            let run = bad[i..].iter().take_while(|b| **b == bad[i]).count();
            if current != Some(bad[i]) && run >= need {
                current = Some(bad[i]);
            }
            believed[i] = current;
            i += 1;
        }
        believed
    };
    let (not_up, is_down) = (threshold(1), threshold(2));
    let mut spelled = vec!['-'; letters.len()];
    for (index, (n, _)) in known.iter().enumerate() {
        spelled[*n] = match (is_down[index], not_up[index]) {
            (Some(true), _) => 'D',
            (_, Some(true)) => 'G',
            (_, Some(false)) => 'U',
            (_, None) => '-',
        };
    }
    spelled.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_machine_agrees_with_the_definition(letters in "[ugd?]{0,40}", down in 1_u32..5, up in 1_u32..5) {
        prop_assert_eq!(story(down, up, &letters), oracle(down as usize, up as usize, &letters));
    }

    #[test]
    fn nothing_before_the_settled_moment_ever_changes(head in "[ugd? ]{1,20}", tail in "[ugd? ]{0,20}", down in 1_u32..5, up in 1_u32..5) {
        let mut machine = Confirmation::new(after(down, up), EVERY, TIMEOUT);
        feed(&mut machine, &head);
        if let Some(settled) = machine.settled_until() {
            let before = spell(&machine, head.len());
            let settled_count = (0..head.len()).filter(|n| at(*n) < settled).count();
            for (n, letter) in tail.chars().enumerate() {
                let changed = verdict(letter).and_then(|verdict| machine.observe(at(head.len() + n), verdict));
                prop_assert!(changed.is_none_or(|from| from >= settled));
            }
            prop_assert_eq!(&spell(&machine, head.len())[..settled_count], &before[..settled_count]);
        }
    }

    #[test]
    fn a_restart_between_any_two_results_changes_nothing(
        letters in "[ugd?]{1,30}", cut in 0_usize..30, lost in 0_usize..4, down in 1_u32..5, up in 1_u32..5,
    ) {
        let cut = cut.min(letters.len());
        // What was believed last may not have reached the disk.
        let kept = cut.saturating_sub(lost);
        let mut machine = Confirmation::new(after(down, up), EVERY, TIMEOUT);
        feed(&mut machine, &letters[..cut]);
        let stored: Vec<_> = {
            let mut earlier = Confirmation::new(after(down, up), EVERY, TIMEOUT);
            feed(&mut earlier, &letters[..kept]);
            let mut track = Track::default();
            for n in 0..kept {
                track.set_from(at(n), earlier.state_at(at(n)));
            }
            track.changes().to_vec()
        };
        let results: Vec<_> = letters[..cut].chars().enumerate()
            .map(|(n, c)| Change { at: at(n), state: verdict(c).unwrap() }).collect();
        let (mut again, differs_from) = Confirmation::restore(after(down, up), EVERY, TIMEOUT, &stored, &results);
        let stored = Track::from_changes(stored);
        for n in 0..cut {
            let same = stored.at(at(n)).unwrap_or(ProbeState::Unknown) == again.state_at(at(n));
            prop_assert!(same || differs_from.is_some_and(|from| from <= at(n)), "a difference at {} goes unsaid", n);
        }
        for (n, letter) in letters.chars().enumerate().skip(cut) {
            again.observe(at(n), verdict(letter).unwrap());
            machine.observe(at(n), verdict(letter).unwrap());
        }
        prop_assert_eq!(spell(&again, letters.len()), spell(&machine, letters.len()));
    }
}
