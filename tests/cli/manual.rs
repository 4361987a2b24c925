//! The broker `manual`, by command: the ticket, the fills, and what is refused.

use crate::stage::Stage;

/// The sample's plan, begun by hand.
fn begun() -> Stage {
    let stage = Stage::sample();
    assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).code, 0);
    let run = stage.run(&["apply", "plan.json", "--broker", "manual"]);
    assert_eq!(run.code, 5, "{}", run.whole());
    assert!(run.err.contains("--resume --fills"), "{}", run.err);
    stage
}

fn fills(lines: &str) -> String {
    format!("order,filled_quantity,filled_price,commission,tax\n{lines}")
}

const ALL: &str = "sell-091230,8,49970,60,0\nsell-360750,20,16800,50,0\nsell-360750,1,16790,3,0\n\
                   buy-305080,25,10000,38,0\nbuy-305720,0,,,\nbuy-319640,8,12500,,\n";

#[test]
fn orders_are_executed_by_hand_and_the_fills_are_the_real_ones() {
    let stage = begun();
    let ticket = stage.read(".rebalance/ticket.csv");
    assert!(ticket.starts_with("order,side,code,name,quantity,limit_price,currency,filled_quantity,"), "{ticket}");
    assert!(ticket.contains("sell-091230,sell,091230,\"TIGER Semiconductor\",8,49950,KRW,,,,,\n"), "{ticket}");
    assert!(
        stage.read(".rebalance/ticket.txt").contains("1. sell 8 x 091230  TIGER Semiconductor\n     limit 49950 KRW\n")
    );
    assert!(
        stage
            .read(".rebalance/ticket.md")
            .contains("| sell-091230 | sell | 091230 | TIGER Semiconductor | 8 | 49950 KRW |")
    );
    let before = stage.read("holdings.yaml");
    stage.write("some.csv", &fills("sell-091230,8,49970,60,0\n"));
    let run = stage.run(&["apply", "plan.json", "--resume", "--fills", "some.csv"]);
    assert_eq!(run.code, 5, "the next order waits: {}", run.whole());
    assert!(run.out.contains("filled at 49,970 = 399,760; commission 60, slippage 0, tax 0"), "{}", run.out);
    stage.write("all.csv", &fills(ALL));
    let run = stage.run(&["apply", "plan.json", "--resume", "--fills", "all.csv"]);
    assert_eq!(run.code, 5, "{}", run.whole());
    assert!(run.out.contains("in part: not all was executed: buy-305720 (0 of 9, cancelled)"), "{}", run.out);
    // 399,760 - 60 + 352,790 - 53 - 250,000 - 38 - 100,000 - 15: the last commission is the plan's.
    let expected = before
        .replace("KRW: 0", "KRW: 402384")
        .replace("quantity: 250", "quantity: 229")
        .replace("quantity: 30", "quantity: 22")
        .replace("quantity: 140", "quantity: 165")
        .replace("quantity: 80", "quantity: 88");
    assert_eq!(stage.read("holdings.yaml"), expected);
    let kept = std::fs::read_dir(stage.path(".rebalance")).unwrap();
    let mut kept: Vec<String> = kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    kept.sort();
    assert_eq!(kept, ["journal.jsonl", "lock", "ticket.csv", "ticket.md", "ticket.txt"]);
    let log = stage.run(&["log", "--format", "json"]).json();
    let record = &log["records"][0];
    assert_eq!(record["fills"][1]["price"].to_string(), "16799.5238");
    assert_eq!(record["fills"][3]["estimated"], serde_json::json!(["commission", "tax"]));
    assert_eq!(record["unfilled"][0]["order"], "buy-305720");
    assert_eq!(record["total_trade_amount"].to_string(), "1102550");
    assert_eq!(stage.run(&["apply", "plan.json", "--resume"]).code, 3, "it is over");
}

const ASK: [&str; 5] = ["apply", "plan.json", "--resume", "--fills", "-"];

