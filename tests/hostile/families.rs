//! Families of input: the same kind of text in any length.

/// A family: its name, and its member of about so many bytes.
pub(crate) type Family = (&'static str, fn(usize) -> Vec<u8>);

/// What a config has besides its allocation.
const REST: &str = "  rebalancing:\n    strategy: hybrid\n    scheduled: { frequency: quarterly, months: [1, 4, 7, 10], day: \
                    first_business_day }\n    drift_trigger: { threshold: 0.05 }\n  costs: { etf_commission_rate: 0, \
                    slippage_estimate: 0 }\n";

/// Every family.
pub(crate) const FAMILIES: &[Family] = &[
    ("sound assets", |size| assets(size, |i| asset(i, "0.0001", "0", "1"))),
    ("assets of one code", |size| assets(size, |_| asset(7, "0.0001", "0", "1"))),
    ("assets out of their bands", |size| assets(size, |i| asset(i, "0.5", "0.9", "0.1"))),
    ("numbers in odd spellings", |size| assets(size, |i| asset(i, "1e-1", ".5", "+1"))),
    ("numbers with too many places", |size| assets(size, |i| asset(i, "0.123456789", "0", "1"))),
    ("codes without quotes", |size| assets(size, |i| asset(i, "0.0001", "0", "1").replace('\'', ""))),
    ("keys misspelt", |size| assets(size, |i| asset(i, "0.1", "0", "1").replace("target", "taget"))),
    ("keys of capital letters", |size| assets(size, |i| asset(i, "0.1", "0", "1").to_uppercase())),
    ("keys missing", |size| assets(size, |_| "        - ticker: 'T'\n".to_owned())),
    ("words in the place of mappings", |size| assets(size, |_| "        - word\n".to_owned())),
    ("assets on one line", |size| {
        let items = many(size, |i| format!("{{ticker: 'T', code: {i:06}, target: 2, min: 1e1, mox: 1}}, "));
        config(&format!("    core: {{ weight: 1, assets: [{items}] }}\n"))
    }),
    ("sleeves", |size| {
        config(&many(size, |i| format!("    s{i}:\n      weight: 0.5\n      assets:\n{}", asset(i, "0.1", "0", "1"))))
    }),
    ("empty sleeves", |size| config(&many(size, |i| format!("    s{i}: {{}}\n")))),
    ("unknown keys", |size| (many(size, |i| format!("key{i}: 1\n")) + "portfolio: {}\n").into_bytes()),
    ("unknown keys on one line", |size| format!("{{{}}}\n", many(size, |i| format!("k{i}: 1, "))).into_bytes()),
    ("one long unknown key", |size| format!("{}: 1\n", "k".repeat(size)).into_bytes()),
    ("one long name", |size| format!("portfolio:\n  name: '{}'\n", "가".repeat(size / 3)).into_bytes()),
    ("one long number", |size| format!("portfolio:\n  cash: {{ reserve: {} }}\n", "1".repeat(size)).into_bytes()),
    ("a key given again and again", |size| "a: 1\n".repeat(size / 5).into_bytes()),
    ("keys given twice", |size| many(size, |i| format!("k{i}: 1\nk{i}: 2\n")).into_bytes()),
    ("tags", |size| config(&format!("    core: {{ weight: 1, assets: [{{tags: [{}]}}] }}\n", "a, ".repeat(size / 3)))),
    ("dates", |size| {
        config(&format!(
            "    core:\n      weight: 1\n      assets:\n{}          ex_dividend_dates:\n{}",
            asset(1, "1", "0", "1"),
            "            - 2026-02-30\n".repeat(size / 25)
        ))
    }),
    ("months", |size| {
        format!("portfolio: {{ rebalancing: {{ scheduled: {{ months: [{}] }} }} }}\n", "13, ".repeat(size / 4))
            .into_bytes()
    }),
    ("codes outside", |size| format!("portfolio:\n  outside:\n{}", "    - 360750\n".repeat(size / 13)).into_bytes()),
    ("comments", |size| "# a comment\n".repeat(size / 12).into_bytes()),
    ("comments behind values", |size| assets(size, |i| asset(i, "0.1 # why", "0 # low", "1 # high"))),
    ("suppressions", |size| {
        assets(size, |i| format!("        # rebalance: ignore[weights-sum] -- why\n{}", asset(i, "0.1", "0", "1")))
    }),
    ("suppressions of nothing", |size| {
        "# rebalance: ignore[nobody, weights-sum] until=2020-01-01\n".repeat(size / 58).into_bytes()
    }),
    ("anchors and aliases", |size| many(size, |i| format!("a{i}: &a{i} [*a{i}, *b]\n")).into_bytes()),
    ("tags of YAML", |size| "- !!str a\n".repeat(size / 10).into_bytes()),
    ("merge keys", |size| many(size, |i| format!("a{i}: {{<<: {{b: 1}}}}\n")).into_bytes()),
    ("documents", |size| "---\na: 1\n".repeat(size / 9).into_bytes()),
    ("brackets", |size| "[".repeat(size).into_bytes()),
    ("empty mappings", |size| format!("[{}]", "{}, ".repeat(size / 4)).into_bytes()),
    ("lists in lists", |size| "- - - -\n".repeat(size / 8).into_bytes()),
    ("questions", |size| "? a\n: b\n".repeat(size / 8).into_bytes()),
    ("escapes", |size| format!("a: \"{}\"\n", "\\u0041\\\n ".repeat(size / 9)).into_bytes()),
    ("a quote never closed", |size| format!("a: '{}", "b c\n".repeat(size / 4)).into_bytes()),
    ("a block scalar", |size| format!("a: |\n{}", "  line\n".repeat(size / 7)).into_bytes()),
    ("a plain scalar of many lines", |size| format!("a: b\n{}", "  line\n".repeat(size / 7)).into_bytes()),
    ("carriage returns", |size| "a: 1\r".repeat(size / 5).into_bytes()),
    ("blank lines", |size| "\n".repeat(size).into_bytes()),
    ("tabs", |size| "\ta: 1\n".repeat(size / 6).into_bytes()),
    ("bytes that are no text", |size| [0xff, b'a', 0xc3, b'\n'].repeat(size / 4)),
    ("hidden characters", |size| "a\u{202e}: \u{0}\n".repeat(size / 8).into_bytes()),
    ("nothing but NUL", |size| vec![0; size]),
];

fn many(size: usize, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for i in 0.. {
        if text.len() >= size {
            break;
        }
        text.push_str(&piece(i));
    }
    text
}

fn config(allocation: &str) -> Vec<u8> {
    format!("portfolio:\n  name: 'P'\n  base_currency: 'KRW'\n  allocation:\n{allocation}{REST}").into_bytes()
}

fn assets(size: usize, asset: impl Fn(usize) -> String) -> Vec<u8> {
    config(&format!("    core:\n      weight: 1\n      assets:\n{}", many(size, asset)))
}

fn asset(i: usize, target: &str, min: &str, max: &str) -> String {
    format!(
        "        - ticker: 'T{i}'\n          code: '{i:06}'\n          target: {target}\n          min: {min}\n          max: {max}\n"
    )
}
