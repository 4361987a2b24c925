//! What holds for every journal: replaying is the same as having been there, and no edit goes unseen.

use super::{Event, State, Tail, replay};
use crate::portfolio::Code;
use crate::trade::{End, Fill, Side};
use proptest::prelude::*;

fn fill(order: &str) -> Fill<String> {
    let one = || "1".to_owned();
    Fill {
        order: order.to_owned(),
        code: Code("069500".to_owned()).0,
        side: Side::Sell,
        quantity: one(),
        price: one(),
        amount: one(),
        commission: one(),
        slippage: one(),
        tax: one(),
        gain: order.len().is_multiple_of(2).then(one),
        tax_class: None,
        estimated: Vec::new(),
        currency: order.len().is_multiple_of(3).then(|| "USD".to_owned()),
        fx_rate: order.len().is_multiple_of(3).then(|| "1385.5".to_owned()),
        at: "2026-03-05T06:30:00Z".to_owned(),
    }
}

fn event(kind: u8, order: &str, attempt: u32) -> Event {
    let order = order.to_owned();
    match kind {
        0 => Event::Begin { broker: "paper".to_owned(), mark: "m".to_owned() },
        1 | 2 => Event::Intent { order, attempt, before: "a \"hash\":\"x\"}".to_owned(), after: "b\n".to_owned() },
        3 => Event::Ack { order, reference: "한국".to_owned(), at: None, adopted: false },
        4 | 5 => Event::Fill(Box::new(fill(&order))),
        6 | 7 => Event::Done { order, end: End::Filled },
        8 => Event::Failed { order, reason: "no".to_owned() },
        9 => Event::Logged,
        10 => Event::Finished,
        11 => Event::Transfer { amount: "-5".to_owned(), before: "m".to_owned(), after: "t".to_owned() },
        12 => Event::Transferred,
        13 => {
            Event::Convert { conversion: "convert-KRW-USD".to_owned(), before: "m".to_owned(), after: "c".to_owned() }
        }
        _ => Event::Converted { conversion: "convert-KRW-USD".to_owned() },
    }
}

/// A journal of whatever of some random events could follow each other, and the state after each line.
fn written(events: &[(u8, u8, u32, u8)]) -> (String, Vec<State>) {
    let (mut text, mut states) = (String::new(), vec![State::default()]);
    for (kind, order, attempt, plan) in events {
        let event = event(*kind, &format!("sell-{order}"), *attempt);
        let last = states.last().cloned().unwrap();
        if let Ok((next, line)) = last.with("2026-03-05T06:30:00Z", &format!("plan {plan}"), event) {
            text += &line;
            text.push('\n');
            states.push(next);
        }
    }
    (text, states)
}

fn events() -> impl Strategy<Value = Vec<(u8, u8, u32, u8)>> {
    prop::collection::vec((0_u8..15, 0_u8..2, 1_u32..3, 0_u8..2), 0..160)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn replaying_gives_the_state_that_was(events in events()) {
        let (text, states) = written(&events);
        let once = replay(text.as_bytes()).unwrap();
        prop_assert_eq!(&once.state, states.last().unwrap());
        prop_assert_eq!((once.whole, once.tail), (text.len(), Tail::Whole));
        prop_assert_eq!(replay(text.as_bytes()).unwrap(), once);
    }

    #[test]
    fn a_torn_journal_gives_the_state_of_its_whole_lines(events in events(), at in any::<prop::sample::Index>()) {
        let (text, states) = written(&events);
        let cut = at.index(text.len() + 1);
        let torn = replay(&text.as_bytes()[..cut]).unwrap();
        let lines = text.as_bytes()[..cut].iter().filter(|&&byte| byte == b'\n').count();
        let no_break = text.as_bytes().get(cut) == Some(&b'\n') && cut > 0;
        prop_assert_eq!(&torn.state, &states[lines + usize::from(no_break)]);
        let whole = torn.tail == Tail::Whole || torn.tail == Tail::NoBreak;
        prop_assert_eq!(torn.whole == cut, whole);
    }

    #[test]
    fn an_edited_byte_is_refused(events in events(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (text, _) = written(&events);
        prop_assume!(!text.is_empty());
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte && at + 1 < bytes.len());
        bytes[at] = byte;
        prop_assert!(replay(&bytes).is_err());
    }
}

