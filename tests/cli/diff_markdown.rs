//! `rebalance diff --format markdown`: a comment that fits, in which nothing from a file or a commit is markup.

use crate::spans::outside;
use crate::stage::Stage;
use std::fmt::Write;

const CONFIG: &str = "portfolio_config.yaml";

/// More than anybody would write into a name.
const HOSTILE: &str =
    "a|b` ``` <script>alert(1)</script> @everyone #123 ![x](http://e.vil) </details> | --- \\u200b /close";

/// A config of so many assets whose targets add up to 1, every second one a little higher and every other a little lower.
fn many(count: usize, shift: i64, name: &str) -> String {
    let mut text = "portfolio:\n  name: Big\n  owner: me\n  base_currency: KRW\n  broker: paper\n  allocation:\n    \
                    core:\n      weight: 1\n      assets:\n"
        .to_owned();
    let unit = 100_000_000 / i64::try_from(count).unwrap();
    for i in 0..count {
        let target = unit + if i % 2 == 0 { shift } else { -shift };
        writeln!(text, "        - {{ ticker: '{name}', code: 'A{i:05}', target: 0.{target:08}, min: 0, max: 0.5 }}")
            .unwrap();
    }
    text + "  rebalancing:\n    strategy: time\n    scheduled: { frequency: quarterly, months: [1, 4, 7, 10], day: \
            first_business_day }\n  costs: { etf_commission_rate: 0.00015, slippage_estimate: 0.001 }\n"
}

/// Every part of the page is there, closed, and none of it is too long.
fn sound(text: &str) {
    assert!(text.len() < 65_000, "{}", text.len());
    for line in text.lines() {
        let plain = outside(line);
        let plain = plain.replace("<details><summary>Trades: ", "").replace("</summary>", "").replace("</details>", "");
        for sign in ['<', '>', '@', '#', '!', '['] {
            assert!(line.starts_with("### rebalance diff: ") || !plain.contains(sign), "{sign} in {line}");
        }
        if line.starts_with('|') {
            assert!([5, 7].contains(&line.matches('|').count()), "another cell in {line}");
        }
    }
    let count = |text: &str, part: &str| text.lines().filter(|line| line.contains(part)).count();
    assert_eq!(count(text, "<details>"), text.lines().filter(|line| *line == "</details>").count());
}

#[test]
fn names_reasons_and_files_are_never_markup() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "KODEX 200", &HOSTILE.replace('\'', ""));
    stage.edit(CONFIG, "    satellite:", &format!("    '{HOSTILE}':"));
    stage.commit("Names", 90);
    stage.git(&["checkout", "-q", "-b", "topic"]);
    stage.edit(
        CONFIG,
        "code: '069500'\n          target: 0.15",
        "code: '069500'\n          tags: ['|`@a']\n          target: 0.17",
    );
    stage.edit(CONFIG, "target: 0.35", "target: 0.33");
    stage.edit(CONFIG, &format!("    '{HOSTILE}':"), &format!("    'x{HOSTILE}':"));
    stage.edit(CONFIG, "max: 0.40", "max: 0.32");
    stage.commit(&format!("{HOSTILE}\n\nReason: {HOSTILE}\nCooldown-Override: {HOSTILE}"), 0);
    let run = stage.run(&["diff", "main...topic", "--format", "markdown"]);
    sound(&run.out);
    for part in ["### rebalance diff: refused\n", "| ~ | `360750 ", "band-contains-target", "everyone", "\\u{7c}"] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    let human = stage.run(&["diff", "main...topic"]).out;
    assert!(human.lines().all(|line| !line.contains('\u{1b}')), "{human}");
}

#[test]
fn five_thousand_changes_fit_and_the_rest_is_counted() {
    let stage = Stage::sample();
    std::fs::remove_file(stage.path("holdings.yaml")).unwrap();
    let name = "한국|`".repeat(16);
    stage.write(CONFIG, &many(5_000, 0, &name));
    stage.commit("Many", 90);
    stage.git(&["checkout", "-q", "-b", "topic"]);
    stage.write(CONFIG, &many(5_000, 100, &name));
    stage.commit(&format!("All\n\nReason: {}", "long ".repeat(20_000)), 0);
    let run = stage.run(&["diff", "main...topic", "--format", "markdown"]);
    sound(&run.out);
    let shown = run.out.lines().filter(|line| line.starts_with("| ~ |")).count();
    let rest: usize = run.out.split("\nAnd ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(shown > 50 && shown + rest == 5_000, "{shown} and {rest}");
    assert!(run.out.contains("All of them: `rebalance diff main...topic --format json`\n"), "{}", run.out);
    assert_eq!(run.code, 0);
}

#[test]
fn every_part_is_cut_where_all_of_them_are_long() {
    let stage = Stage::sample();
    stage.write(CONFIG, &many(400, 0, HOSTILE));
    let position = |i: usize| format!("  - {{ code: 'A{i:05}', quantity: {}, price: 10000 }}\n", 10 + i % 7);
    let positions: String = (0..400).map(position).collect();
    stage.write("holdings.yaml", &format!("as_of: 2026-03-04\ncash: {{ KRW: 9000000 }}\npositions:\n{positions}"));
    stage.commit("Many", 90);
    stage.git(&["checkout", "-q", "-b", "topic"]);
    // Every target is another, every asset has a tag and a lot more, every band is above its target, and every one of
    // many commits says why at length.
    let mut text = String::new();
    for i in 0..30 {
        text =
            many(400, 1_000 + i, HOSTILE).replace("min: 0,", &format!("min: 0.1, tags: ['{HOSTILE}'], lot_size: 2,"));
        stage.write(CONFIG, &text);
        stage.commit(&format!("{i} {HOSTILE}\n\nReason: {HOSTILE}"), 0);
    }
    let run = stage.run(&["diff", "main...topic", "--format", "markdown"]);
    sound(&run.out);
    assert_eq!(run.out.matches("\nAnd ").count(), 4, "{}", run.out);
    // Without the errors there are orders.
    stage.write(CONFIG, &text.replace("min: 0.1", "min: 0"));
    let run = stage.run(&["diff", "main", "--format", "markdown"]);
    sound(&run.out);
    assert!(run.out.contains("more orders. All of them: "), "{}", run.out);
}
