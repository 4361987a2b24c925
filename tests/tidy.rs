//! The house in order: the core pure, the rooms in one direction, generated files fresh, lists equal.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says no by panicking")]

use rebalance::schema;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The longest source file, tests inside it aside, in lines.
const FILE_LINES: usize = 500;
/// The longest function, in lines.
const FUNCTION_LINES: usize = 70;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![root().join(dir)];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no {ending} in {dir}");
    found
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// Whether a file is only compiled for tests: its module is declared so.
fn for_tests(path: &Path) -> bool {
    let (dir, name) = (path.parent().unwrap(), path.file_stem().unwrap().to_string_lossy());
    let parents = [dir.with_extension("rs"), dir.join("mod.rs")];
    let texts = parents.iter().filter_map(|parent| fs::read_to_string(parent).ok());
    texts.into_iter().any(|text| text.contains(&format!("mod {name};")) && above(&text, &name).contains("#[cfg(test)]"))
}

/// The attributes above a module's declaration.
fn above(text: &str, name: &str) -> String {
    let before = text.split(&format!("mod {name};")).next().unwrap();
    let before = before.rsplit_once('\n').map_or("", |(before, _)| before);
    let attributes: Vec<&str> = before.lines().rev().take_while(|line| line.starts_with("#[")).collect();
    attributes.join("\n")
}

/// The source files that are compiled into the program.
fn sources() -> Vec<PathBuf> {
    files("src", ".rs").into_iter().filter(|path| !for_tests(path)).collect()
}

/// The code of a file: without its test module, comments, and the list of types serde forwards.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let forwards = text.split("serde::forward_to_deserialize_any!").enumerate();
    let text: String = forwards.map(|(i, part)| if i == 0 { part } else { part.split_once('}').unwrap().1 }).collect();
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap().to_owned();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| line.split(" // ").next().unwrap().to_owned() + "\n").collect()
}

/// The rooms in the order of `src/lib.rs`: core first, then shell.
fn rooms() -> (Vec<String>, Vec<String>) {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let (core, shell) = lib.split_once("// -- shell --").expect("src/lib.rs parts core and shell");
    let of = |text: &str| -> Vec<String> {
        text.lines().filter_map(|l| Some(l.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned())).collect()
    };
    (of(core), of(shell))
}

/// The files of a room.
fn room(name: &str) -> Vec<PathBuf> {
    let all = sources().into_iter();
    let dir = root().join("src").join(name);
    let file = root().join("src").join(format!("{name}.rs"));
    all.filter(|path| *path == file || path.starts_with(&dir)).collect()
}

#[test]
fn the_core_is_pure() {
    let never = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::io",
        "std::time",
        "SystemTime",
        "Instant::now",
        "Utc::now",
        "Local::now",
        "gix::",
        "println!",
        "eprintln!",
        "print!(",
        "tempfile",
        "thread::",
        "f64",
        "f32",
        "HashMap",
        "HashSet",
    ];
    for room_name in rooms().0 {
        for path in room(&room_name) {
            let code = code(&path);
            for word in never {
                let found = code.match_indices(word).find(|(at, _)| {
                    let whole = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
                    whole(code[..*at].chars().next_back())
                        && (word.ends_with([':', '(', '!']) || whole(code[at + word.len()..].chars().next()))
                });
                assert!(found.is_none(), "{} is core and names {word}", name(&path));
            }
        }
    }
}

#[test]
fn only_the_repository_room_names_gix() {
    for path in sources() {
        let inside = name(&path).starts_with("src/repo");
        assert!(inside || !code(&path).contains("gix"), "{} names gix", name(&path));
    }
}

#[test]
fn only_the_room_of_parquet_names_its_decoders() {
    for path in sources() {
        let inside = name(&path).starts_with("src/parquet");
        let found = [" parquet::errors", "::parquet::", "ruzstd::", "snap::"]
            .into_iter()
            .find(|word| code(&path).contains(word));
        assert!(inside || found.is_none(), "{} names {found:?}", name(&path));
    }
}

#[test]
fn only_the_http_room_talks_to_a_network() {
    for path in sources() {
        let inside = name(&path).starts_with("src/http");
        let found =
            ["ureq::", "TcpStream", "TcpListener", "UdpSocket"].into_iter().find(|word| code(&path).contains(word));
        assert!(inside || found.is_none(), "{} names {found:?}", name(&path));
    }
}

#[test]
fn a_room_imports_only_from_rooms_above_it() {
    let (core, shell) = rooms();
    let order: Vec<String> = core.into_iter().chain(shell).collect();
    for (place, room_name) in order.iter().enumerate() {
        for path in room(room_name) {
            for (_, rest) in
                code(&path).match_indices("crate::").map(|(at, m)| (at, code(&path)[at + m.len()..].to_owned()))
            {
                let other: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let Some(there) = order.iter().position(|name| *name == other) else { continue };
                assert!(there <= place, "{} imports from {other}, which is below it", name(&path));
            }
        }
    }
}