/// Event kinds that follow each other, and whether the last is refused.
#[test]
fn only_the_next_step_may_follow() {
    let cases: &[(&[u8], bool)] = &[
        (&[0], true),
        (&[1], false),
        (&[9], false),
        (&[0, 0], false),
        (&[0, 3], false),
        (&[0, 1], true),
        (&[0, 1, 1], false),
        (&[0, 1, 9], false),
        (&[0, 1, 6], false),
        (&[0, 1, 4], true),
        (&[0, 1, 3], true),
        (&[0, 1, 3, 3], false),
        (&[0, 1, 3, 4], true),
        (&[0, 1, 3, 8], true),
        (&[0, 1, 8], true),
        (&[0, 1, 8, 9], false),
        (&[0, 1, 4, 4], false),
        (&[0, 1, 4, 8], false),
        (&[0, 1, 4, 9], false),
        (&[0, 1, 4, 6], true),
        (&[0, 1, 4, 6, 1], false),
        (&[0, 1, 4, 6, 10], false),
        (&[0, 1, 4, 6, 9], true),
        (&[0, 1, 4, 6, 9, 9], false),
        (&[0, 1, 4, 6, 9, 1], false),
        (&[0, 1, 4, 6, 9, 10], true),
        (&[0, 1, 4, 6, 9, 10, 10], false),
        (&[0, 1, 4, 6, 9, 10, 0], false),
        (&[11], false),
        (&[0, 11], true),
        (&[0, 12], false),
        (&[0, 11, 11], false),
        (&[0, 11, 1], false),
        (&[0, 11, 9], false),
        (&[0, 11, 12], true),
        (&[0, 11, 12, 11], false),
        (&[0, 11, 12, 12], false),
        (&[0, 11, 12, 9, 10], true),
        (&[0, 11, 12, 1], true),
        (&[0, 1, 11], false),
        (&[0, 1, 8, 11], true),
        (&[0, 1, 4, 6, 11, 12, 9], true),
        (&[0, 1, 4, 6, 9, 11], false),
        (&[13], false),
        (&[0, 13], true),
        (&[0, 14], false),
        (&[0, 13, 12], false),
        (&[0, 11, 14], false),
        (&[0, 13, 1], false),
        (&[0, 13, 9], false),
        (&[0, 13, 13], false),
        (&[0, 13, 14, 13], false),
        (&[0, 13, 14, 14], false),
        (&[0, 11, 13], false),
        (&[0, 11, 12, 13, 14, 1, 4, 6, 9, 10], true),
        (&[0, 13, 14, 11, 12, 9, 10], true),
        (&[0, 1, 13], false),
    ];
    for (kinds, allowed) in cases {
        let mut state = Ok((State::default(), String::new()));
        for (index, kind) in kinds.iter().enumerate() {
            let so_far = state.unwrap_or_else(|illegal| panic!("{kinds:?} at {index}: {illegal}")).0;
            state = so_far.with("t", "p", event(*kind, "sell-1", 1));
        }
        assert_eq!(state.is_ok(), *allowed, "{kinds:?}");
    }
}

#[test]
fn the_account_stands_where_the_last_thing_done_left_it() {
    let marks = |kinds: &[u8]| {
        let mut state = State::default();
        for kind in kinds {
            state = state.with("t", "p", event(*kind, "sell-1", 1)).unwrap().0;
        }
        state.runs[0].mark().to_owned()
    };
    let cases: [(&[u8], &str); 8] = [
        (&[0], "m"),
        (&[0, 11], "m"),
        (&[0, 11, 12], "t"),
        (&[0, 11, 12, 1], "t"),
        (&[0, 11, 12, 1, 4], "b\n"),
        (&[0, 1, 4, 6, 11, 12], "t"),
        (&[0, 11, 12, 13], "t"),
        (&[0, 11, 12, 13, 14], "c"),
    ];
    for (kinds, mark) in cases {
        assert_eq!(marks(kinds), mark, "{kinds:?}");
    }
}

#[test]
fn another_attempt_follows_a_failed_one_only() {
    let mut state = State::default();
    for event in [event(0, "x", 1), event(1, "x", 1), event(8, "x", 1)] {
        state = state.with("t", "p", event).unwrap().0;
    }
    assert!(state.with("t", "p", event(1, "x", 1)).is_err());
    assert!(state.with("t", "p", event(1, "x", 3)).is_err());
    let (state, _) = state.with("t2", "p", event(1, "x", 2)).unwrap();
    assert_eq!(state.runs[0].orders.len(), 1);
    assert_eq!((state.runs[0].open().unwrap().attempt, state.runs[0].mark()), (2, "m"));
    assert!(state.with("t", "q", event(3, "x", 2)).is_err(), "another plan's event");
    assert!(state.with("t", "p", Event::Fill(Box::new(Fill { price: "?".to_owned(), ..fill("x") }))).is_err());
}
