//! The real program with the broker `manual`, killed at every write of the journal, from the ticket to the last fill: what a
//! person wrote down is in the holdings once, and the journal and the log say the same.

use crate::bench::{Outcome, Paper, Rig};
use crate::kill::{End, Point, end, killed, lines};
use rebalance::plan::PlanFile;
use rebalance::trade::Ticket;
use std::fs;
use std::path::Path;

const BEGIN: [&str; 4] = ["apply", "plan.json", "--broker", "manual"];
const GO_ON: [&str; 5] = ["apply", "plan.json", "--resume", "--fills", "fills.csv"];

/// Every order executed whole at its limit, which is not what was planned.
fn write_fills(dir: &Path) {
    let plan = PlanFile::read_exact(&fs::read(dir.join("plan.json")).unwrap()).unwrap();
    let line = |Ticket { id, quantity, limit, .. }: Ticket| format!("{id},{quantity},{limit}\n");
    let text: String = Ticket::all(&plan.body).unwrap().into_iter().map(line).collect();
    fs::write(dir.join("fills.csv"), format!("order,filled_quantity,filled_price\n{text}")).unwrap();
}

/// Goes on until the plan is at its end, whatever was left.
fn ended(rig: &Rig<Paper>, dir: &Path, expected: &End, story: &str) {
    let mut said = Vec::new();
    for minutes in [10, 20, 30, 40] {
        let Outcome { code, said: words } = rig.run(dir, minutes, &GO_ON);
        said.push(words);
        match code {
            Some(0) => {
                assert_eq!(&end(rig, dir), expected, "{story}: {said:#?}");
                return;
            }
            Some(3) if said[said.len() - 1].contains("refused[not-begun]") => {
                assert_eq!(rig.run(dir, minutes, &BEGIN).code, Some(5), "{story}: {said:#?}");
            }
            Some(3) if said[said.len() - 1].contains("refused[already-applied]") => {
                assert_eq!(&end(rig, dir), expected, "{story}: {said:#?}");
                return;
            }
            _ => {}
        }
    }
    panic!("{story}: it does not come to an end: {said:#?}");
}

#[test]
fn killed_at_every_write_of_the_journal_what_was_written_down_is_entered_once() {
    let rig = Rig::<Paper>::planned();
    let begun = |dir: &Path| {
        write_fills(dir);
        assert_eq!(rig.run(dir, 0, &BEGIN).code, Some(5));
    };
    let undisturbed = rig.again();
    begun(undisturbed.path());
    let before = lines(undisturbed.path());
    assert_eq!(rig.run(undisturbed.path(), 10, &GO_ON).code, Some(0));
    let (expected, written) = (end(&rig, undisturbed.path()), lines(undisturbed.path()) - before);
    assert!(written > 12, "{written}");
    let mut kills = 0;
    // The first run: the ticket is written, and the first order is with the person.
    for more in 1..=before {
        let dir = rig.again();
        write_fills(dir.path());
        kills += usize::from(killed(&rig, dir.path(), 0, &BEGIN, Point::Line(more, 0)).code.is_none());
        ended(&rig, dir.path(), &expected, &format!("killed at line {more} of the first run"));
    }
    for more in 1..=written {
        // At once, and a little later: while the next step is on its way to the medium.
        for later in [0, 200, 700] {
            let dir = rig.again();
            begun(dir.path());
            kills += usize::from(killed(&rig, dir.path(), 5, &GO_ON, Point::Line(more, later)).code.is_none());
            ended(&rig, dir.path(), &expected, &format!("killed {later} µs after line {more}"));
        }
    }
    println!("manual: {kills} kills of {}", before + 3 * written);
    assert!(kills > written, "most kills come too late: {kills}");
}
