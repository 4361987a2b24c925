//! Holdings from tables: in every encoding, with every fault at its place, and never over what is there.

use crate::stage::Stage;
use std::fs;
use std::path::Path;

/// The sample, and a fixture beside it.
fn with(fixtures: &[&str]) -> Stage {
    let stage = Stage::sample();
    for name in fixtures {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/imports").join(format!("{name}.csv"));
        fs::copy(from, stage.path(&format!("{name}.csv"))).unwrap();
    }
    stage
}

#[test]
fn every_encoding_gives_the_same_holdings_and_the_same_plan() {
    let body = |run: &crate::stage::Run| run.json()["body"]["orders"].clone();
    let plain = body(&Stage::sample().run(&["plan", "--format", "json"]));
    for name in ["utf8", "bom", "cp949"] {
        let stage = with(&[name]);
        let file = format!("{name}.csv");
        assert_eq!(body(&stage.run(&["plan", "--format", "json", "--holdings", &file])), plain, "{name}");
        assert_eq!(stage.run(&["status", "--holdings", &file]).code, 0, "{name}");
        let run = stage.run(&["import", &file, "-o", "new.yaml"]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
        assert!(run.err.starts_with("read: 7 positions of 2026-03-04\n"), "{}", run.err);
        assert_eq!(body(&stage.run(&["plan", "--format", "json", "--holdings", "new.yaml"])), plain, "{name}");
        assert_eq!(stage.run(&["import", &file]).out, stage.read("new.yaml"));
    }
}

#[test]
fn a_fault_is_a_finding_at_its_place_and_nothing_is_written() {
    let cases = [
        ("lost-zeros", "69500 is 069500, it seems", ":4:23"),
        ("lost-zeros-cp949", "69500 is 069500, it seems", ":4:23"),
        ("lost-zeros-bom", "69500 is 069500, it seems", ":4:23"),
        ("letter-a-before", "A069500 is 069500, it seems", ":2:12"),
        ("odd-comma", "`35,55` is not a price", ":2:22"),
        ("odd-comma-cp949", "`35,55` is not a price", ":4:33"),
        ("no-header", "no line has the columns `code`, `quantity` and `price`", ":1:1"),
        ("two-quantities", "two columns could be `quantity`", ":1:15"),
        ("no-day", "the file does not say of which day it is", ":1:1"),
        ("no-cash", "the file does not say how much cash there is", ":1:1"),
        ("two-days", "the lines are of different days", ":3:1"),
        ("code-twice", "069500 is there twice", ":3:2"),
        ("cash-twice", "KRW is there twice", ":3:12"),
        ("code-in-exponents", "`6.95E+04` is a number where a code is needed", ":2:12"),
        ("isin", "KR7069500007 is 069500, it seems", ":2:12"),
        ("thousands-without-quotes", "the line has more fields than the header", ":2:1"),
        ("semicolons-two-readings", "`35.555` has two readings", ":2:22"),
        ("cash-has-a-price", "the line of cash has a price", ":3:18"),
        ("other-currency", "069500 is in KRW, and its line is in USD", ":2:28"),
        ("no-price-column", "the file has no column `price`", ":1:1"),
        ("header-only", "the file does not say of which day it is", ":1:1"),
        ("below-zero", "the quantity is below 0", ":2:19"),
        ("no-price", "the price is missing", ":2:22"),
        ("line-too-short", "the line has fewer fields than the header", ":2:1"),
        ("open-quote", "a field begins with quotes that do not end", ":2:12"),
        ("neither-encoding", "the file is neither UTF-8 nor CP949", ""),
        ("utf16", "the file is UTF-16, or no text at all", ""),
        ("workbook", "the file is a workbook of a spreadsheet, not CSV", ""),
        ("empty", "no line has the columns `code`, `quantity` and `price`", ""),
        ("worth-too-much", "the position is worth more than this tool keeps exactly", ":2:19"),
    ];
    for (name, message, place) in cases {
        let stage = with(&[name]);
        let file = format!("{name}.csv");
        let run = stage.run(&["import", &file, "-o", "new.yaml"]);
        let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        let flat = flat.replace("| ", "");
        assert_eq!(run.code, 1, "{name}: {}", run.whole());
        assert!(flat.contains(&format!("error[schema]: {message}")), "{name}: {}", run.whole());
        assert!(run.out.contains(&format!("{file}{place}")), "{name}: {}", run.whole());
        assert!(run.out.contains("help: ") && !stage.path("new.yaml").exists(), "{name}: {}", run.whole());
        for command in ["plan", "status"] {
            let run = stage.run(&[command, "--holdings", &file]);
            assert_eq!(run.code, 1, "{name}: {}", run.whole());
            assert!(run.out.contains(&format!("{file}{place}")), "{name}: {}", run.whole());
        }
    }
}

#[test]
fn lost_zeros_are_put_back_when_that_is_asked_for_and_named() {
    for name in ["lost-zeros", "lost-zeros-cp949", "lost-zeros-bom"] {
        let stage = with(&[name, "utf8"]);
        let run = stage.run(&["import", &format!("{name}.csv"), "--fix"]);
        assert_eq!(run.out, stage.run(&["import", "utf8.csv"]).out);
        assert!(run.err.starts_with("put right: 69500 is 069500\nput right: 91230 is 091230\n"), "{}", run.err);
    }
}

#[test]
fn columns_day_and_cash_can_be_said() {
    let stage = with(&["other-columns"]);
    let said =
        ["import", "other-columns.csv", "--columns", "code=ISU,quantity=QTY,price=LAST", "--as-of", "2026-03-04"];
    let run = stage.run(&[&said[..], &["--cash", "KRW=1200000"]].concat());
    let expected = "as_of: 2026-03-04\ncash: { KRW: 1200000 }\npositions:\n  - code: '069500'\n    quantity: 45\n    price: 35555\n";
    assert_eq!((run.code, run.out.as_str()), (0, expected), "{}", run.err);
    for wrong in ["name=ISU", "code", "code="] {
        assert_eq!(stage.run(&["import", "other-columns.csv", "--columns", wrong]).code, 64, "{wrong}");
    }
    for wrong in ["XYZ=1", "KRW", "KRW=1,000"] {
        assert_eq!(stage.run(&["import", "other-columns.csv", "--cash", wrong]).code, 64, "{wrong}");
    }
    let run = stage.run(&["import", "other-columns.csv", "--columns", "code=A,code=B"]);
    assert!(run.code == 64 && run.err.contains("--columns says twice what code is"), "{}", run.err);
    let run = stage.run(&["import", "other-columns.csv", "--cash", "KRW=1", "--cash", "KRW=2"]);
    assert!(run.code == 64 && run.err.contains("--cash says twice what KRW is"), "{}", run.err);
    let run = stage.run(&["import", "other-columns.csv", "--columns", "code=ISU,quantity=QTY,price=PRICE"]);
    assert!(run.code == 1 && run.out.contains("looked for as `PRICE`"), "{}", run.whole());
}

#[test]
fn nothing_is_replaced_without_being_told() {
    let stage = with(&["utf8"]);
    let before = stage.read("holdings.yaml");
    let run = stage.run(&["import", "utf8.csv", "-o", "holdings.yaml"]);
    assert_eq!((run.code, stage.read("holdings.yaml")), (64, before), "{}", run.err);
    assert!(run.err.contains("--overwrite"), "{}", run.err);
    assert_eq!(stage.run(&["import", "utf8.csv", "-o", "holdings.yaml", "--overwrite"]).code, 0);
    assert!(stage.read("holdings.yaml").starts_with("as_of: 2026-03-04\ncash: { KRW: 0 }\n"));
    for input in ["utf8.csv", "portfolio_config.yaml"] {
        let before = stage.read(input);
        let run = stage.run(&["import", "utf8.csv", "-o", input, "--overwrite"]);
        assert_eq!((run.code, stage.read(input)), (64, before), "{}", run.err);
    }
    assert_eq!(stage.run(&["import", "nothing.csv"]).code, 6);
}

#[test]
fn trades_give_lots_only_where_they_explain_what_is_held() {
    for name in ["trades-utf8", "trades-cp949"] {
        let stage = with(&["utf8", name]);
        let run = stage.run(&["import", "utf8.csv", "--trades", &format!("{name}.csv")]);
        assert_eq!(run.code, 0, "{}", run.whole());
        assert_eq!(run.out.matches("lots:").count(), 1);
        assert!(
            run.out.contains("    lots:\n      - { date: 2024-01-02, quantity: 45, cost: 33000 }\n"),
            "{}",
            run.out
        );
    }
    for (name, message) in [
        ("trades-begin-too-late", "15 shares of 069500 are sold, and 0 were bought before"),
        ("trades-do-not-explain", "the trades leave 60 shares of 069500, and 45 are held"),
    ] {
        let stage = with(&["utf8", name]);
        let run = stage.run(&["import", "utf8.csv", "--trades", &format!("{name}.csv"), "-o", "new.yaml"]);
        let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ").replace("| ", "");
        assert!(run.code == 1 && flat.contains(message), "{}", run.whole());
        assert!(!stage.path("new.yaml").exists());
    }
}

#[test]
fn a_table_is_planned_with_and_never_rewritten() {
    let stage = with(&["utf8", "unknown-to-the-config"]);
    let table = ["--holdings", "utf8.csv"];
    let run = stage.run(&[&["plan", "-o", "plan.json"], &table[..]].concat());
    let next = "Next: rebalance import utf8.csv -o holdings.yaml && rebalance plan -o plan.json\n";
    assert!(run.code == 0 && run.out.ends_with(next), "{}", run.whole());
    let before = stage.read("utf8.csv");
    let asked = [&["apply"][..], &["verify"], &["apply", "--broker", "manual"], &["verify", "--broker", "paper"]];
    for command in asked {
        let run = stage.run(&[command, &["plan.json"], &table[..]].concat());
        assert_eq!((run.code, stage.read("utf8.csv")), (64, before.clone()), "{}", run.whole());
        assert!(run.err.contains("rebalance import utf8.csv -o holdings.yaml"), "{}", run.err);
    }
    let run = stage.run(&["plan", "--holdings", "unknown-to-the-config.csv"]);
    assert!(run.code == 1 && run.out.contains("unknown-holding"), "{}", run.whole());
}

#[test]
fn sums_below_the_positions_are_passed_over_and_counted() {
    let stage = with(&["sum-below"]);
    let run = stage.run(&["import", "sum-below.csv"]);
    let expected =
        "as_of: 2026-03-04\ncash: { KRW: 0 }\npositions:\n  - code: '069500'\n    quantity: 45\n    price: 35555\n";
    assert_eq!((run.code, run.out.as_str()), (0, expected), "{}", run.err);
    assert_eq!(run.err, "passed over: 1 line of sums\nread: 1 position of 2026-03-04\n");
}

#[test]
fn a_code_that_could_be_two_is_never_put_right() {
    let stage = with(&["lost-zeros"]);
    stage.edit("portfolio_config.yaml", "'443160'", "'0069500'");
    let run = stage.run(&["import", "lost-zeros.csv", "--fix", "-o", "new.yaml"]);
    assert!(run.code == 1 && run.out.contains("69500 could be each of `0069500` and `069500`"), "{}", run.whole());
    assert!(run.out.contains("lost-zeros.csv:4:23") && !stage.path("new.yaml").exists(), "{}", run.whole());
}

#[test]
fn every_change_of_a_code_is_named() {
    let stage = with(&["isin", "letter-a-before"]);
    for (file, was) in [("isin.csv", "KR7069500007"), ("letter-a-before.csv", "A069500")] {
        let run = stage.run(&["import", file, "--fix"]);
        assert!(run.code == 0 && run.out.contains("- code: '069500'\n"), "{}", run.whole());
        assert!(run.err.starts_with(&format!("put right: {was} is 069500\n")), "{}", run.err);
    }
}

#[test]
fn what_is_amiss_is_told_to_programs_as_lint_tells_it() {
    let stage = with(&["lost-zeros", "utf8"]);
    let run = stage.run(&["import", "lost-zeros.csv", "-o", "new.yaml", "--format", "json"]);
    let findings = run.json()["findings"].as_array().unwrap().clone();
    assert_eq!((run.code, findings.len()), (1, 2), "{}", run.whole());
    assert_eq!((&findings[0]["path"], &findings[0]["start"]["line"]), (&"lost-zeros.csv".into(), &4.into()));
    let run = stage.run(&["import", "utf8.csv", "-o", "new.yaml", "--format", "json"]);
    assert_eq!((run.code, run.json()["findings"].as_array().map(Vec::len)), (0, Some(0)), "{}", run.whole());
    assert!(stage.path("new.yaml").exists());
    let run = stage.run(&["import", "utf8.csv", "--format", "json"]);
    assert!(run.code == 64 && run.out.is_empty() && run.err.contains("-o holdings.yaml"), "{}", run.whole());
}

#[test]
fn a_table_that_is_too_large_is_refused() {
    let stage = with(&["utf8"]);
    stage.write("large.csv", &format!("as_of,code,quantity,price\n{}", ",069500,1,5\n".repeat(100_000)));
    let run = stage.run(&["import", "large.csv"]);
    assert!(run.code == 1 && run.out.contains("the file is larger than 1048576 bytes"), "{}", run.whole());
}

/// The arguments of a command as a shell takes them apart.
fn arguments(command: &str) -> Vec<String> {
    let (mut all, mut quoted) = (vec![String::new()], false);
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => all.push(String::new()),
            c => all.last_mut().unwrap().push(c),
        }
    }
    all
}

