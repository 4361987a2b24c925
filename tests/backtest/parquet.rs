//! Price files in Parquet, as other programs write them (`fixtures.py`), and as nobody should.

use crate::stage::{Run, Stage};
use proptest::prelude::*;
use rebalance::code::Code;
use rebalance::parquet;
use rebalance::price_history::Wanted;
use std::fs;
use std::path::{Path, PathBuf};

fn files(kind: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/backtest/parquet").join(kind);
    let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn run(file: &Path, args: &[&str]) -> Run {
    let stage = Stage::bare_directory();
    stage.write("portfolio_config.yaml", super::files::CONFIG);
    fs::copy(file, stage.path("prices")).unwrap();
    stage.run(&[&["backtest", "--prices", "prices"], args].concat())
}

/// The lines that tell of the file rather than of what is in it.
fn of_the_history(text: &str) -> String {
    let told_apart = ["1 day at the beginning left out", "ignored: `SPY`"];
    text.lines().filter(|line| !told_apart.iter().any(|told| line.contains(told))).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_history_gives_the_same_answer_from_either_kind_of_file() {
    let (csv, parquet): (Vec<_>, Vec<_>) =
        files("good").into_iter().partition(|file| file.extension().is_some_and(|ending| ending == "csv"));
    assert!(csv.len() == 1 && parquet.len() == 36, "{}", parquet.len());
    let wanted = run(&csv[0], &[]);
    let json = run(&csv[0], &["--format", "json"]).json();
    assert_eq!(json["policies"][0]["final_value"], "109500000");
    for file in parquet {
        let got = run(&file, &[]);
        assert_eq!((got.code, of_the_history(&got.out)), (0, of_the_history(&wanted.out)), "{}", file.display());
        let mut got = run(&file, &["--format", "json"]).json();
        got["prices"] = json["prices"].clone();
        assert_eq!(got, json, "{}", file.display());
    }
}

#[test]
fn what_a_good_file_had_beside_its_prices_is_told() {
    let told = |name: &str| {
        let file = files("good").into_iter().find(|file| file.ends_with(name)).unwrap();
        run(&file, &["--format", "json"]).json()["prices"].clone()
    };
    // A day without any price is none.
    assert_eq!(told("nulls.parquet")["left_out"], 0);
    assert_eq!(told("others_of_any_kind.parquet")["ignored"], serde_json::json!(["SPY", "note", "ok"]));
    assert_eq!(told("pandas_numbered.parquet")["ignored"], serde_json::json!([]));
}

/// What is wrong, and what is said of it.
const WRONG: [(&str, &str); 29] = [
    ("at_the_close", "row 1, column `date`: 2024-01-02T16:00:00Z is not the beginning of a day"),
    ("backwards", "row 3: 2024-01-03 comes after 2024-01-04"),
    ("boolean", "column `069500` has no dates, numbers or text"),
    ("brotli", "column `date` is compressed with brotli, which is not read"),
    ("codes_as_numbers", "row 1: 69500 is no code of the portfolio, but 069500 is"),
    ("column_without_zeros", "error[schema]: 69500 is no code of the portfolio, but 069500 is"),
    (
        "deltas",
        "column `360750` is damaged or encrypted, at row 1 or after it: the encoding DELTA_BYTE_ARRAY is not read",
    ),
    ("encrypted", "the file is encrypted"),
    ("encrypted_columns", "column `069500` is damaged or encrypted, at row 1"),
    ("gzip", "column `date` is compressed with gzip, which is not read"),
    ("half", "column `069500` has no dates, numbers or text"),
    ("huge", "row 2: the price of 360750 on 2024-01-03"),
    ("in_seoul", "row 1, column `date`: 2024-01-01T15:00:00Z is not the beginning of a day"),
    ("infinite", "row 2: the price of 360750 on 2024-01-03, `inf`, is not a number"),
    ("int96_at_the_close", "row 1, column `date`: 2024-01-02 has a time of day"),
    ("list", "column `069500` has no dates, numbers or text"),
    ("lz4", "column `date` is compressed with lz4, which is not read"),
    ("negative", "row 2: the price of 360750 on 2024-01-03, `-1`, is not above 0"),
    ("never", "is no day of the calendar"),
    ("no_date", "no column is called `date`"),
    ("no_rows", "there are no prices of `069500` and `360750`"),
    ("nobody", "there is no price of `360750`"),
    ("not_utf8", "row 2, column `360750`: its text is not UTF-8"),
    ("null_code", "row 2: there is no code"),
    ("null_date", "row 2: there is no date"),
    ("one_row", "there are prices of all assets on 1 day"),
    ("struct", "column `069500` has no dates, numbers or text"),
    ("time", "column `date` has no dates, numbers or text"),
    ("too_many_digits", "row 1, column `360750`: its number has more than 38 digits"),
];

#[test]
fn a_file_that_is_wrong_is_refused_with_its_column_and_row() {
    let names: Vec<String> = files("bad").iter().map(|f| f.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let (told, more) = (WRONG.map(|(name, _)| name), ["twice", "zero"]);
    assert!(names.iter().all(|name| told.contains(&name.as_str()) || more.contains(&name.as_str())), "{names:?}");
    let more =
        [("twice", "row 3: 2024-01-03 is there twice"), ("zero", "row 2: the price of 360750 on 2024-01-03, `0`")];
    for (name, said) in WRONG.into_iter().chain(more) {
        let file = files("bad").into_iter().find(|file| file.file_stem().unwrap() == name);
        let run = run(&file.unwrap_or_else(|| panic!("no {name}")), &[]);
        let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(run.code == 1 && flat.contains(said), "{name}: {said}: {}", run.whole());
        assert!(flat.contains("help: ") && flat.contains("--> prices"), "{name}: {}", run.out);
    }
}

fn read(bytes: &[u8]) -> Result<usize, String> {
    let assets = ["069500", "360750"].map(|code| (Code(code.to_owned()), None)).to_vec();
    let wanted = Wanted { assets, from: None, to: None, longest_gap: 5 };
    let read = parquet::read("prices.parquet", bytes, &wanted);
    read.map(|history| history.days.len()).map_err(|finding| finding.message)
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    for file in files("good").iter().filter(|file| file.extension().is_some_and(|ending| ending == "parquet")) {
        let bytes = fs::read(file).unwrap();
        for end in 0..bytes.len() {
            let cut = read(&bytes[..end]);
            assert!(cut.is_err(), "{}, {end}", file.display());
        }
        // Without its middle, it still ends as it should.
        for start in (4..bytes.len() - 8).step_by(7) {
            let _ = read(&[&bytes[..start], &bytes[start + 1..]].concat());
        }
    }
}

/// How many damaged files are read.
fn cases() -> u32 {
    std::env::var("REBALANCE_PARQUET_CASES").map_or(2_000, |cases| cases.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_takes_little_memory_and_never_ends_the_program(
        file in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let files = [files("good"), files("bad")].concat();
        let mut bytes = fs::read(file.get(&files)).unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let taken = allocation_counter::measure(|| drop(read(&bytes)));
        prop_assert!(taken.bytes_max < 256 << 20, "{} bytes", taken.bytes_max);
    }
}
