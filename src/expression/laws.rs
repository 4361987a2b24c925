//! Laws of expressions: what is exact, what is refused, and that nothing ever panics or runs on.

use super::value::Value;
use super::view::One;
use super::{Engine, Expression, Item, MAX_DEPTH, MAX_STEPS, OFFERS, Scope, Template, View};
use crate::config::Config;
use crate::document;
use crate::portfolio::Portfolio;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::rc::Rc;

const SAMPLE: &str = include_str!("../../portfolio_config.yaml");

/// The sample with tags, currencies and markets on its satellites.
fn sample() -> View {
    let text = SAMPLE
        .replace("code: '091230'\n", "code: '091230'\n          tags: ['sector:semiconductor', growth]\n")
        .replace("code: '305720'\n", "code: '305720'\n          tags: ['sector:battery', growth]\n")
        .replace("code: '319640'\n", "code: '319640'\n          market: overseas\n          currency: USD\n");
    view(&text)
}

fn view(text: &str) -> View {
    View::of(Portfolio::of(&Config::of(&document::read(text.as_bytes())).0).unwrap())
}

/// A portfolio of so many assets in one sleeve.
fn many(assets: usize) -> View {
    let head = SAMPLE.split("    core:").next().unwrap();
    let tail = SAMPLE.split_once("  # Rebalancing rules").unwrap().1;
    let mut text = format!("{head}    core:\n      weight: 1\n      assets:\n");
    for i in 0..assets {
        let _ =
            writeln!(text, "        - {{ ticker: T, code: 'A{i:05}', target: 0, min: 0, max: 1, tags: [t{}] }}", i % 7);
    }
    view(&(text + "  # Rebalancing rules" + tail))
}

/// An answer, or what is wrong with the part of the text that is pointed at.
fn ask(text: &str) -> Result<bool, String> {
    ask_of(text, Scope::Portfolio, &Item::Portfolio)
}

fn ask_of(text: &str, scope: Scope, item: &Item) -> Result<bool, String> {
    let said = |fault: super::Fault| {
        assert!(fault.help.ends_with('.') && !fault.message.ends_with('.'), "{fault:?}");
        format!("{} | {}", &text[fault.range.clone()], fault.message)
    };
    let expression = Expression::read(text, scope).map_err(said)?;
    Engine::new(sample()).holds(&expression, item).map_err(said)
}

#[test]
fn figures_are_exact_at_the_boundary() {
    for text in [
        "0.1 + 0.2 == 0.3",
        "0.1 + 0.1 <= 0.2",
        "not 0.1 + 0.2 > 0.3",
        "0.07 * 100 == 7",
        "1 / 8 == 0.125",
        "-0.5 + 1 == 0.5",
        "5 == 5.0",
        "1.10 == 1.1",
        "round(0.125, 2) == 0.13 and round(-0.125, 2) == -0.13",
        "ratio(1, 3, 4) == 0.3333",
        "min(0.1, 0.2) == 0.1 and max(0.1, 0.2) == 0.2 and abs(0.1 - 0.2) == 0.1",
        "0.0000000000000000000000000001 > 0",
        "9999999999999999999999999999 + 1 == 9999999999999999999999999998 + 2",
    ] {
        assert_eq!(ask(text), Ok(true), "{text}");
    }
}