/// What stands in a table beside no holdings; what is said of it; the command, from `import` on.
const BESIDE: [(&str, &str, &str); 6] = [
    ("code,quantity,price,as_of\nALL", "or make them of holdings.csv:", "import holdings.csv -o holdings.yaml"),
    (
        "code,quantity,price\nALL",
        "or make them of holdings.csv, if it is of 2026-03-04:",
        "import holdings.csv --as-of 2026-03-04 -o holdings.yaml",
    ),
    (
        "종목코드,보유수량,현재가,기준일\nLOST",
        "or make them of holdings.csv, with codes put right (69500 is 069500, 91230 is 091230):",
        "import holdings.csv --fix -o holdings.yaml",
    ),
    (
        "종목코드,보유수량,현재가\nLOST",
        "or make them of holdings.csv, if it is of 2026-03-04, with codes put right (69500 is 069500, 91230 is 091230):",
        "import holdings.csv --as-of 2026-03-04 --fix -o holdings.yaml",
    ),
    (
        "code,quantity,price,as_of\nNO CASH",
        "or see what is amiss in holdings.csv before they are made of it:",
        "import holdings.csv -o holdings.yaml",
    ),
    (
        "code,amount\nALL",
        "or see what is amiss in holdings.csv before they are made of it:",
        "import holdings.csv -o holdings.yaml",
    ),
];

