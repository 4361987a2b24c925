//! A small client of the Language Server Protocol over standard input and output.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long an answer may take before the test says no.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running language server. Dropping it ends it.
pub(crate) struct Client {
    child: Child,
    input: ChildStdin,
    answers: Receiver<Value>,
    last_id: u64,
    opened: u64,
}

impl Client {
    /// Starts a server and introduces itself as an editor that shows Markdown and snippets and has these settings.
    pub(crate) fn start(command: &str, settings: Value) -> Self {
        let mut words = command.split_whitespace();
        let program = words.next().expect("the command of the server");
        let mut command = Command::new(program);
        command.args(words).arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, answers) = channel();
        thread::spawn(move || while receive(&mut output).is_some_and(|message| sender.send(message).is_ok()) {});
        let mut client = Self { child, input, answers, last_id: 0, opened: 0 };
        client.introduce(&settings);
        client
    }

    fn introduce(&mut self, settings: &Value) {
        let item = json!({ "snippetSupport": true, "documentationFormat": ["markdown", "plaintext"] });
        let capabilities = json!({
            "textDocument": {
                "completion": { "completionItem": item },
                "hover": { "contentFormat": ["markdown"] },
                "publishDiagnostics": { "relatedInformation": true },
            },
            "workspace": { "didChangeConfiguration": {} },
        });
        self.ask("initialize", &json!({ "processId": null, "rootUri": null, "capabilities": capabilities }));
        self.tell("initialized", &json!({}));
        self.tell("workspace/didChangeConfiguration", &json!({ "settings": settings }));
    }

    /// Opens a text under an address and waits for what the server has against it: `line:column message`, from 1.
    pub(crate) fn diagnostics(&mut self, uri: &str, text: &str) -> Vec<String> {
        self.opened += 1;
        let item = json!({ "uri": uri, "languageId": "yaml", "version": self.opened, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": item }));
        let found = self
            .wait(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri);
        let mut lines: Vec<String> = found["params"]["diagnostics"].as_array().unwrap().iter().map(line).collect();
        lines.sort();
        lines
    }

    /// Closes a text again.
    pub(crate) fn close(&mut self, uri: &str) {
        self.tell("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
    }

    /// What the server proposes at a place of an open text.
    pub(crate) fn completion(&mut self, uri: &str, line: usize, character: usize) -> Vec<Value> {
        let answer = self.ask("textDocument/completion", &at(uri, line, character));
        answer["items"].as_array().unwrap_or_else(|| panic!("no items: {answer}")).clone()
    }

    /// What the server says about a place of an open text.
    pub(crate) fn hover(&mut self, uri: &str, line: usize, character: usize) -> String {
        let answer = self.ask("textDocument/hover", &at(uri, line, character));
        answer["contents"]["value"].as_str().unwrap_or_else(|| panic!("no text: {answer}")).to_owned()
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let answer = self.wait(|message| message["id"] == id && message.get("method").is_none());
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    /// The next message that is wanted. What the server asks of the editor meanwhile is answered with nothing.
    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.answers.recv_timeout(PATIENCE).expect("the server answers in time");
            if wanted(&message) {
                return message;
            }
            if let (Some(id), Some(_)) = (message.get("id"), message.get("method")) {
                let nothing = json!({ "jsonrpc": "2.0", "id": id, "result": null });
                self.send(&nothing);
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // The server may be gone already, and then nothing is left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn at(uri: &str, line: usize, character: usize) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

fn line(diagnostic: &Value) -> String {
    let start = &diagnostic["range"]["start"];
    let number = |value: &Value| value.as_u64().unwrap() + 1;
    let message = diagnostic["message"].as_str().unwrap();
    format!("{}:{} {message}", number(&start["line"]), number(&start["character"]))
}

/// One message; none when the server is gone.
fn receive(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut header = String::new();
        if output.read_line(&mut header).ok()? == 0 {
            return None;
        }
        match header.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
