//! What is said while it trains.

use super::{small, train};
use crate::folder::Folder;

#[test]
fn without_a_terminal_there_is_a_line_an_epoch_and_method() {
    let folder = Folder::new();
    let outcome = train(&folder, "--with sgd --with adam --landscape --out run");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    let mut expected = Vec::new();
    for epoch in 1..=2 {
        expected.extend(["sgd", "adam"].map(|it| format!("{it}: epoch {epoch} of 2, loss ")));
    }
    assert_eq!(lines.len(), 5, "{lines:?}");
    for (line, start) in lines.iter().zip(&expected) {
        assert!(line.starts_with(start) && line.contains(", test accuracy "), "{line}");
        assert!(line.ends_with(" samples/s"), "{line}");
    }
    assert!(lines[4].starts_with("6 steps in ") && lines[4].ends_with(" s; open run/report.html"));
    assert!(!outcome.stderr.contains(['\r', '\x1b']));
}

#[test]
fn standard_output_has_a_table_of_the_methods() {
    let folder = Folder::new();
    let outcome = train(&folder, "--with sgd --with adam:lr=0.01 --out run");
    let rows: Vec<Vec<&str>> =
        outcome.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(outcome.stdout.lines().count(), 3);
    assert_eq!(rows[0][..3], ["method", "train", "loss"]);
    assert_eq!([rows[1][0], rows[2][0]], ["sgd", "adam"]);
    // What it says is what the last records say.
    let records = super::records(&folder, "run");
    for (row, record) in rows[1..].iter().zip(&records[records.len() - 2..]) {
        assert_eq!(row[1], format!("{:.4}", record["train_loss"].as_f64().unwrap()));
        assert_eq!(row[4], format!("{:.2}%", 100.0 * record["test_accuracy"].as_f64().unwrap()));
    }
}

#[test]
fn quiet_says_nothing() {
    let folder = Folder::new();
    for arguments in
        ["--with sgd --landscape --out run -q", "--out run --resume --quiet --with sgd --landscape"]
    {
        let outcome = train(&folder, arguments);
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    }
}

/// `script` of util-linux runs a command in a terminal and passes on what it draws.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_each_method_has_a_bar_that_leaves_again() {
    let folder = Folder::new();
    if !folder.shell("script --version").stdout.contains("util-linux") {
        println!("skipped: there is no script of util-linux");
        return;
    }
    let on_terminal = |more: &str| {
        let line =
            small(&["--with", "sgd:lr=1e30", "--with", "adam", "--landscape", "--epochs", "200"]);
        let line = line.join(" ").replace("blobs:samples=80", "moons:samples=80,noise=0.5");
        let script =
            format!("TERM=xterm script -qec \"$THALWEG {line} {more} --model mlp:8\" /dev/null");
        folder.shell(&script.replace("--model softmax ", "")).done().stdout
    };
    let drawn = on_terminal("--out run");
    for part in ["sgd ", "adam ", "█", "%", "loss ", " samples/s", " left", "loss surface "] {
        assert!(drawn.contains(part), "{part:?} is not in: {drawn:?}");
    }
    let warning = "warning: sgd:lr=1e30 stopped being finite at step 2 and has not moved since\r\n";
    assert!(drawn.contains(warning), "{drawn:?}");
    // What is left of the last line of bars is the table.
    let (_, end) = drawn.split_once("method ").unwrap();
    assert!(!end.contains(['█', '\x1b']), "{end:?}");
    assert!(end.contains("\r\nadam ") && end.ends_with("; open run/report.html\r\n"), "{end:?}");
    let quiet = on_terminal("--out quiet -q");
    assert_eq!(quiet, warning);
}