/// The sample's holdings as lines of a table of so many columns.
fn lines(kind: &str, columns: usize) -> String {
    let rows = [
        ("360750", "1,250", "16,800"),
        ("069500", "45", "35,555"),
        ("305080", "140", "10,000"),
        ("443160", "50", "10,000"),
        ("091230", "30", "50,000"),
        ("305720", "25", "32,000"),
        ("319640", "80", "12,500"),
        ("KRW", "1,000,000", ""),
    ];
    let rows = rows.into_iter().filter(|(code, ..)| kind != "NO CASH" || *code != "KRW");
    rows.fold(String::new(), |text, (code, quantity, price)| {
        let code = if kind == "LOST" { code.trim_start_matches('0') } else { code };
        let day = if columns == 4 { ",2026-03-04" } else { "" };
        text + &format!("{code},\"{quantity}\",\"{price}\"{day}\n")
    })
}

#[test]
fn a_table_beside_no_holdings_is_named_with_the_command_that_makes_them_of_it() {
    for (table, said, command) in BESIDE {
        let (header, kind) = table.split_once('\n').unwrap();
        let text = format!("{header}\n{}", lines(kind, header.split(',').count()));
        for (name, bytes) in [
            ("UTF-8", text.clone().into_bytes()),
            ("BOM", format!("\u{feff}{text}").into_bytes()),
            ("CP949", encoding_rs::EUC_KR.encode(&text).0.into_owned()),
        ] {
            let stage = with(&[]);
            std::fs::remove_file(stage.path("holdings.yaml")).unwrap();
            std::fs::write(stage.path("holdings.csv"), &bytes).unwrap();
            let run = stage.run(&["plan"]);
            let hint = run.err.lines().find(|line| line.starts_with("help: or ")).unwrap_or_default();
            assert_eq!((run.code, hint), (6, format!("help: {said} rebalance {command}").as_str()), "{name}");
            let pasted = stage.run(&arguments(command).iter().map(String::as_str).collect::<Vec<_>>());
            let made = said.contains("make them");
            assert_eq!(
                (pasted.code, stage.path("holdings.yaml").exists()),
                (u8::from(!made), made),
                "{}",
                pasted.whole()
            );
            let run = stage.run(&["plan", "-q"]);
            assert_eq!(run.code, if made { 0 } else { 6 }, "{name}: {}", run.whole());
        }
    }
}

