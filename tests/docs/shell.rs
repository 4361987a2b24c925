//! The few shell commands that transcripts use, run on a stage of their own.

use crate::stage::Stage;
use std::fs;
use std::path::Path;

/// A stage and what can be typed on it.
pub(crate) struct Shell {
    stage: Stage,
    /// Where on it, from its top.
    place: String,
}

impl Shell {
    /// The sample in its own repository, on its own day.
    pub(crate) fn new() -> Self {
        Self { stage: Stage::sample(), place: String::new() }
    }

    /// An empty directory, on the same day.
    pub(crate) fn empty() -> Self {
        Self { stage: Stage::empty(), place: String::new() }
    }

    /// Runs a line: what it prints, standard output before standard error, and its exit code.
    pub(crate) fn run(&mut self, line: &str) -> (String, i32) {
        let mut printed = String::new();
        for command in words(line, &self.directory()).split(|word| word == "&&") {
            let (text, code) = self.command(line, command);
            printed.push_str(&text);
            if code != 0 {
                return (printed, code);
            }
        }
        (printed, 0)
    }

    /// A path as it is typed, from the top of the stage.
    fn place_of(&self, typed: &str) -> String {
        Path::new(&self.place).join(typed).display().to_string()
    }

    fn directory(&self) -> String {
        self.stage.path("").display().to_string().trim_end_matches('/').to_owned()
    }

    fn command(&mut self, line: &str, words: &[String]) -> (String, i32) {
        let assigned = words.iter().take_while(|word| is_assignment(word)).count();
        let (environment, words) = words.split_at(assigned);
        let environment: Vec<(&str, &str)> = environment.iter().filter_map(|word| word.split_once('=')).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["rebalance", args @ ..] => {
                self.stage.env =
                    environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
                let run = self.stage.run_in(&self.place, args);
                (run.out + &run.err, i32::from(run.code))
            }
            ["git", args @ ..] => {
                let place = self.stage.path(&self.place);
                let output = self.stage.git_command(args, 0).current_dir(place).envs(environment).output().unwrap();
                let text = [output.stdout, output.stderr].concat();
                let text = String::from_utf8(text).unwrap().replace(&self.directory(), "[DIR]");
                (text, output.status.code().unwrap())
            }
            ["cd", dir] => {
                self.place = self.place_of(dir);
                assert!(self.stage.path(&self.place).is_dir(), "{dir} is no directory");
                (String::new(), 0)
            }
            ["cat", file] => (self.stage.read(&self.place_of(file)), 0),
            ["cp", file, "."] => {
                let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                fs::copy(&from, self.stage.path(&self.place_of(&from.file_name().unwrap().to_string_lossy()))).unwrap();
                (String::new(), 0)
            }
            ["mkdir", dir] => {
                fs::create_dir(self.stage.path(&self.place_of(dir))).unwrap();
                (String::new(), 0)
            }
            ["rm", file] => {
                fs::remove_file(self.stage.path(&self.place_of(file))).unwrap();
                (String::new(), 0)
            }
            ["printf", text, ">", file] => {
                self.stage.write(&self.place_of(file), &text.replace("\\n", "\n"));
                (String::new(), 0)
            }
            ["sed", "-i", script, file] => {
                self.substitute(script, &self.place_of(file));
                (String::new(), 0)
            }
            _ => panic!("transcripts have no such command: {line}"),
        }
    }

    /// `s/from/to/` where `from` is a text without special characters that stands in the file once; `\n` in `to` is a line
    /// break, as in GNU sed.
    fn substitute(&self, script: &str, file: &str) {
        let parts: Vec<&str> = script.split('/').collect();
        let ["s", from, to, ""] = parts.as_slice() else { panic!("not a plain substitution: {script}") };
        assert!(!from.contains(['*', '[', ']', '^', '$', '\\']), "not a plain text: {from}");
        assert_eq!(self.stage.read(file).matches(from).count(), 1, "{from} in {file}");
        self.stage.edit(file, from, &to.replace("\\n", "\n"));
    }
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// A line in words, as a shell parts it: quotes, and `$PWD` where single quotes do not keep it.
pub(crate) fn words(line: &str, directory: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut begun, mut quote) = (String::new(), false, None);
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => (quote, begun) = (Some(c), true),
            (_, Some(open)) if c == open => quote = None,
            (' ', None) if begun => (begun, _) = (false, words.push(std::mem::take(&mut word))),
            (' ', None) => {}
            _ => {
                // A `$` that single quotes keep is no variable.
                word.push(if c == '$' && quote == Some('\'') { '\u{1}' } else { c });
                begun = true;
            }
        }
    }
    assert!(quote.is_none(), "a quote is not closed: {line}");
    if begun {
        words.push(word);
    }
    words.iter().map(|word| word.replace("$PWD", directory).replace('\u{1}', "$")).collect()
}