#[test]
fn at_a_terminal_it_asks_order_by_order_until_one_is_not_executed_yet() {
    let stage = begun();
    // More than there is, a price that is none, then all of it; the second was executed in part, the third not yet.
    let run =
        stage.run_typing("9\n7.5\n8\nmuch\n500,00\n0\n49,000\n\"49970\"\n49,970\n60\n\n1,\n1\n16800\n\n\n\n", &ASK);
    assert_eq!(run.code, 5, "{}", run.whole());
    for said in [
        "sell-091230: sell 8 of 091230 (TIGER Semiconductor), limit 49950\n  shares executed (Enter: not yet, 0: none): ",
        "  `9` is no number of shares up to 8\n",
        "  `7.5` is no number of shares up to 8\n",
        "  price of a share:   `much` is no price\n",
        "  price of a share:   `500,00` is no price\n",
        "  price of a share:   `0` is no price\n",
        "  price of a share:   the price 49000 is below the limit 49950 of sell-091230, where it is not filled\n",
        "  shares executed (Enter: not yet, 0: none):   `1,` is no number of shares up to 21\n",
        "  commission (Enter: estimated): ",
        "sell-360750: sell 21 of 360750",
        "buy-305080: buy 25 of 305080",
    ] {
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
    assert!(!run.err.contains("buy-305720: buy"), "{}", run.err);
    assert!(run.out.contains("filled at 49,970 = 399,760; commission 60, slippage 0, tax 0"), "{}", run.out);
    // What is done is not asked again, and the end of the input is an answer too.
    let run = stage.run_typing("0\n0\n", &ASK);
    assert_eq!(run.code, 5, "{}", run.whole());
    assert!(!run.err.contains("sell-091230: sell") && run.err.contains("buy-319640: buy 8"), "{}", run.err);
    let run = stage.run_typing("8\n12500\n", &ASK);
    assert_eq!(run.code, 5, "{}", run.whole());
    let log = stage.run(&["log", "--format", "json"]).json();
    let record = &log["records"][0];
    assert_eq!((record["fills"].as_array().unwrap().len(), record["unfilled"].as_array().unwrap().len()), (3, 3));
    assert_eq!(record["fills"][1]["quantity"].to_string(), "1");
}

#[test]
fn without_a_terminal_and_without_fills_it_says_how_to_give_them() {
    let stage = begun();
    for input in ["", " \n"] {
        let run = stage.run_with(input.as_bytes(), &ASK);
        assert_eq!(run.code, 64, "{}", run.whole());
        assert!(run.err.contains("no fills came on standard input") && run.err.contains("order,filled"), "{}", run.err);
    }
}

const KEPT: &str = ".rebalance/fills.csv";

#[test]
fn fills_that_cannot_be_are_refused_and_change_nothing() {
    let stage = begun();
    stage.write("some.csv", &fills("sell-091230,8,49970,60,0\n"));
    assert_eq!(stage.run(&["apply", "plan.json", "--resume", "--fills", "some.csv"]).code, 5);
    let before = ["holdings.yaml", ".rebalance/journal.jsonl", KEPT].map(|file| stage.read(file));
    let unchanged = |story: &str| {
        let after = ["holdings.yaml", ".rebalance/journal.jsonl", KEPT].map(|file| stage.read(file));
        assert_eq!(after, before, "{story}");
    };
    for (lines, said, help) in [
        ("buy-000000,1,1,,\n", "line 2: the plan has no order `buy-000000`", "see the ticket"),
        ("sell-091230,9,50000,,\n", "line 2: more of sell-091230 was filled than its 8 shares", "write the shares"),
        (
            "sell-091230,5,50000,,\nsell-091230,4,50000,,\n",
            "line 3: more of sell-091230 was filled than its 8 shares",
            "its lines are added up",
        ),
        ("sell-091230,8,x,,\n", "line 2: `x` is no price", "write plain digits"),
        ("sell-091230,8,,,\n", "line 2: it has no price", "write the price of one share"),
        ("sell-091230,8,\"500,00\",0,0\n", "line 2: `500,00` is no price", "write plain digits"),
        ("sell-091230,\"8,0\",50000,0,0\n", "line 2: `8,0` is no quantity", "write plain digits"),
        ("sell-091230,8,0,,\n", "line 2: the price is 0", "a quantity of 0 says that nothing was executed"),
        (
            "sell-091230,7.5,50000,,\n",
            "line 2: `7.5` is no quantity of sell-091230, which is traded in whole shares",
            "write the shares",
        ),
        (
            "sell-091230,8,49949,,\n",
            "line 2: the price 49949 is below the limit 49950 of sell-091230, where it is not filled",
            "--close",
        ),
        (
            "sell-091230,8,49950,,\nbuy-305080,25,10010.01,,\n",
            "line 3: the price 10010.01 is above the limit 10010 of buy-305080, where it is not filled",
            "--close",
        ),
    ] {
        stage.write("fills.csv", &fills(lines));
        let run = stage.run(&["apply", "plan.json", "--resume", "--fills", "fills.csv"]);
        assert_eq!(run.code, 6, "{}", run.whole());
        let told = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(said) && told.contains(help) && told.contains("nothing was booked"), "{}", run.err);
        unchanged(lines);
    }
    // What would be in order, but the command is refused: the next one must not book it.
    stage.write("wrong.csv", &fills("sell-360750,21,16900,,\n"));
    let given = ["apply", "plan.json", "--resume", "--fills", "wrong.csv"];
    let run = stage.run(&[&given[..], &["--expect", "deadbeefdeadbeef"]].concat());
    assert!(run.code == 3 && run.err.contains("refused[not-expected]"), "{}", run.whole());
    unchanged("another plan was expected");
    let run = stage.run(&[&given[..], &["--broker", "paper"]].concat());
    assert!(run.code == 3 && run.err.contains("refused[other-broker]"), "{}", run.whole());
    unchanged("another broker");
    assert_eq!(stage.run(&["plan", "-q", "-o", "other.json", "--trigger", "manual"]).code, 0);
    let run = stage.run(&["apply", "other.json", "--resume", "--fills", "wrong.csv"]);
    assert!(run.code == 5 && run.err.contains("refused[unfinished-other]"), "{}", run.whole());
    unchanged("another plan");
    let run = stage.run(&["apply", "plan.json", "--resume"]);
    assert!(run.code == 5 && run.out.is_empty(), "nothing is booked: {}", run.whole());
}

