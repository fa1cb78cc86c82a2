//! A second opinion for the tests: `openssl`, the shell and Python.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Runs `openssl` with `input` on its standard input; its output, or a failure of the test.
pub(crate) fn openssl(arguments: &[&str], input: &str) -> String {
    try_openssl(arguments, input).unwrap()
}

/// The same, where failing may be right.
pub(crate) fn try_openssl(arguments: &[&str], input: &str) -> Result<String, String> {
    piped(Command::new("openssl").args(arguments), input)
}

/// A pipeline in `sh`.
pub(crate) fn shell(script: &str, input: &str) -> String {
    piped(Command::new("sh").args(["-c", script]), input).unwrap()
}

/// A Python program that may import what the machines run.
pub(crate) fn python(program: &str, input: &str) -> String {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bootstrap/templates");
    let command = &mut Command::new("python3");
    command
        .args(["-c", program])
        .env("PYTHONPATH", templates)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    piped(command, input).unwrap()
}

/// What `PyYAML`, which cloud-init uses too, reads in a text; as JSON. None where it is not installed.
pub(crate) fn yaml(text: &str) -> Option<serde_json::Value> {
    let program = r"
import sys, json
try:
    import yaml
except ImportError:
    sys.exit()
print(json.dumps(list(yaml.safe_load_all(sys.stdin.read()))))
";
    let documents = python(program, text);
    (!documents.is_empty()).then(|| serde_json::from_str(&documents).unwrap())
}

fn piped(command: &mut Command, input: &str) -> Result<String, String> {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .expect("this test needs openssl, sh and python3 on the PATH");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(text)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned() + &text)
    }
}

/// A folder that is removed with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("slipway-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
