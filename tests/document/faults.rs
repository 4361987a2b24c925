//! What is refused, where, and in which words.

use rebalance::document::{Fault, FaultKind, Lines, MAX_BYTES, Reading, read};

/// The faults as `line:column message`.
fn said(reading: &Reading) -> Vec<String> {
    let lines = Lines::new(&reading.text);
    let said = |fault: &Fault| {
        let place = lines.position(fault.span.start);
        format!("{}:{} {}", place.line, place.column, fault.message)
    };
    reading.faults.iter().map(said).collect()
}

fn check(cases: &[(&str, &str, &[&str])]) {
    for (name, text, expected) in cases {
        assert_eq!(said(&read(text.as_bytes())), *expected, "{name}: {text}");
    }
}

/// Each file names its faults in its first lines.
#[test]
fn the_files_have_the_faults_they_name() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/document/faults");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 12);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let expected: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# fault ")).collect();
        assert_eq!(said(&read(text.as_bytes())), expected, "{}", file.display());
    }
}

#[test]
fn quotes() {
    check(&[
        ("never closed", "a: 'x\nb: 1\n", &["1:4 this quote is never closed"]),
        ("never closed, key", "'a: 1\n", &["1:1 this quote is never closed"]),
        ("closed by a later one", "a: \"x\nb: 1\nc: \"d\"\n", &["1:4 this quote is not closed on its line"]),
        ("text behind", "a: \"x\"y\n", &["1:7 unexpected `y` after the closing quote"]),
        ("apostrophe", "a: 'it's'\n", &["1:8 unexpected `s'` after the closing quote"]),
        ("two of them", "a: \"b\" \"c\"\n", &["1:8 unexpected `\"c\"` after the closing quote"]),
        ("doubled quotes before", "a: 'b''c' d\n", &["1:11 unexpected `d` after the closing quote"]),
        ("missing colon", "{\"a\": 1,\n\"b\" 2}\n", &["2:5 unexpected `2` after the closing quote"]),
        ("key over lines", "a: 1\n\"b\n  c\" : d\n", &["2:1 this quote is not closed on its line"]),
        ("document marker inside", "a: \"x\n---\ny\"\n", &["1:4 this quote is never closed"]),
        ("unknown escape", "a: \"x\\q\"\n", &["1:6 `\\q` is not an escape that YAML knows"]),
        ("short escape", "a: \"\\u12\"\n", &["1:5 `\\u12` is not an escape that YAML knows"]),
        ("half a pair", "a: \"\\ud83d\\ude00 \\ud83d\"\n", &["1:18 `\\ud83d` is not an escape that YAML knows"]),
        ("no scalar value", "a: \"\\UFFFFFFFF\"\n", &["1:5 `\\UFFFFFFFF` is not an escape that YAML knows"]),
    ]);
}

#[test]
fn colons() {
    check(&[
        ("no space", "a: 1\nb:2\n", &["2:2 a space is missing after the colon"]),
        ("no space on the line above", "a:1\nb: 2\n", &["1:2 a space is missing after the colon"]),
        ("two", "a: b: c\n", &["1:5 a second colon follows the value"]),
        ("two, quoted", "a: 'b': c\n", &["1:7 a second colon follows the value"]),
        ("at the end", "a: b:\n", &["1:5 a second colon follows the value"]),
        ("none", "a: b\nc\nd: e\n", &["2:1 `c` has no colon"]),
        ("none, first line", "foo\nbar: 1\n", &["1:1 `foo` has no colon"]),
        ("none, quoted", "a: b\n\"c\"\nd: e\n", &["2:1 `\"c\"` has no colon"]),
        ("none, last line", "a: 1\nb", &["2:1 `b` has no colon"]),
        ("no key", ": b\n", &["1:1 a key is missing before the colon"]),
    ]);
    let long = format!("{}: 1\n", "k".repeat(1100));
    check(&[("long key", &long, &["1:1 the key is too long or goes over several lines"])]);
}