#[test]
fn fills_of_another_plan_are_none_of_this_one() {
    let stage = begun();
    // Left behind by a plan before, or by a version that did not write down whose they are.
    let text = fills("sell-091230,8,49970,60,0\n");
    for kept in [text.clone(), format!("# plan_id: {}\n{text}", "a".repeat(64))] {
        stage.write(KEPT, &kept);
        let run = stage.run(&["apply", "plan.json", "--resume"]);
        assert!(run.code == 5 && run.out.is_empty(), "{}", run.whole());
    }
    let plan: serde_json::Value = serde_json::from_str(&stage.read("plan.json")).unwrap();
    stage.write(KEPT, &format!("# plan_id: {}\n{text}", plan["plan_id"].as_str().unwrap()));
    let run = stage.run(&["apply", "plan.json", "--resume"]);
    assert!(run.code == 5 && run.out.contains("filled at 49,970"), "{}", run.whole());
}

/// As it is after a crash: the journal has its first lines only.
fn cut(stage: &Stage, lines: usize) {
    let journal = stage.read(".rebalance/journal.jsonl");
    let journal: String = journal.split_inclusive('\n').take(lines).collect();
    stage.write(".rebalance/journal.jsonl", &journal);
}

#[test]
fn a_broker_that_says_itself_what_was_filled_takes_no_fills() {
    let stage = Stage::sample();
    assert_eq!(stage.run(&["plan", "-q", "-o", "plan.json"]).code, 0);
    let before = stage.read("holdings.yaml");
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    cut(&stage, 1);
    stage.write("holdings.yaml", &before);
    std::fs::remove_file(stage.path("rebalance_log.jsonl")).unwrap();
    stage.write("fills.csv", &fills("sell-091230,8,49970,60,0\n"));
    let run = stage.run(&["apply", "plan.json", "--resume", "--fills", "fills.csv"]);
    assert!(run.code == 64 && run.err.contains("paper says itself what was filled"), "{}", run.whole());
    assert_eq!((stage.read("holdings.yaml"), stage.path(KEPT).exists()), (before, false));
}

