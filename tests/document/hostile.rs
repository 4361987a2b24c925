//! Texts made to hurt: each is answered with a tree or a few faults, without a deep stack and in one pass.

use rebalance::document::{MAX_BYTES, read};

use super::laws::check;

#[test]
fn a_megabyte_of_one_thing_is_answered() {
    for piece in ["[", "a: {", "- - - -", "# c\n", "\"", "a: 1\n"] {
        check(&read(piece.repeat(MAX_BYTES / piece.len()).as_bytes()));
    }
}

#[test]
fn much_of_anything_is_answered() {
    let pieces = [
        "[",
        "{",
        "a: {",
        "[a: ",
        "{a: [",
        "- ",
        "- - ",
        "? ",
        ": ",
        "\"",
        "'",
        "#",
        "# c\n",
        "\"\" ",
        "''",
        "&a ",
        "*a ",
        "*a,",
        "- &a\n",
        "- *a\n",
        "!a ",
        "- !a b\n",
        ", ",
        "%a\n",
        "--- \n",
        "...\n",
        "\t",
        "\ta\n",
        "\n\t",
        "- \"\n\t\"\n",
        "a: 1\n",
        "- a\n",
        "- |\n a\n",
        "a\n",
        "é",
        "\r",
        "\r\n",
        "- {a: b}\n",
        "\"x\": [{},[]]\n",
        "a:\n ",
        "<<: 1\n",
        "|\n",
        ">+\n\n",
        "]",
        "}",
        "\\",
        "\"\\",
        "- a # b\n",
        "-\n",
        "a:\n- b:\n",
        "@",
        "`",
        "\u{feff}",
        "\u{202e}",
    ];
    for piece in pieces {
        let text = piece.repeat(MAX_BYTES / 32 / piece.len());
        let reading = read(text.as_bytes());
        assert!(reading.faults.len() <= 100, "{piece:?}");
        check(&reading);
        check(&read(format!("k:\n  - [\"{text}").as_bytes()));
    }
}

#[test]
fn growing_indentation_ends_at_the_depth_limit() {
    let text: String = (0..1000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let reading = read(text.as_bytes());
    assert_eq!(reading.faults.len(), 1);
    assert_eq!(reading.faults[0].message, "the file is nested deeper than 64 levels");
}

#[test]
fn a_bomb_of_aliases_is_one_fault() {
    let mut text = "a0: &a0 [x, x]\n".to_owned();
    for i in 1..60 {
        text.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", ")));
    }
    let reading = read(text.as_bytes());
    assert_eq!(reading.faults.len(), 1);
    assert_eq!(reading.faults[0].message, "the anchor `&a0` is refused (649 more in this file)");
    assert_eq!(reading.document.unwrap().root.entries().len(), 60);
}

#[test]
fn ten_thousand_assets_are_read() {
    let asset = |i: usize| format!("  - ticker: 'T{i}' # note\n    code: '{i:06}'\n    target: 0.0001\n");
    let text = format!("assets:\n{}", (0..10_000).map(asset).collect::<String>());
    let reading = read(text.as_bytes());
    assert_eq!(reading.faults, vec![]);
    assert_eq!(reading.document.unwrap().root.get("assets").unwrap().items().len(), 10_000);
}

#[test]
fn many_faults_are_cut_and_counted() {
    let reading = read("a: 1\n".repeat(1000).as_bytes());
    assert_eq!(reading.faults.len(), 100);
    assert_eq!(reading.faults[99].message, "the key `a` is given twice (and 899 more faults after it)");
}

#[test]
fn names_in_messages_are_short_and_visible() {
    let key = "k".repeat(500);
    let reading = read(format!("{key}: 1\n{key}: 2\n\"a\\n\\e\": 1\n\"a\\n\\e\": 2\n").as_bytes());
    let messages: Vec<_> = reading.faults.iter().map(|fault| fault.message.as_str()).collect();
    let cut = format!("the key `{}…` is given twice", "k".repeat(40));
    let escape = "an escape stands for the control character U+001B";
    assert_eq!(messages, [cut.as_str(), escape, escape, "the key `a\\n\\u{1b}` is given twice"]);
}

/// Found by fuzzing: U+009B begins a command to a terminal, and the line it stands in is shown.
#[test]
fn a_refused_text_is_shown_without_what_acts_on_a_terminal() {
    for bytes in ["a: \u{9b}2J b\n".as_bytes(), b"a: \xc2\x90 \xff\n"] {
        let reading = read(bytes);
        assert_eq!(reading.text.len(), reading.text.replace('\u{b7}', "ab").len());
        assert!(reading.text.contains('\u{b7}') && !reading.text.contains(['\u{90}', '\u{9b}']), "{}", reading.text);
        check(&reading);
    }
}