#[test]
fn indentation() {
    check(&[
        ("below a value", "a: 1\n  b: 2\n", &["2:3 `b` is indented deeper than the keys it belongs to"]),
        ("below a value in a list", "- a: 1\n   b: 2\n", &["2:4 `b` is indented deeper than the keys it belongs to"]),
        ("below a text of lines", "a: b\n  c\n  d: e\n", &["3:3 `d` is indented deeper than the keys it belongs to"]),
        ("below an item", "a:\n- b\n c: 1\n", &["3:2 `c` is indented deeper than the keys it belongs to"]),
        ("between two levels", "a:\n    b: 1\n  c: 2\n", &["3:3 the indentation of `c:` fits no line above"]),
        ("back over the first line", "  a: 1\nb: 2\n", &["2:1 the indentation of `b:` fits no line above"]),
        ("dash between two levels", "a:\n  - b\n - c\n", &["3:2 the indentation of `-` fits no line above"]),
        ("key left of its item", "- a: 1\n b: 2\n", &["2:2 the indentation of `b:` fits no line above"]),
        ("text left of its block", "a: |\n    x\n  y\n", &["3:3 the indentation of `y` fits no line above"]),
        ("key after a list", "- a\nb: 1\n", &["2:1 `b:` does not belong to the list above"]),
        ("key in a list", "a:\n  - b\n  c: 1\n", &["3:3 `c:` does not belong to the list above"]),
        ("item among keys", "a: 1\n- b\n", &["2:1 a list item stands among keys"]),
        ("item behind its key", "a: - b\n", &["1:4 a list item cannot begin here"]),
        ("after brackets", "{a: 1}\nb: 2\n", &["2:1 unexpected `b:` after the end of the content"]),
        ("after a text", "\"a\"\nb: 1\n", &["2:1 unexpected `b:` after the end of the content"]),
        ("behind brackets", "a: [1] x\n", &["1:8 unexpected `x` after the value"]),
    ]);
}

#[test]
fn tabs() {
    let fault = |place: &str| vec![format!("{place} a tab is used as indentation")];
    for (text, place) in [
        ("a:\n\tb: 1\n", "2:1"),
        ("a:\n  b: 1\n\tc: 1\n", "3:1"),
        ("a:\n  b: 1\n  \tc: 2\n", "3:3"),
        ("a:\r\n  - b: 1\r\n\t  c: 2\r\n", "3:1"),
        ("a: b\n\tc\n", "2:1"),
        ("a:\n\tb\n", "2:1"),
        ("a:\n  \t- x\n", "2:3"),
        ("\ta: 1\n", "1:1"),
        ("-\t- a\n", "1:2"),
        ("-\tb: 1\n  c: 2\n", "1:2"),
        ("a: |\n\tx\n", "2:1"),
        ("a: |\n  x\n\ty\n", "3:1"),
        ("a: |\n  x\n\t\n  z\n", "3:1"),
        ("a: [\n\tb,\n\tc # x\n\t]\n", "2:1"),
        ("a:\n\tb: 1\n\tc: 'x\n", "2:1"),
        ("a: 1\nb:\n\t\tc: &x 1\n", "3:1"),
    ] {
        assert_eq!(said(&read(text.as_bytes())), fault(place), "{text:?}");
    }
    check(&[
        ("in a quote", "a: 'x\nb:\n\tc: 1\n", &["1:4 this quote is never closed"]),
        ("in a quote that another closes", "a: 'x\n\tb: 'c'\n", &["1:4 this quote is not closed on its line"]),
        ("behind the fault", "a: @x\nb:\n\tc: 1\n", &["1:4 a value cannot begin with `@` here"]),
    ]);
}