#[test]
fn a_portfolio_is_asked_by_its_parts() {
    for text in [
        "assets.target == 1 and assets.count == 7 and portfolio.sleeves == 2",
        "assets.sleeve('satellite').target == 0.3",
        "assets.sleeve('satellite').tagged('sector:semiconductor', 'sector:battery').target <= 0.2",
        "assets.sleeve(\"satellite\").largest <= 0.15",
        "assets.tagged_all('growth', 'sector:battery').count == 1",
        "assets.without_tag('growth').count == 5",
        "assets.sleeve('core', 'satellite').count == 7",
        "assets.codes('360750', '069500').target == 0.5",
        "assets.currency('USD').target == 0.1 and assets.market('overseas').target == 0.1",
        "assets.market('domestic').count == 0 and assets.market('domestic').largest == 0",
        "portfolio.threshold == 0.05 and portfolio.strategy == 'hybrid' and portfolio.base_currency in ['KRW', 'USD']",
        "is_set(portfolio.threshold) and not is_set(portfolio.max_turnover)",
        "portfolio.commission * 100 == 0.015",
        "portfolio.name.starts_with('2026') and portfolio.name.ends_with('Growth') and portfolio.name.contains('Long')",
        "'KRW' not in ['USD'] && !(1 == 2) || false",
        "not 1 == 2 and not (1 == 2 or not true) and (not 1 == 2) == true and not not 1 == 1",
        "1 + 2 * 3 == 7 and (1 + 2) * 3 == 9 and 8 - 4 - 2 == 2 and 8 / 4 / 2 == 1",
    ] {
        assert_eq!(ask(text), Ok(true), "{text}");
    }
    let asset = Item::Asset("319640".to_owned());
    for text in [
        "asset.target == 0.1 and asset.band == 0.1 and asset.min == 0.05 and asset.max == 0.15",
        "asset.sleeve == 'satellite' and asset.sleeve != 'core' and asset.sleeve in ['satellite']",
        "asset.market == 'overseas' and asset.currency == 'USD' and not is_set(asset.tax_class)",
        "asset.ticker.contains('Gold') and asset.lot_size == 1 and asset.tags == 0 and not asset.tagged('growth')",
        "assets.sleeve(asset.sleeve).target == 0.3 and asset.code == '319640'",
    ] {
        assert_eq!(ask_of(text, Scope::Asset, &asset), Ok(true), "{text}");
    }
    let sleeve = Item::Sleeve("core".to_owned());
    let text = "sleeve.name == 'core' and sleeve.weight == 0.7 and sleeve.target == 0.7 and sleeve.count == 4 \
                and sleeve.assets.largest == 0.35";
    assert_eq!(ask_of(text, Scope::Sleeve, &sleeve), Ok(true));
    let tag = Item::Tag("growth".to_owned());
    let text = "tag.name == 'growth' and tag.target == 0.2 and tag.count == 2 and tag.assets.max == 0.3";
    assert_eq!(ask_of(text, Scope::Tag, &tag), Ok(true));
}