#[test]
fn every_room_is_in_the_list_and_described() {
    let (core, shell) = rooms();
    let listed: BTreeSet<String> = core.into_iter().chain(shell).collect();
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        found.insert(file.trim_end_matches(".rs").to_owned());
    }
    found.retain(|room| room != "main" && room != "lib");
    assert_eq!(listed, found);
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    for room in &listed {
        assert!(page.contains(&format!("`{room}`")), "docs/architecture.md does not name the room {room}");
    }
}

#[test]
fn files_open_with_what_they_are_for_and_stay_short() {
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} has no module documentation", name(&path));
        let lines = text.split("\n#[cfg(test)]\nmod tests").next().unwrap().lines().count();
        assert!(lines <= FILE_LINES, "{} has {lines} lines", name(&path));
    }
}

#[test]
fn functions_stay_short() {
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let opens = line
                .trim_start()
                .trim_start_matches("pub(super) ")
                .trim_start_matches("pub(crate) ")
                .trim_start_matches("pub ");
            // What a trait only declares has no lines of its own.
            if !(opens.starts_with("fn ") || opens.starts_with("const fn ")) || opens.ends_with(';') {
                continue;
            }
            let closing = format!("{}}}", " ".repeat(indent));
            let length = lines[start..].iter().position(|line| *line == closing).unwrap_or(0);
            assert!(length <= FUNCTION_LINES, "{}:{} has {length} lines", name(&path), start + 1);
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    let words = [
        "TO".to_owned() + "DO",
        "FIX".to_owned() + "ME",
        "XX".to_owned() + "X",
        "to".to_owned() + "do!",
        "unimplemented".to_owned() + "!",
    ];
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")).chain(files("docs", ".md")) {
        let text = fs::read_to_string(&path).unwrap();
        for word in &words {
            assert!(!text.contains(word.as_str()), "{} says {word}", name(&path));
        }
    }
}

#[test]
fn schemas_are_fresh() {
    let mut made = BTreeSet::new();
    for (_, sheet) in rebalance::cli::SHEETS {
        let path = root().join("schema").join(sheet.file);
        let fresh = schema::text(sheet);
        if std::env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite") {
            fs::write(&path, &fresh).unwrap();
        }
        let old = fs::read_to_string(&path).unwrap_or_default();
        assert!(old == fresh, "schema/{} is stale: SNAPSHOTS=overwrite cargo test --test tidy", sheet.file);
        made.insert(path);
    }
    let committed: BTreeSet<PathBuf> = files("schema", ".json").into_iter().collect();
    assert_eq!(committed, made, "a schema nobody makes");
}

#[test]
fn every_direct_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let mut section = "";
    let mut named = BTreeSet::new();
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
        } else if section.ends_with("dependencies") && !line.trim().is_empty() {
            let dependency = line.split([' ', '=']).next().unwrap();
            named.insert(dependency.to_owned());
            assert!(
                page.contains(&format!("| `{dependency}` |")),
                "docs/dependencies.md gives no reason for {dependency}"
            );
        }
    }
    let rows = page.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next().unwrap().to_owned()));
    for row in rows {
        assert!(named.contains(&row), "docs/dependencies.md explains {row}, which is no dependency");
    }
}

#[test]
fn every_command_is_in_the_documentation() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for command in rebalance::cli::command().get_subcommands() {
        let line = format!("`rebalance {}", command.get_name());
        assert!(readme.contains(&line), "README.md does not name {line}`");
    }
}

#[test]
fn no_source_file_is_forgotten() {
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        let (dir, stem) = (path.parent().unwrap(), path.file_stem().unwrap().to_string_lossy().into_owned());
        if ["mod", "main", "lib"].contains(&stem.as_str()) || dir == root().join("tests") {
            continue;
        }
        let parents = [dir.with_extension("rs"), dir.join("mod.rs"), dir.join("main.rs"), dir.join("lib.rs")];
        let texts: String = parents.iter().filter_map(|parent| fs::read_to_string(parent).ok()).collect();
        // A rule's module is declared by the line of the table.
        let declared = texts.contains(&format!("mod {stem};")) || texts.contains(&format!("        {stem} = \""));
        // A fuzz target is a program of its own package.
        let package = fs::read_to_string(dir.join("../Cargo.toml")).unwrap_or_default();
        let declared = declared || package.contains(&format!("path = \"fuzz_targets/{stem}.rs\""));
        assert!(declared, "{} is compiled by nobody", name(&path));
    }
}