#[test]
fn a_command_that_is_named_takes_paths_and_the_config_as_they_are() {
    let stage = with(&[]);
    std::fs::create_dir(stage.path("my books")).unwrap();
    std::fs::rename(stage.path("holdings.yaml"), stage.path("kept.yaml")).unwrap();
    std::fs::copy(stage.path("portfolio_config.yaml"), stage.path("my books/config.yaml")).unwrap();
    stage.write("my books/holdings.csv", &format!("code,quantity,price,as_of\n{}", lines("LOST", 4)));
    let config = ["--config", "my books/config.yaml"];
    let run = stage.run(&[&["plan"], &config[..]].concat());
    let command = "import 'my books/holdings.csv' --fix -o 'my books/holdings.yaml' --config 'my books/config.yaml'";
    assert!(run.code == 6 && run.err.contains(&format!(": rebalance {command}\n")), "{}", run.err);
    let pasted = stage.run(&arguments(command).iter().map(String::as_str).collect::<Vec<_>>());
    assert!(pasted.code == 0 && stage.path("my books/holdings.yaml").exists(), "{}", pasted.whole());
    // The broker that rewrites holdings names the same files.
    let table = ["--holdings", "my books/holdings.csv"];
    let run = stage.run(&[&["apply", "plan.json", "--broker", "paper"], &config[..], &table].concat());
    let command =
        "rebalance import 'my books/holdings.csv' -o 'my books/holdings.yaml' --config 'my books/config.yaml'";
    assert!(run.code == 64 && run.err.contains(command), "{}", run.whole());
    // What is amiss names the file so that a shell takes it.
    stage.write("a b.csv", "code,quantity,price\n69500,1,1\n");
    let run = stage.run(&["import", "a b.csv"]);
    let said = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["import 'a b.csv' --fix", "import 'a b.csv' --as-of YYYY-MM-DD", "import 'a b.csv' --cash KRW=AMOUNT"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_config_that_is_named_and_cannot_be_read_is_no_config_that_is_not_there() {
    let stage = with(&["utf8"]);
    for command in [&["import", "utf8.csv"][..], &["plan", "--holdings", "utf8.csv"]] {
        let run = stage.run(&[command, &["--config", "nowhere.yaml"]].concat());
        assert!(run.code == 6 && run.out.is_empty() && run.err.contains("nowhere.yaml"), "{}", run.whole());
    }
    // Where none is named and none is there, a table is read as it stands.
    std::fs::remove_file(stage.path("portfolio_config.yaml")).unwrap();
    assert_eq!(stage.run(&["import", "utf8.csv"]).code, 0);
}

#[test]
fn zeros_are_missing_in_korea_alone_and_no_currency_is_dropped() {
    let stage = Stage::sample();
    let table = |line: &str| format!("as_of,code,quantity,price,currency\n2026-03-04,{line}\n,KRW,0,,\n");
    stage.write("tokyo.csv", &table("7203,100,2800,JPY"));
    let run = stage.run(&["import", "tokyo.csv", "--fix"]);
    let told = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(run.code == 1 && told.contains("7203 is in JPY, and the config does not know it"), "{}", run.whole());
    assert!(told.contains("tokyo.csv:2:26") && told.contains("`currency: JPY`"), "{}", run.whole());
    stage.edit("portfolio_config.yaml", "code: '069500'\n", "code: '7203'\n          currency: JPY\n");
    let run = stage.run(&["import", "tokyo.csv"]);
    assert!(run.code == 0 && run.out.contains("- code: '7203'\n"), "{}", run.whole());
    stage.write("seoul.csv", &table("91230,100,2800,KRW"));
    let run = stage.run(&["import", "seoul.csv", "--fix"]);
    assert!(run.code == 0 && run.out.contains("- code: '091230'\n"), "{}", run.whole());
}