#[test]
fn brackets() {
    check(&[
        ("never closed", "a: {b: 1\n", &["1:4 this `{` is never closed"]),
        ("never closed, keys follow", "a: [1, 2\nb: 3\nc: 4\n", &["1:4 this `[` is never closed"]),
        ("never closed, braces, keys follow", "a: {\n  b: 1\nc: 2\n", &["1:4 this `{` is never closed"]),
        ("never closed, deeper keys follow", "a: [x\n  b: c\n", &["1:4 this `[` is never closed"]),
        ("never closed, marker", "a: [b\n---\nc\n", &["1:4 this `[` is never closed"]),
        ("closed by the wrong one", "a: [1, 2}\n", &["1:4 this `[` is closed by a `}`"]),
        ("closed by the outer one", "a: {b: [1, 2}\n", &["1:8 this `[` is closed by a `}`"]),
        ("closed twice", "a: [1, 2]]\n", &["1:10 this `]` closes nothing"]),
        ("never opened", "a: ]\n", &["1:4 this `]` closes nothing"]),
        ("never opened, line", "a: 1\n}\n", &["2:1 this `}` closes nothing"]),
        ("two commas", "a: [a, , b]\n", &["1:8 unexpected `,` between brackets"]),
        ("no comma", "a: {b: 1 c: 2}\n", &["1:11 unexpected `:` between brackets"]),
        ("two colons", "a: [b: c: d]\n", &["1:9 unexpected `:` between brackets"]),
        ("dashes", "a: [\n  - b\n]\n", &["2:3 unexpected `-` between brackets"]),
        ("a dash", "a: [-]\n", &["1:5 a value cannot begin with `-` here"]),
    ]);
}

#[test]
fn signs() {
    check(&[
        ("at", "a: @x\n", &["1:4 a value cannot begin with `@` here"]),
        ("backtick", "a: `x\n", &["1:4 a value cannot begin with a backtick here"]),
        ("percent", "a: %x\n", &["1:4 a value cannot begin with `%` here"]),
        ("star", "a: *\n", &["1:4 a value cannot begin with `*` here"]),
        ("ampersand", "a: & b\n", &["1:4 a value cannot begin with `&` here"]),
        ("question mark", "a: ? b\n", &["1:4 a value cannot begin with `?` here"]),
        ("comma", "a: , b\n", &["1:4 unexpected `,`"]),
        ("bar", "a: |x\n  y\n", &["1:4 only a line's end may follow `|` here"]),
        ("greater", "a: > b\n", &["1:4 only a line's end may follow `>` here"]),
        ("bar with a zero", "a: |0\n  x\n", &["1:4 only a line's end may follow `|` here"]),
        ("comment inside of a value", "a: x # c\n   y\n", &["1:6 a comment interrupts a value of several lines"]),
        ("comment without a space", "a: 'x'# c\n", &["1:7 a space is missing before the comment"]),
        ("text after the end", "a: 1\n... x\n", &["2:1 only a comment may follow `...`"]),
    ]);
}

#[test]
fn a_reference_makes_no_second_fault() {
    for (text, expected) in [
        ("&a &a b\n", "1:1 the anchor `&a` is refused"),
        ("a: &x *x\n", "1:4 the anchor `&x` is refused"),
        ("*a: 1\n", "1:1 the alias `*a:` is refused"),
        ("*.py: x\nb: 1\n", "1:1 the alias `*.py:` is refused"),
        ("a: *x y\n", "1:4 the alias `*x` is refused"),
        ("a: *x\nb: *y\nc: &z\n", "1:4 the alias `*x` is refused (2 more in this file)"),
    ] {
        assert_eq!(said(&read(text.as_bytes())), [expected], "{text}");
    }
    check(&[(
        "both",
        "a: &x 1\na: [\n",
        &["1:4 the anchor `&x` is refused", "2:1 the key `a` is given twice", "2:4 this `[` is never closed"],
    )]);
}

/// The faults name the first of some refusals; the places are all there.
#[test]
fn every_refused_place_is_known() {
    for (text, expected) in [
        ("a: 1\n", &[] as &[&str]),
        ("a: &x 1\nb: [*x, *x]\n", &["&x", "*x", "*x"]),
        ("a: {<<: *x, b: 1}\n", &["<<", "*x"]),
        ("a: !!str 1\n[b]: 1\n", &["!!str", "[b]"]),
        ("a: 1\n---\nb: *x\n", &["---"]),
    ] {
        let reading = read(text.as_bytes());
        let places: Vec<&str> = reading.refused.iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(places, expected, "{text}");
        assert_eq!(reading.cut(), text.contains("---"), "{text}");
    }
    let reading = read(b"code: !!str 069500\nname: 'x'\n");
    let root = &reading.document.as_ref().unwrap().root;
    assert!(reading.tagged(root.get("code").unwrap().span));
    assert!(!reading.tagged(root.get("name").unwrap().span));
}