#[test]
fn what_is_in_the_holdings_already_cannot_be_filled_otherwise() {
    let stage = begun();
    let give = |lines: &str| {
        stage.write("fills.csv", &fills(lines));
        stage.run(&["apply", "plan.json", "--resume", "--fills", "fills.csv"])
    };
    assert_eq!(give("sell-091230,8,50000,60,0\n").code, 5);
    let entered = stage.read("holdings.yaml");
    assert!(entered.contains("quantity: 22"), "{entered}");
    // Killed when the holdings had the fill and the journal did not: begin, intent, ack.
    cut(&stage, 3);
    for other in ["sell-091230,5,50100,60,0\n", "sell-091230,8,50000,61,0\n", "sell-091230,0,,,\n"] {
        let run = give(other);
        let told = run.err.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = "8 shares of sell-091230 at 50000, commission 60 and tax 0 are in the holdings already";
        assert!(run.code == 5 && told.contains(said), "{}", run.whole());
        assert_eq!(stage.read("holdings.yaml"), entered, "{other}");
        assert!(!stage.read(".rebalance/journal.jsonl").contains("\"fill\""), "{other}");
    }
    // Left out, it is what is in the holdings; so it is where it is written as it was.
    let run = give("sell-360750,0,,,\n");
    assert!(run.code == 5 && run.out.contains("filled at 50,000 = 400,000; commission 60"), "{}", run.whole());
    assert_eq!(stage.read("holdings.yaml"), entered);
    cut(&stage, 3);
    let run = give("sell-091230,8,50000,60,0\n");
    assert!(run.code == 5 && run.out.contains("filled at 50,000 = 400,000; commission 60"), "{}", run.whole());
    assert_eq!(stage.read("holdings.yaml"), entered);
}

#[test]
fn holdings_that_lost_a_fill_are_not_gone_on_with() {
    let stage = begun();
    let before = stage.read("holdings.yaml");
    stage.write("fills.csv", &fills("sell-091230,8,50000,60,0\n"));
    assert_eq!(stage.run(&["apply", "plan.json", "--resume", "--fills", "fills.csv"]).code, 5);
    stage.write("holdings.yaml", &before);
    stage.write("fills.csv", &fills("sell-360750,21,16800,,\n"));
    let run = stage.run(&["apply", "plan.json", "--resume", "--fills", "fills.csv"]);
    assert!(run.code == 5 && run.err.contains("was changed"), "{}", run.whole());
    assert_eq!(stage.read("holdings.yaml"), before);
}

#[cfg(unix)]
#[test]
fn what_is_kept_of_a_plan_by_hand_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let stage = begun();
    stage.write("fills.csv", &fills("sell-091230,8,50000,60,0\n"));
    assert_eq!(stage.run(&["apply", "plan.json", "--resume", "--fills", "fills.csv"]).code, 5);
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(stage.path(".rebalance")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name != "journal.jsonl" && name != "lock" {
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{name}");
            kept.push(name.split('-').next().unwrap().to_owned());
        }
    }
    kept.sort();
    assert_eq!(kept, ["fills.csv", "manual", "ticket.csv", "ticket.md", "ticket.txt"]);
}

#[test]
fn a_plan_that_is_not_carried_through_is_closed() {
    let stage = begun();
    let typed = stage.run_with(b"sell-091230,0,\n", &["apply", "plan.json", "--resume", "--fills", "-"]);
    assert_eq!(typed.code, 5, "{}", typed.whole());
    let run = stage.run(&["apply", "plan.json", "--resume", "--close"]);
    assert_eq!(run.code, 5, "an order is in flight: {}", run.whole());
    stage.run_with(b"sell-091230,0,\nsell-360750,0,\n", &["apply", "plan.json", "--resume", "--close", "--fills", "-"]);
    let log = stage.run(&["log", "--format", "json"]).json();
    assert_eq!(log["records"][0]["unfilled"].as_array().unwrap().len(), 5, "{log}");
    // Nothing was traded: the schedule is as due as it was.
    assert_eq!(stage.run(&["plan", "--detailed-exitcode", "-q", "-o", "next.json"]).code, 2);
}

#[test]
fn brokers_are_listed_and_an_unknown_one_is_said() {
    let stage = Stage::sample();
    let json = stage.run(&["brokers", "--format", "json"]).json();
    assert_eq!(json["brokers"][0]["name"], "paper");
    assert!(json["brokers"].as_array().unwrap().iter().all(|broker| broker["configured"].is_boolean()));
    let run = stage.run(&["plan", "--broker", "nobody"]);
    assert_eq!(run.code, 64, "{}", run.whole());
    assert!(run.err.contains("there is no broker `nobody`") && run.err.contains("paper"), "{}", run.err);
}