/// What is written, the part that is pointed at, and the message.
const REFUSED: &[(&str, &str)] = &[
    ("", " | the expression is empty"),
    ("assets.taget == 1", "taget | there is no `taget` here"),
    ("asets.target == 1", "asets | there is no `asets` here"),
    ("asset.target == 1", "asset | there is no `asset` here"),
    ("target == 1", "target | there is no `target` here"),
    ("assets.portfolio", "portfolio | there is no `portfolio` here"),
    ("assets.target() == 1", "target | `target` takes no arguments"),
    ("assets.tagged == 1", "tagged | `tagged` needs its arguments"),
    ("assets.target = 1", "= | `=` means nothing here"),
    ("let x", "let | there is no `let` here"),
    ("while true", "while | there is no `while` here"),
    ("eval('1')", "eval | there is no `eval` here"),
    ("print('x')", "print | there is no `print` here"),
    ("import 'x'", "import | there is no `import` here"),
    ("[1].map(|x| x)", "| | `|` means nothing here"),
    ("{ loop }", "{ | `{` means nothing here"),
    ("#{a: 1}", "# | `#` means nothing here"),
    ("`${1}`", "` | ``` means nothing here"),
    ("true; true", "; | `;` means nothing here"),
    ("assets.target <= 20%", "% | `%` means nothing here"),
    ("9 ** 9 ** 9", "** | `**` is no operator here"),
    ("1..2", ".. | `..` is no operator here"),
    ("true // why", "// | `//` is no operator here"),
    ("0x10 == 16", "0x10 | `0x10` is not a plain number"),
    ("1e9 == 1", "1e9 | `1e9` is not a plain number"),
    ("069500 == 1", "069500 | `069500` is not a plain number"),
    ("1_000 == 1", "1_000 | `1_000` is not a plain number"),
    ("0.12345678901234567890123456789 == 1", "0.12345678901234567890123456789 | a number has at most 28 digits"),
    ("'open == 1", "'open == 1 | this quote is never closed"),
    ("'a\\n' == 'a'", "\\ | a backslash inside of a text"),
    ("(1 == 1", "1 | `)` is missing here"),
    ("assets.count == 0 and ()", "( | nothing stands between these parentheses"),
    ("(not) == 1", "not | nothing follows this `not`"),
    ("not", "not | nothing follows this `not`"),
    ("(1 == 1 and not 1 == 2]", "] | `)` is missing here"),
    ("1 ==", "== | the expression ends too early"),
    ("1 == 1)", ") | this does not fit here"),
    ("1 1", "1 | this does not fit here"),
    ("assets.tagged('a' 'b').count == 0", "'b' | `,` is missing here"),
    ("assets.", ". | the expression ends too early"),
    // What is read and has no answer.
    ("assets.target", "assets.target | the answer is a number (1), not true or false"),
    ("portfolio.name", "portfolio.name | the answer is a text (\"2026 Long-Term Growth\"), not true or false"),
    ("assets", "assets | the answer is a part of the portfolio, not a value, not true or false"),
    ("assets.target == '1'", "== | a number (1) is compared with a text (\"1\")"),
    ("assets.target < '1'", "< | this needs a number and is given a text (\"1\")"),
    ("0 < assets.target < 1", "< | this needs a number and is given true"),
    ("assets > 1", "> | this needs a number and is given a part of the portfolio, not a value"),
    ("assets.target and true", "target | this needs true or false and is given a number (1)"),
    ("not assets.target", "not | this needs true or false and is given a number (1)"),
    ("'a' + 'b' == 'ab'", "+ | this needs a number and is given a text (\"a\")"),
    ("-portfolio.name == 1", "- | this needs a number and is given a text (\"2026 Long-Term Growth\")"),
    ("1 / 0 == 1", "/ | a division by zero"),
    ("1 / 3 == 1", "/ | 1 / 3 does not come out exactly"),
    ("ratio(1, 0, 2) == 1", "ratio | a division by zero"),
    ("round(1, 0.5) == 1", "round | 0.5 is no number of decimal places"),
    ("9999999999999999999999999999 * 9999999999999999999999999999 > 1", "* | the product has more than 28 digits"),
    ("9999999999999999999999999999 + 0.5 > 1", "+ | the sum has more than 28 digits"),
    (
        "portfolio.max_turnover <= 0.2",
        "<= | this needs a number and is given `portfolio.max_turnover`, which is not set in the config",
    ),
    (
        "portfolio.max_turnover == 0.2",
        "== | this needs a number or a text and is given `portfolio.max_turnover`, which is not set in the config",
    ),
    ("assets.sleeve('satelite').target <= 0.3", "sleeve | there is no sleeve \"satelite\""),
    ("assets.market('oversea').target <= 0.3", "market | there is no market \"oversea\""),
    ("assets.currency('CHF').target <= 0.3", "currency | there is no currency \"CHF\""),
    ("portfolio.strategy == 'hybird'", "== | there is no strategy \"hybird\""),
    ("portfolio.strategy in ['hybrid', 'hybird']", "in | there is no strategy \"hybird\""),
    ("1 in 2", "in | this needs a list in brackets, such as `['KRW', 'USD']` and is given a number (2)"),
    ("assets.tagged(1).count == 1", "tagged | this needs a text and is given a number (1)"),
    ("assets.weight == 1", "weight | `weight` cannot be used like this: it belongs to a sleeve"),
    (
        "portfolio.tagged('a')",
        "tagged | `tagged` cannot be used like this: it belongs to a set of assets and to an asset",
    ),
    ("min(1) == 1", "min | `min` cannot be used like this"),
    ("true or min(1) == 1", "min | `min` cannot be used like this"),
    (
        "true or portfolio.name.contains('a', 'b')",
        "contains | `contains` cannot be used like this: it belongs to a text",
    ),
    (
        "true or assets.codes('1','2','3','4','5','6','7','8','9').count == 0",
        "codes | `codes` cannot be used like this: it belongs to a set of assets",
    ),
    ("is_set('x')", "'x' | `is_set` asks for an optional key of the config"),
    ("true or is_set(1)", "1 | `is_set` asks for an optional key of the config"),
    ("is_set(assets.target)", "target | `is_set` asks for an optional key of the config"),
    ("is_set(portfolio.name)", "name | `is_set` asks for an optional key of the config"),
    ("is_set(portfolio.threshold, 1)", "is_set | `is_set` cannot be used like this"),
    ("1 in []", "[ | this list is empty"),
    ("assets.codes() == 1", "( | nothing stands between these parentheses"),
    ("'a' in 'abc'", "in | this needs a list in brackets, such as `['KRW', 'USD']` and is given a text (\"abc\")"),
    ("assets[0] == 1", "[ | nothing is looked up by brackets"),
];