#[test]
fn texts_that_are_none() {
    check(&[
        ("nothing", "", &["1:1 the file is empty"]),
        ("blank", " \n\t\n", &["1:1 the file is empty"]),
        ("mark", "\u{feff}", &["1:1 the file is empty"]),
        ("comments", "# x\n", &["1:1 the file is empty"]),
        ("marker", "---\n...\n", &["1:1 the file is empty"]),
        ("nul", "a: 1\0\nb: \0\n", &["1:5 the file contains the NUL character U+0000 (1 more in this file)"]),
        ("control", "a: \u{1b}[31m\n", &["1:4 the file contains the control character U+001B"]),
        ("delete", "a: \u{7f}\n", &["1:4 the file contains the control character U+007F"]),
        ("line separator", "# x\u{2028}a: 1\n", &["1:4 the file contains the line separator U+2028"]),
        ("direction", "a: '\u{202e}x'\n", &["1:5 the file contains the direction override U+202E"]),
        ("second mark", "a: \u{feff}b\n", &["1:4 the file contains a second byte order mark U+FEFF"]),
        ("noncharacter", "a: \u{ffff}\n", &["1:4 the file contains the noncharacter U+FFFF"]),
    ]);
    for (bytes, expected) in [
        (&b"a: 1\nb: '\xc7\xd1'\n"[..], "2:5 byte 0xC7 is not valid UTF-8"),
        (b"\xff\xfea\0", "1:1 byte 0xFF is not valid UTF-8"),
        (b"a: \xed\xa0\x80", "1:4 byte 0xED is not valid UTF-8"),
        (b"a: \xea\xb0", "1:4 byte 0xEA is not valid UTF-8"),
    ] {
        let reading = read(bytes);
        assert_eq!(said(&reading), [expected]);
        let span = reading.faults[0].span;
        assert_eq!(&reading.text[span.start..span.end], "\u{fffd}");
    }
    let help = |bytes: &[u8]| read(bytes).faults[0].help.clone();
    assert!(help(b"\xfe\xff\0a").contains("UTF-16"));
    assert!(help(b"a: \xc7\xd1").contains("CP949"));
}

#[test]
fn a_text_over_the_limit_is_not_read() {
    let text = format!("a: {}", "x".repeat(MAX_BYTES - 3));
    assert_eq!(said(&read(text.as_bytes())), [] as [&str; 0]);
    let reading = read(format!("{text}가").as_bytes());
    assert_eq!(said(&reading), ["1:1 the file has 1048579 bytes, more than the 1048576 that are read"]);
    assert!(reading.text.len() <= MAX_BYTES + 3);
}

#[test]
fn a_fault_says_all_of_its_parts() {
    let duplicate = &read(b"a: 1\nb: 2\n'a': 3\n").faults[0];
    assert_eq!(duplicate.kind, FaultKind::DuplicateKey);
    assert_eq!((duplicate.span.start, duplicate.span.end), (10, 13));
    assert_eq!(duplicate.label, "given again");
    let (first, label) = &duplicate.related[0];
    assert_eq!((first.start, first.end, label.as_str()), (0, 1, "first given here"));
    assert_eq!(duplicate.help, "keep one `a`; YAML readers disagree about which of the two counts.");

    let quote = &read(b"a: \"x\nb: \"c\"\n").faults[0];
    assert_eq!(quote.kind, FaultKind::Syntax);
    assert_eq!((quote.span.start, quote.span.end), (3, 5));
    assert_eq!(quote.related[0].1, "the next quote closes it, and this follows");

    let space = &read(b"a: 1\ncode:069500\n").faults[0];
    assert_eq!(space.help, "write `code: 069500`.");
}
