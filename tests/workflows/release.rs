//! A release: packed as the release workflow packs it, and installed by the action's script from a server that has it, has
//! something else, or breaks off.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));
const PROGRAM: &str = env!("CARGO_BIN_EXE_rebalance");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust name of this machine, as far as releases have one; none elsewhere.
fn target() -> Option<String> {
    let system = match std::env::consts::OS {
        "linux" => "unknown-linux-gnu",
        "macos" => "apple-darwin",
        _ => return None,
    };
    Some(format!("{}-{system}", std::env::consts::ARCH))
}

fn archive() -> String {
    format!("rebalance-{VERSION}-{}.tar.gz", target().unwrap())
}

/// A release in a directory. The program in it says its version, whatever machine it is for.
fn packed(dir: &Path) -> PathBuf {
    let (binaries, out) = (dir.join("binaries"), dir.join("release"));
    let program = format!("#!/bin/sh\nexec '{PROGRAM}' \"$@\"\n");
    for (target, name) in [(target().unwrap(), "rebalance"), ("x86_64-pc-windows-msvc".to_owned(), "rebalance.exe")] {
        fs::create_dir_all(binaries.join(&target)).unwrap();
        fs::write(binaries.join(&target).join(name), &program).unwrap();
    }
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("a.whl"), "a wheel").unwrap();
    let pack = Command::new(root().join(".ci/pack")).args([VERSION, PROGRAM]).args([&binaries, &out]).output().unwrap();
    assert!(pack.status.success(), "{}", String::from_utf8_lossy(&pack.stderr));
    out
}

/// What the server does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It says 404.
    Missing,
    /// It says 500.
    Broken,
    /// It sends less than it said it would.
    CutOff,
    /// It sends less, and says no more than that.
    Shortened,
    /// One byte is another.
    Changed,
}

/// Serves a release; returns its address, and what was asked for.
fn serve(release: &Path, faults: &[(&str, Fault)]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let faults: BTreeMap<String, Fault> = faults.iter().map(|(name, fault)| ((*name).to_owned(), *fault)).collect();
    let (release, seen) = (release.to_owned(), Arc::clone(&asked));
    // It ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
            lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
            seen.lock().unwrap().push(path.clone());
            let name = path.strip_prefix(&format!("/ann/funds/releases/download/{VERSION}/")).unwrap_or("nothing");
            let fault = faults.get(name);
            let body = fs::read(release.join(name)).ok().filter(|_| fault != Some(&Fault::Missing));
            let (status, mut body) = match (body, fault) {
                (_, Some(Fault::Broken)) => ("500 Internal Server Error", Vec::new()),
                (Some(body), _) => ("200 OK", body),
                (None, _) => ("404 Not Found", b"Not Found".to_vec()),
            };
            let mut length = body.len();
            match fault {
                Some(Fault::CutOff) => body.truncate(length / 2),
                Some(Fault::Shortened) => {
                    body.truncate(length / 2);
                    length = body.len();
                }
                Some(Fault::Changed) => body[length / 2] ^= 1,
                _ => {}
            }
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    (address, asked)
}

/// What the script did.
struct Installed {
    code: i32,
    log: String,
    /// Whether there is a program, and whether cargo made it.
    there: bool,
    built: bool,
    /// What `gh` was asked.
    gh: String,
}

