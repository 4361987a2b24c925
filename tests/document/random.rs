//! Properties that hold for every text.

use proptest::prelude::*;
use rebalance::document::read;

use super::laws::{Tree, check, comments};
use super::model::{tree, write};

fn soup() -> impl Strategy<Value = String> {
    let tokens = vec![
        "a",
        "b",
        "1",
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        ", ",
        "\"",
        "'",
        "#",
        " # c",
        "\n",
        "\n  ",
        "\n ",
        "\t",
        "\r\n",
        "|",
        ">",
        "|-\n",
        "|+\n",
        "&x ",
        "*x",
        "!t ",
        "!!str ",
        "<<",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "\\",
        "\u{feff}",
        "가",
        "~",
        "@",
        "''",
        "\"\"",
        "a: ",
        "b: 1",
        "\n- ",
        "\na: ",
        "\n  b: ",
        "\r",
    ];
    prop::collection::vec(prop::sample::select(tokens), 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&read(&bytes));
    }

    #[test]
    fn any_pieces_of_yaml_are_read_without_a_panic(text in soup()) {
        let reading = read(text.as_bytes());
        check(&reading);
        prop_assert_eq!(reading, read(text.as_bytes()));
    }

    #[test]
    fn a_tree_in_any_style_reads_back_equal((tree, seed) in (tree(), any::<u64>())) {
        let (text, notes) = write(&tree, seed);
        let reading = read(text.as_bytes());
        if text.trim_matches(['\u{feff}', ' ', '\n', '\r', '-']).is_empty() {
            return Ok(());
        }
        prop_assert_eq!(&reading.faults, &vec![], "{}", text);
        check(&reading);
        let document = reading.document.unwrap();
        prop_assert_eq!(Tree::of(&document.root), tree, "{}", text);
        prop_assert_eq!(comments(&document), notes, "{}", text);
    }
}