#[test]
fn what_is_refused_is_pointed_at() {
    let wrong: Vec<String> = REFUSED
        .iter()
        .map(|(text, expected)| (text, ask(text), Err((*expected).to_owned())))
        .filter(|(_, said, expected)| said != expected)
        .map(|(text, said, expected)| format!("{text}\n  {said:?}\n  {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_hint_names_what_was_meant() {
    let help = |text: &str| Expression::read(text, Scope::Portfolio).unwrap_err().help;
    assert_eq!(help("assets.taget == 1"), "write `target`.");
    assert_eq!(help("asset.target == 1"), "`asset` is known with `for_each: asset`.");
    assert_eq!(help("target == 1"), "write what it belongs to before it: a set of assets has `target`.");
    assert_eq!(help("assets.target <= 20%"), "write a share as a fraction: 20 % is `0.2`.");
    assert_eq!(help("1_000 == 1"), "write `1000`.");
}

#[test]
fn a_tag_or_a_code_that_is_likely_misspelt_is_remembered() {
    let engine = Engine::new(sample());
    let ask = |text: &str| engine.holds(&Expression::read(text, Scope::Portfolio).unwrap(), &Item::Portfolio).unwrap();
    assert!(ask("assets.tagged('leverage').count == 0"));
    assert_eq!(engine.doubts(), []);
    assert!(ask("assets.tagged('sector:semicondutor').target <= 0.1"));
    let said = ("tag", "sector:semicondutor".to_owned(), "sector:semiconductor".to_owned());
    assert_eq!(engine.doubts(), [said]);
    engine.forget_doubts();
    assert_eq!(engine.doubts(), []);
    assert!(ask("assets.codes('233740').count == 0"));
    assert_eq!(engine.doubts(), []);
    assert!(ask("assets.codes('36075').target <= 0.1"));
    assert_eq!(engine.doubts(), [("code", "36075".to_owned(), "360750".to_owned())]);
}

#[test]
fn messages_show_what_expressions_come_to() {
    let engine = Engine::new(sample());
    let fill = |text: &str| {
        let said = |fault: super::Fault| format!("{} | {}", &text[fault.range.clone()], fault.message);
        Template::read(text, Scope::Asset).map_err(said)?.fill(&engine, &Item::Asset("319640".to_owned())).map_err(said)
    };
    let ok = |text: &str| Ok(text.to_owned());
    assert_eq!(
        fill("{asset.code} weighs {asset.target} of {assets.sleeve('satellite').target}"),
        ok("319640 weighs 0.1 of 0.3")
    );
    assert_eq!(fill("{{{asset.code}}} {asset.target > 0} {'}'}"), ok("{319640} true }"));
    assert_eq!(fill("{0.20} {asset.sleeve} 금 {1 + 0.50}"), ok("0.2 satellite 금 1.5"));
    let no = |text: &str| Err(text.to_owned());
    assert_eq!(fill("금 {asset.taget} here"), no("taget | there is no `taget` here"));
    assert_eq!(
        fill("a {assets} b"),
        no("assets | a message shows numbers and texts, and this is a part of the portfolio, not a value")
    );
    assert_eq!(fill("a {1 / 0} b"), no("/ | a division by zero"));
    assert_eq!(fill("a {asset.code"), no("{ | this placeholder is never closed"));
    assert_eq!(fill("a } b"), no("} | this brace closes nothing"));
    assert_eq!(fill("a {} b"), no(" | the expression is empty"));
    assert_eq!(
        fill("a {asset.tax_class}"),
        no(
            "asset.tax_class | a message shows numbers and texts, and this is `asset.tax_class`, which is not set in the config"
        )
    );
}

#[test]
fn nesting_is_bounded_in_every_direction() {
    let deep = |open: &str, middle: &str, close: &str, n: usize| {
        Expression::read(&format!("{}{middle}{}", open.repeat(n), close.repeat(n)), Scope::Portfolio)
    };
    for (open, middle, close) in [
        ("(", "true", ")"),
        ("not ", "true", ""),
        ("!", "true", ""),
        ("[", "1", "]"),
        ("1+", "1", ""),
        ("1-(", "1", ")"),
        ("", "assets", ".tagged('a')"),
        ("abs(", "1", ")"),
        ("1 == ", "1", ""),
        ("- ", "1", ""),
        ("1 in ", "[1]", ""),
        ("", "assets", "[1]"),
        ("", "[1]", "[1]"),
        ("(", "", ""),
        ("[", "", ""),
    ] {
        for n in [MAX_DEPTH + 1, 200, 300] {
            assert!(deep(open, middle, close, n).is_err(), "{open}{middle}{close} {n}");
        }
    }
    // Long is not deep: what people write has dozens of terms.
    let long = vec!["assets.target == 1"; 40].join(" and ");
    assert_eq!(ask(&long), Ok(true));
    assert_eq!(ask(&format!("{} == 30", vec!["1"; 30].join(" + "))), Ok(true));
    assert!(Expression::read(&"1".repeat(5_000), Scope::Portfolio).is_err());
    assert!(Expression::read(&format!("1 in [{}]", vec!["1"; 65].join(",")), Scope::Portfolio).is_err());
    assert_eq!(ask(&format!("1 in [{}]", vec!["1"; 60].join(","))), Ok(true));
}

#[test]
fn what_would_run_on_is_stopped() {
    let engine = Engine::new(many(10_000));
    let expression = Expression::read("assets.tagged('a').tagged('b').count == 0", Scope::Asset).unwrap();
    let items = engine.items(Scope::Asset);
    assert_eq!(items.len(), 10_000);
    let answered = items.iter().take_while(|item| engine.holds(&expression, item).is_ok()).count();
    assert!(answered > 25 && answered < 500, "{answered}");
    let fault = engine.holds(&expression, &items[0]).unwrap_err();
    assert_eq!(fault.message, format!("it was stopped after {MAX_STEPS} steps, which all custom rules share"));
    // A plain look at every asset of a large portfolio is no such thing.
    let engine = Engine::new(many(10_000));
    let expression = Expression::read("asset.target <= 0.15 and asset.band >= 0.01 or asset.tags > 0", Scope::Asset);
    let expression = expression.unwrap();
    assert!(items.iter().all(|item| engine.holds(&expression, item) == Ok(true)));
    // Neither is a sum over the sleeve of each of 500.
    let engine = Engine::new(many(500));
    let expression = Expression::read("assets.sleeve(asset.sleeve).target == 0", Scope::Asset).unwrap();
    assert!(engine.items(Scope::Asset).iter().all(|item| engine.holds(&expression, item) == Ok(true)));
}

/// How many items are answered before the steps are spent.
fn answered(engine: &Engine, text: &str, scope: Scope) -> usize {
    let expression = Expression::read(text, scope).unwrap();
    let items = engine.items(scope);
    let answered = items.iter().take_while(|item| engine.holds(&expression, item).is_ok()).count();
    if let Some(stopped) = items.get(answered) {
        let message = engine.holds(&expression, stopped).unwrap_err().message;
        assert_eq!(message, format!("it was stopped after {MAX_STEPS} steps, which all custom rules share"));
    }
    answered
}

/// A tag is looked up, and finds its assets, without a look at all tags of all assets; what is left of it is paid for.
#[test]
fn one_of_very_many_tags_is_looked_up() {
    let tags: Vec<String> = (0..60_000).map(|i| format!("t{i}")).collect();
    let text = SAMPLE.replace("code: '091230'\n", &format!("code: '091230'\n          tags: [{}]\n", tags.join(", ")));
    let engine = Engine::new(view(&text));
    let of_tags = answered(&engine, "tag.target <= 1", Scope::Tag);
    assert!(of_tags > 20_000 && of_tags < 40_000, "{of_tags}");
    let engine = Engine::new(view(&text));
    let before = engine.view.left.get();
    let expression = Expression::read("asset.tagged('t59999', 't0', 't1', 't2')", Scope::Asset).unwrap();
    assert_eq!(engine.holds(&expression, &Item::Asset("091230".to_owned())), Ok(true));
    let paid = before - engine.view.left.get();
    assert!(paid > 16 && paid < 50, "{paid}");
    assert_eq!(engine.view.tags.len(), 60_000);
}

/// The names of sleeves are one list that every word out of it shares, and each look into it is paid for.
#[test]
fn one_of_very_many_sleeves_is_looked_up() {
    let head = SAMPLE.split("    core:").next().unwrap();
    let tail = SAMPLE.split_once("  # Rebalancing rules").unwrap().1;
    let mut text = head.to_owned();
    for i in 0..9_000 {
        let _ = writeln!(text, "    s{i}:\n      weight: 0\n      assets:");
        let _ = writeln!(text, "        - {{ ticker: T, code: 'A{i:05}', target: 0, min: 0, max: 1 }}");
    }
    text += &format!("  # Rebalancing rules{tail}");
    let terms = vec!["asset.sleeve == 's8999'"; 30].join(" or ");
    let engine = Engine::new(view(&text));
    let of_terms = answered(&engine, &terms, Scope::Asset);
    assert!(of_terms > 500 && of_terms < 1_500, "{of_terms}");
    let of_list = format!("asset.sleeve in [{}]", vec!["'s8999'"; 60].join(", "));
    let engine = Engine::new(view(&text));
    let of_list = answered(&engine, &of_list, Scope::Asset);
    assert!(of_list > 500 && of_list < 1_500, "{of_list}");
    let list = |at: usize| match (One { view: engine.view.clone(), at }.member("sleeve")) {
        Some(Value::Word(word)) => word.list,
        other => panic!("{other:?}"),
    };
    assert!(Rc::ptr_eq(&list(0), &list(8_999)));
}

#[test]
fn a_look_for_misspelt_tags_is_paid_for() {
    let engine = Engine::new(many(2_000));
    let expression = Expression::read("assets.tagged(asset.code).count == 0", Scope::Asset).unwrap();
    let stopped = engine.items(Scope::Asset).iter().any(|item| engine.holds(&expression, item).is_err());
    assert!(stopped);
}

/// A long text is no way round the limit: of the longest that is taken, each look is paid for.
#[test]
fn what_is_done_with_a_long_text_is_paid_for() {
    let asset = Item::Asset("069500".to_owned());
    let expression = Expression::read("not asset.ticker.contains('long long no')", Scope::Asset).unwrap();
    let engine = Engine::new(view(&SAMPLE.replace("KODEX 200", &"long ".repeat(100_000))));
    let fault = engine.holds(&expression, &asset).unwrap_err();
    assert_eq!(fault.message, "a list has at most 64 items, and a text at most 4096 bytes");
    let engine = Engine::new(view(&SAMPLE.replace("KODEX 200", &"long ".repeat(800))));
    let answered = (0..10_000).take_while(|_| engine.holds(&expression, &asset).is_ok()).count();
    assert!(answered > 1_000 && answered < 5_000, "{answered}");
}

#[test]
fn every_name_of_the_table_is_there() {
    let engine = Engine::new(sample());
    let items = |scope: Scope| engine.items(scope).into_iter().next().unwrap();
    for offer in OFFERS {
        let scope = match offer.usage {
            usage if usage.starts_with("asset.") || usage == "asset" => Scope::Asset,
            usage if usage.starts_with("sleeve") => Scope::Sleeve,
            usage if usage.starts_with("tag.") || usage == "tag" => Scope::Tag,
            _ => Scope::Portfolio,
        };
        let usage = offer.usage.replace("(a, b, places)", "(1, 3, 2)").replace("(a, places)", "(1.25, 1)");
        let usage = usage.replace("(a, b)", "(1, 2)").replace("(a)", "(1)");
        let expression = Expression::read(&usage, scope).unwrap_or_else(|fault| panic!("{usage}: {fault:?}"));
        let fault = engine.holds(&expression, &items(scope)).err();
        let answered = fault.is_none_or(|fault| fault.message.starts_with("the answer is "));
        assert!(answered, "{usage}");
    }
}

/// Soup of everything that means something, here or in other languages.
fn soup() -> impl Strategy<Value = String> {
    let words = "assets asset sleeve tag portfolio target count tagged('a') sleeve('core') . . . ( ) [ ] , + - * / == != < \
                 <= > >= and or not in true false 0 1 0.1 0.5 'a' \"b\" min( max( abs( round( ratio( is_set( starts_with( \
                 { } ; = | || && ! let fn if else while loop for eval import print this type_of call curry #{ ` ${ => .. \
                 ?. ?? :: 9999999999999999999999999999 0.0000000000000000000000000001 금 \\ /* */ // switch return throw";
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    proptest::collection::vec(proptest::sample::select(words), 0..24).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn nothing_that_is_written_panics(text in prop_oneof![soup(), "[ -~]{0,60}", "\\PC{0,30}"]) {
        let engine = Engine::new(sample());
        for scope in [Scope::Portfolio, Scope::Asset, Scope::Sleeve, Scope::Tag] {
            let item = engine.items(scope).into_iter().next().unwrap();
            let fault = match Expression::read(&text, scope) {
                Ok(expression) => engine.holds(&expression, &item).err(),
                Err(fault) => Some(fault),
            };
            if let Some(fault) = fault {
                prop_assert!(text.get(fault.range.clone()).is_some(), "{fault:?}");
            }
            if let Ok(template) = Template::read(&text, scope) {
                let _ = template.fill(&engine, &item);
            }
        }
    }

    /// Sums and comparisons agree with integers.
    #[test]
    fn sums_are_those_of_integers(a in 0_i64..100_000_000, b in 0_i64..100_000_000, c in 0_i64..200_000_000) {
        let spelt = |n: i64| format!("{}.{:08}", n / 100_000_000, n % 100_000_000);
        let (x, y, z) = (spelt(a), spelt(b), spelt(c));
        prop_assert_eq!(ask(&format!("{x} + {y} <= {z}")), Ok(a + b <= c));
        prop_assert_eq!(ask(&format!("{x} + {y} == {z}")), Ok(a + b == c));
        prop_assert_eq!(ask(&format!("{x} - {y} < {z}")), Ok(a - b < c));
        prop_assert_eq!(ask(&format!("{x} + {y} - {y} == {x}")), Ok(true));
    }
}