/// Runs the script with these variables, with a cargo and, if `gh` has an exit code, a `gh` that write down how they are run.
fn install(dir: &Path, server: &str, gh: Option<i32>, variables: &[(&str, &str)]) -> Installed {
    let (bin, run_root) = (dir.join("bin"), dir.join("root"));
    let _ = fs::remove_dir_all(&run_root);
    fs::create_dir_all(&bin).unwrap();
    let script = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt;
        fs::write(bin.join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let log = |name: &str| dir.join(name).display().to_string();
    for name in ["cargo.log", "gh.log"] {
        let _ = fs::remove_file(dir.join(name));
    }
    script(
        "cargo",
        &format!(
            "env | grep TOKEN >>'{0}'\necho \"$*\" >>'{0}'\nmkdir -p \"$ROOT/bin\"\nln -s '{PROGRAM}' \"$ROOT/bin/rebalance\"",
            log("cargo.log")
        ),
    );
    let mut path = vec![bin.clone()];
    match gh {
        Some(code) => script("gh", &format!("echo \"$GH_TOKEN $*\" >>'{}'\nexit {code}", log("gh.log"))),
        None => drop(fs::remove_file(bin.join("gh"))),
    }
    let known = std::env::var_os("PATH").unwrap();
    path.extend(std::env::split_paths(&known).filter(|dir| !dir.join("gh").exists()));
    let mut bash = Command::new("bash");
    bash.arg(root().join("setup/install.sh")).env("PATH", std::env::join_paths(path).unwrap());
    bash.env("ROOT", &run_root).env("RUNNER_TEMP", dir).env("GITHUB_SERVER_URL", server).env("REPOSITORY", "ann/funds");
    bash.env("VERSION", VERSION).env("TOKEN", "").envs(variables.iter().copied());
    let output = bash.output().unwrap();
    let cargo = fs::read_to_string(dir.join("cargo.log")).unwrap_or_default();
    assert!(!cargo.contains("TOKEN"), "the token is for gh alone: {cargo}");
    Installed {
        code: output.status.code().unwrap(),
        log: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        there: run_root.join("bin/rebalance").exists(),
        built: !cargo.is_empty(),
        gh: fs::read_to_string(dir.join("gh.log")).unwrap_or_default(),
    }
}

#[test]
fn an_archive_has_the_program_its_pages_and_its_completions() {
    if target().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let release = packed(dir.path());
    let list = Command::new("tar").arg("-tzf").arg(release.join(archive())).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let top = archive().replace(".tar.gz", "/");
    let files: Vec<&str> =
        list.lines().filter(|line| !line.ends_with('/')).map(|l| l.strip_prefix(&top).unwrap()).collect();
    for file in ["rebalance", "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "man/man1/rebalance.1"] {
        assert!(files.contains(&file), "{file} is not in {files:?}");
    }
    for command in rebalance::cli::command().get_subcommands() {
        let page = format!("man/man1/rebalance-{}.1", command.get_name());
        assert!(files.contains(&page.as_str()), "{page}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(files.contains(&format!("completions/rebalance.{shell}").as_str()), "{shell}");
    }
    // Every file is in the sums, and has them; the same files make the same archives.
    let check =
        Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&release).output().unwrap();
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(check.status.success() && said.lines().count() == 3 && said.contains("a.whl: OK"), "{said}");
    let again = tempfile::tempdir().unwrap();
    assert_eq!(fs::read(release.join(archive())).unwrap(), fs::read(packed(again.path()).join(archive())).unwrap());
    // A tag that is not the program's version is packed by nobody.
    let pack =
        Command::new(root().join(".ci/pack")).args(["v9.9.9", PROGRAM]).args([&release, &release]).output().unwrap();
    assert!(!pack.status.success());
}

#[test]
fn a_release_is_installed_when_it_is_what_it_says() {
    if target().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let release = packed(dir.path());
    let (server, asked) = serve(&release, &[]);
    let run = install(dir.path(), &server, None, &[]);
    assert!(run.code == 0 && run.there && !run.built, "{}", run.log);
    assert!(
        run.log.contains("nobody was asked who built it") && run.log.contains(&format!("rebalance {}", &VERSION[1..])),
        "{}",
        run.log
    );
    assert_eq!(asked.lock().unwrap().len(), 2);
    // With gh and a token it is asked who built it, and it is not installed where nobody says so.
    let run = install(dir.path(), &server, Some(0), &[("TOKEN", "secret")]);
    assert!(run.code == 0 && run.there && !run.built, "{}", run.log);
    assert!(run.gh.starts_with("secret attestation verify ") && run.gh.contains("--repo ann/funds"), "{}", run.gh);
    assert!(run.gh.contains(&format!("--source-ref refs/tags/{VERSION}")), "{}", run.gh);
    assert!(run.gh.contains("--signer-workflow ann/funds/.github/workflows/release.yml"), "{}", run.gh);
    assert!(!run.log.contains("secret"), "{}", run.log);
    let run = install(dir.path(), &server, Some(1), &[("TOKEN", "secret")]);
    assert!(run.code == 6 && !run.there && !run.built, "{}", run.log);
    assert!(run.log.contains("nobody attests"), "{}", run.log);
}

#[test]
fn what_is_not_what_it_says_is_not_installed() {
    if target().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let release = packed(dir.path());
    let archive = archive();
    for (file, fault, said) in [
        (archive.as_str(), Fault::Changed, "does not have the checksum"),
        (archive.as_str(), Fault::Shortened, "does not have the checksum"),
        (archive.as_str(), Fault::CutOff, "could not be downloaded whole"),
        (archive.as_str(), Fault::Broken, "the answer is 500"),
        ("SHA256SUMS", Fault::CutOff, "could not be downloaded whole"),
        ("SHA256SUMS", Fault::Broken, "the answer is 500"),
    ] {
        let (server, _) = serve(&release, &[(file, fault)]);
        let run = install(dir.path(), &server, None, &[("CURL_HOME", "/dev/null")]);
        assert!(run.code == 6 && !run.there && !run.built, "{file} {fault:?}: {}", run.log);
        assert!(run.log.contains("::error::") && run.log.contains(said), "{file} {fault:?}: {}", run.log);
    }
    // Sums that do not name the archive, or name it twice.
    let sums = fs::read_to_string(release.join("SHA256SUMS")).unwrap();
    for sums in [sums.replace(&archive, "another"), format!("{sums}{sums}"), String::new()] {
        fs::write(release.join("SHA256SUMS"), sums).unwrap();
        let (server, _) = serve(&release, &[]);
        let run = install(dir.path(), &server, None, &[]);
        assert!(run.code == 6 && !run.there && run.log.contains("does not say one checksum"), "{}", run.log);
    }
    // Nobody answers.
    let run = install(dir.path(), "http://127.0.0.1:1", None, &[]);
    assert!(run.code == 6 && !run.there && !run.built, "{}", run.log);
}

#[test]
fn what_is_not_there_is_built_from_source() {
    if target().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let release = packed(dir.path());
    for missing in ["SHA256SUMS", &archive()] {
        let (server, _) = serve(&release, &[(missing, Fault::Missing)]);
        let run = install(dir.path(), &server, Some(0), &[("TOKEN", "secret")]);
        assert!(run.code == 0 && run.built && run.there, "{}", run.log);
        assert!(run.log.contains("::notice::there is no binary of"), "{}", run.log);
    }
    // No release was asked for, or nobody says of which repository: nothing is asked.
    let (server, asked) = serve(&release, &[]);
    for variables in [("VERSION", ""), ("REPOSITORY", "")] {
        let run = install(dir.path(), &server, None, &[variables]);
        assert!(run.code == 0 && run.built, "{}", run.log);
    }
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn which_release_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("output");
    let places = |version: &str, reference: &str| {
        fs::write(&output, "").unwrap();
        let mut bash = Command::new("bash");
        bash.arg(root().join("setup/places.sh")).env("VERSION", version).env("REF", reference);
        let out = bash.env("RUNNER_TEMP", "/temp").env("GITHUB_OUTPUT", &output).output().unwrap();
        let text = fs::read_to_string(&output).unwrap();
        let value =
            |name: &str| text.lines().find_map(|line| Some(line.strip_prefix(name)?.to_owned())).unwrap_or_default();
        (out.status.code().unwrap(), value("version="), value("key="), value("root="))
    };
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let (code, version, key, root) = places("", commit);
    assert_eq!((code, version.as_str(), root.as_str()), (0, "", format!("/temp/rebalance-{key}").as_str()));
    assert_eq!(places("", "main").1, "");
    assert_eq!(places("", "v1").1, "");
    assert_eq!(places("", "v1.2.3").1, "v1.2.3");
    assert_eq!(places("v1.2.4", commit).1, "v1.2.4");
    assert_eq!(places("v1.2.4", commit).2, format!("{key}-v1.2.4"));
    for wrong in ["1.2.3", "v1.2", "latest", "v1.2.3/../..", "v1.2.3\nroot=/"] {
        let (code, version, ..) = places(wrong, commit);
        assert_eq!((code, version.as_str()), (64, ""), "{wrong}");
    }
}
