//! Many accounts: a line in, a line out.

use crate::stage::{Run, Stage};
use rebalance::document;
use rebalance::schema;
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

/// A YAML file of the stage as JSON.
fn as_json(stage: &Stage, file: &str) -> Value {
    schema::json(&document::read(stage.read(file).as_bytes()).document.unwrap().root)
}

/// The sample's account, its config by path.
fn account(stage: &Stage, id: &str) -> Value {
    json!({ "id": id, "config": "portfolio_config.yaml", "holdings": as_json(stage, "holdings.yaml") })
}

fn lines(accounts: &[Value]) -> String {
    accounts.iter().map(|account| format!("{account}\n")).collect()
}

fn batch(stage: &Stage, input: &str, options: &[&str]) -> Run {
    let args = [&["--now", "2026-03-04T00:00:00Z", "plan", "--batch"], options].concat();
    stage.run_with(input.as_bytes(), &args)
}

fn answers(run: &Run) -> Vec<Value> {
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The sample with different cash in each account, every third config in the line, every seventh line bad.
fn many(stage: &Stage, n: usize) -> Vec<String> {
    let line = |i: usize| {
        let mut account = account(stage, &format!("a{i}"));
        account["holdings"]["cash"]["KRW"] = (i * 1_234).into();
        if i.is_multiple_of(3) {
            account["config"] = as_json(stage, "portfolio_config.yaml");
        }
        if i % 7 == 6 {
            account["holdings"]["positions"][0]["price"] = (-1).into();
        }
        format!("{account}\n")
    };
    (0..n).map(line).collect()
}

#[test]
fn a_plan_of_a_batch_is_the_plan() {
    let stage = Stage::sample();
    let account = account(&stage, "a");
    let run = batch(&stage, &lines(std::slice::from_ref(&account)), &[]);
    assert_eq!(run.code, 0, "{}", run.whole());
    assert_eq!(run.err, "1 account: 1 with orders, 0 refused by a check, 0 without a plan\n");
    let answer = &answers(&run)[0];
    assert_eq!(answer["id"], "a");
    assert_eq!(format!("{answer}\n"), run.out, "there is nothing between the values");
    // Pretty, it is the file, byte for byte; from the same holdings as a file it is the same plan.
    stage.write("holdings.yaml", &account["holdings"].to_string());
    let plan = stage.run(&["--now", "2026-03-04T00:00:00Z", "plan", "--format", "json", "-o", "plan.json"]);
    assert_eq!(serde_json::to_string_pretty(&answer["plan"]).unwrap() + "\n", plan.out);
    assert_eq!(stage.run(&["verify", "plan.json"]).code, 0);
}

#[test]
fn a_config_in_the_line_is_planned_and_is_in_no_repository() {
    let stage = Stage::sample();
    let mut account = account(&stage, "a");
    account["config"] = as_json(&stage, "portfolio_config.yaml");
    let run = batch(&stage, &lines(&[account]), &[]);
    let plan = &answers(&run)[0]["plan"];
    assert_eq!(plan["body"]["inputs"]["config"]["path"], "-");
    assert_eq!(plan["body"]["inputs"]["config"]["blob"], Value::Null);
    assert_eq!((plan["body"]["status"].as_str(), run.code), (Some("applyable"), 0));
    stage.write("plan.json", &(serde_json::to_string_pretty(plan).unwrap() + "\n"));
    let refused = stage.run(&["apply", "plan.json"]);
    assert_eq!(refused.code, 3, "{}", refused.whole());
}

#[test]
fn lines_that_have_no_plan_are_answered_in_their_place() {
    let stage = Stage::sample();
    let whole = account(&stage, "whole");
    let other = |id: &str, pointer: &str, value: Value| {
        let mut account = account(&stage, id);
        *account.pointer_mut(pointer).unwrap() = value;
        account
    };
    let mut unsound = other("unsound", "/config", as_json(&stage, "portfolio_config.yaml"));
    unsound["config"]["portfolio"]["allocation"]["core"]["assets"][0]["target"] = json!(0.5);
    let mut unpriced = account(&stage, "unpriced");
    unpriced["holdings"]["positions"].as_array_mut().unwrap().remove(0);
    let mut misspelt = account(&stage, "misspelt");
    misspelt["asof"] = "2026-03-04".into();
    let mut input = lines(&[
        whole.clone(),
        other("nowhere", "/config", "nowhere.yaml".into()),
        unsound,
        other("price", "/holdings/positions/2/price", "16800".into()),
        unpriced,
        misspelt,
        other("config", "/config", 1.into()),
        other("", "/id", json!(["a"])),
    ]);
    input.push_str("{\"id\": 8, \n\n");
    input.push_str(&whole.to_string().replacen("\"config\"", "\"id\":\"b\",\"config\"", 1));
    input.push('\n');
    input.push_str(&whole.to_string());
    let run = batch(&stage, &input, &[]);
    let told = answers(&run).into_iter().map(|answer| match answer.get("error") {
        None => format!("{} planned\n", answer["id"]),
        Some(error) => {
            let at = error["findings"].as_array().unwrap().iter().map(|f| format!(" at {}", f["at"]));
            let kind = error["kind"].as_str().unwrap();
            format!("{} {kind}{}: {}\n", answer["id"], at.collect::<String>(), error["message"].as_str().unwrap())
        }
    });
    assert_data_eq!(
        told.collect::<String>(),
        str![[r#"
"whole" planned
"nowhere" config: cannot read nowhere.yaml: No such file or directory (os error 2)
"unsound" config at "/config/portfolio/allocation/core" at "/config/portfolio/allocation/core/assets/0/max": the config cannot be planned by: the targets add up to 1.15, not 1, and 1 error more
"price" holdings at "/holdings/positions/2/price": the holdings cannot be planned with: `price` is a text in quotes, not a number
"unpriced" plan: 360750 is in the config and has no price
"misspelt" line: unknown field `asof`, expected one of `id`, `config`, `holdings`, `as_of`, `trigger`, `deposit`, `withdraw`, `currency`, `fx`, `ex_dividend`, `log` at column 445
"config" line: `config` is neither the path of a config nor a config
null line: `id` is neither a text nor a whole number
null line: EOF while parsing a value at column 10
null line: the line is empty
null line: duplicate field `id` at column 18
"whole" planned

"#]]
    );
    assert_data_eq!(
        run.err,
        str![[r#"
error: line 2: cannot read nowhere.yaml: No such file or directory (os error 2)
error: line 3: the config cannot be planned by: the targets add up to 1.15, not 1, and 1 error more
error: line 4: the holdings cannot be planned with: `price` is a text in quotes, not a number
error: line 5: 360750 is in the config and has no price
error: line 6: unknown field `asof`, expected one of `id`, `config`, `holdings`, `as_of`, `trigger`, `deposit`, `withdraw`, `currency`, `fx`, `ex_dividend`, `log` at column 445
error: line 7: `config` is neither the path of a config nor a config
error: line 8: `id` is neither a text nor a whole number
error: line 9: EOF while parsing a value at column 10
error: line 10: the line is empty
error: line 11: duplicate field `id` at column 18
12 accounts: 2 with orders, 0 refused by a check, 10 without a plan

"#]]
    );
    assert_eq!(run.code, 1);
}

#[test]
fn no_more_of_a_line_is_told_than_is_read_and_no_name_of_the_program() {
    let stage = Stage::sample();
    let long = "x".repeat(500_000);
    let with = |key: &str, value: Value| {
        let mut account = account(&stage, "a");
        account[key] = value;
        format!("{account}\n")
    };
    let values =
        ["null", "\"portfolio_config.yaml\"", "{}", "null", "null", "null", "null", "null", "null", "{}", "[]"];
    let input = [
        "[1, 2]\n".to_owned(),
        format!("[{}]\n", values.join(",")),
        format!("\"{long}\"\n"),
        with("config", "a\0b".into()),
        with("config", long.as_str().into()),
        with("log", long.as_str().into()),
        with("log", json!([long])),
        with("log", json!([[]])),
        with("trigger", long.as_str().into()),
        with("deposit", long.as_str().into()),
        with(&long, 1.into()),
        with("a\nb", 1.into()),
        with("holdings", json!({ "as_of": long, "cash": {}, "positions": [] })),
        with("fx", json!({ "as_of": "2026-03-04", "base": "KRW", "rates": long })),
    ];
    let run = batch(&stage, &input.concat(), &[]);
    let told: Vec<String> =
        answers(&run).iter().map(|answer| answer["error"]["message"].as_str().unwrap().to_owned() + "\n").collect();
    assert_data_eq!(
        told.concat(),
        str![[r#"
the line is not a JSON object
the line is not a JSON object
the line is not a JSON object
`config` is no path of a file: `a/u{0}b`
`config` is no path of a file: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`
invalid type: string "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, expected a sequence at column 500440
invalid type: string "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, expected an object at column 500441
invalid length 0, expected an object at column 441
unknown variant `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, expected `manual` at column 500444
invalid type: string "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, expected a JSON number at column 500444
unknown field `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, expected one of `id`, `config`, `holdings`, `as_of`, `trigger`, `deposit`, `withdraw`, `currency`, `fx`, `ex_dividend`, `log` at column 500434
unknown field `a/nb`, expected one of `id`, `config`, `holdings`, `as_of`, `trigger`, `deposit`, `withdraw`, `currency`, `fx`, `ex_dividend`, `log` at column 438
the holdings cannot be planned with: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is not a date
the exchange rates cannot be planned with: `rates` is a text in quotes, not a mapping

"#]]
    );
    let line = |answer: &&Value| answer["error"]["kind"] == "line";
    assert!(answers(&run).iter().filter(line).all(|answer| answer["error"]["help"].as_array().unwrap().len() == 1));
    assert!(run.out.len() < 10_000, "{}", run.out);
    assert!(run.err.len() < 4_000, "{}", run.err);
}

#[test]
fn halves_are_answered_as_the_whole_is_by_however_many() {
    let stage = Stage::sample();
    let lines = many(&stage, 300);
    let whole = batch(&stage, &lines.concat(), &["--jobs", "3"]);
    let halves = lines.split_at(150);
    let first = batch(&stage, &halves.0.concat(), &["--jobs", "1"]);
    let second = batch(&stage, &halves.1.concat(), &["--jobs", "2"]);
    assert_eq!(whole.out, first.out + &second.out);
    let ids: Vec<Value> = answers(&whole).iter().map(|answer| answer["id"].clone()).collect();
    assert_eq!(ids, (0..300).map(|i| format!("a{i}").into()).collect::<Vec<Value>>());
    assert!(
        whole.err.ends_with("300 accounts: 258 with orders, 0 refused by a check, 42 without a plan\n"),
        "{}",
        whole.err
    );
    assert_eq!(whole.err.lines().count(), 11, "ten errors are told");
}

#[test]
fn what_a_line_does_not_say_the_command_line_does() {
    let stage = Stage::sample();
    let mut served = account(&stage, "served");
    served["log"] = json!([{ "date": "2026-01-05", "trigger": "scheduled", "total_portfolio_value": 1, "trades": [],
        "total_trade_amount": 0, "total_commission": 0, "pre_drift": {}, "post_drift": {} }]);
    let mut asked = served.clone();
    asked["trigger"] = "manual".into();
    asked["as_of"] = "2026-03-05".into();
    let input = lines(&[served, asked]);
    let fired = |options: &[&str]| -> Vec<(Value, Value)> {
        let of = |answer: &Value| {
            let body = &answer["plan"]["body"];
            (body["trigger"]["fired"].clone(), body["inputs"]["as_of"].clone())
        };
        answers(&batch(&stage, &input, options)).iter().map(of).collect()
    };
    let manual = |day: &str| (json!("manual"), json!(day));
    assert_eq!(fired(&[]), [(Value::Null, json!("2026-03-04")), manual("2026-03-05")]);
    let all = ["--trigger", "manual", "--as-of", "2026-03-06"];
    assert_eq!(fired(&all), [manual("2026-03-06"), manual("2026-03-05")]);
}

#[test]
fn cash_is_paid_in_and_taken_out_account_by_account() {
    let stage = Stage::sample();
    let mut asked = ["deposit", "withdraw", "nothing", "negative", "both"].map(|id| account(&stage, id));
    asked[0]["deposit"] = 500_000.into();
    asked[1]["withdraw"] = 2_000_000.into();
    asked[3]["withdraw"] = (-1).into();
    asked[4]["deposit"] = 1.into();
    asked[4]["trigger"] = "manual".into();
    let run = batch(&stage, &lines(&asked), &["--deposit", "1000000"]);
    let told = |answer: &Value| match &answer["error"]["message"] {
        Value::Null => answer["plan"]["body"]["summary"]["cash_flow"].clone(),
        message => message.clone(),
    };
    let told: Vec<Value> = answers(&run).iter().map(told).collect();
    let expected = [
        "500000",
        "-2000000",
        "1000000",
        "an amount that is paid in or taken out is above 0",
        "only one of `trigger`, `deposit` and `withdraw` can be asked for",
    ];
    assert_eq!(told, expected.map(Value::from), "{}", run.whole());
}

#[test]
fn a_config_by_its_path_keeps_its_cooldown() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "target: 0.35", "target: 0.34");
    stage.edit("portfolio_config.yaml", "target: 0.05", "target: 0.06");
    let run = batch(&stage, &lines(&[account(&stage, "a"), account(&stage, "b")]), &[]);
    for answer in answers(&run) {
        assert_eq!(answer["plan"]["body"]["status"], "errored", "{}", run.whole());
        assert_eq!(answer["plan"]["body"]["checks"][0]["rule"], "trade-cooldown");
    }
    assert_eq!(run.code, 1);
    assert_eq!(run.err, "2 accounts: 2 with orders, 2 refused by a check, 0 without a plan\n");
}

#[test]
fn where_there_is_no_repository_nothing_by_path_may_be_traded() {
    let stage = Stage::bare_directory();
    let run = batch(&stage, &lines(&[account(&stage, "a")]), &[]);
    let plan = &answers(&run)[0]["plan"];
    assert_eq!((plan["body"]["status"].as_str(), run.code), (Some("errored"), 1), "{}", run.whole());
    assert_eq!(plan["body"]["checks"][0]["rule"], "history-complete");
}

#[test]
fn lines_have_one_format_and_one_place() {
    let stage = Stage::sample();
    for options in [&["--format", "json"][..], &["--format", "jsonl", "--output-file", "x"], &["-o", "x"]] {
        assert_eq!(batch(&stage, "", options).code, 64, "{options:?}");
    }
    assert_eq!(stage.run(&["plan", "--format", "jsonl"]).code, 64);
    assert_eq!(stage.run(&["plan", "--jobs", "2"]).code, 64);
    let run = batch(&stage, "", &["--format", "jsonl"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.whole());
    assert_eq!(run.err, "0 accounts: 0 with orders, 0 refused by a check, 0 without a plan\n");
}

#[test]
fn answers_and_lines_fit_their_schemas() {
    let stage = Stage::sample();
    let lines = many(&stage, 14);
    let validator = |sheet: &schema::Sheet| jsonschema::validator_for((sheet.schema)().as_value()).unwrap();
    let (line, answer) = (validator(&rebalance::batch::SHEET), validator(&rebalance::batch::ANSWER_SHEET));
    for (text, told) in lines.iter().zip(answers(&batch(&stage, &lines.concat(), &[]))) {
        assert!(answer.is_valid(&told), "{told}");
        assert_eq!(line.is_valid(&serde_json::from_str(text).unwrap()), told.get("plan").is_some(), "{text}");
    }
}
