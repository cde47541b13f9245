//! Standard output and error that somebody has closed, or that are full.

#![cfg(unix)]

use std::path::Path;
use std::process::Stdio;

use crate::folder::{Folder, Outcome, outcome};

/// The program with a standard output that nobody reads any more.
fn unread(arguments: &[&str]) -> Outcome {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let folder = Folder::new();
    let mut command = folder.command();
    let child = command.args(arguments).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    Outcome { code: output.status.code(), stdout: String::new(), stderr }
}

#[test]
fn output_that_nobody_reads_any_more_is_no_error() {
    for arguments in [&["list"][..], &["list", "--json"], &["--help"], &["descend", "--help"]] {
        let outcome = unread(arguments).done();
        assert_eq!(outcome.stderr, "", "{arguments:?}");
    }
}

#[test]
fn list_may_be_cut_off_by_head() {
    let script = "{ \"$THALWEG\" list; echo status $? >&2; } | head -1";
    let outcome = Folder::new().shell(script);
    assert_eq!(outcome.stderr, "status 0\n");
    assert_eq!(outcome.stdout.lines().count(), 1);
}

#[test]
fn closed_streams_are_no_error() {
    for redirection in [">&-", "2>&-", ">&- 2>&-"] {
        let folder = Folder::new();
        let descent = "descend --on ravine --with sgd -o run.json";
        for command in ["list", descent] {
            let done = folder.shell(&format!("\"$THALWEG\" {command} {redirection}")).done();
            assert!(!done.stderr.contains("error"), "{}", done.stderr);
        }
        assert_eq!(folder.json("run.json")["steps"], 30);
    }
}

#[test]
fn a_full_standard_output_is_an_error_in_one_sentence() {
    if !Path::new("/dev/full").exists() {
        println!("skipped: there is no /dev/full");
        return;
    }
    for command in ["list", "list --json"] {
        let outcome = Folder::new().shell(&format!("\"$THALWEG\" {command} >/dev/full"));
        let sentence = outcome.refused(1);
        assert_eq!(sentence, "cannot write to standard output: no space left on device");
    }
}

#[test]
fn a_full_standard_error_stops_nothing() {
    if !Path::new("/dev/full").exists() {
        println!("skipped: there is no /dev/full");
        return;
    }
    let folder = Folder::new();
    folder
        .shell("\"$THALWEG\" descend --on ravine --with sgd:lr=1e300 -o run.json 2>/dev/full")
        .done();
    assert_eq!(folder.json("run.json")["runs"][0]["diverged_at"], 1);
}

#[test]
fn a_descent_may_be_written_to_a_device() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("/dev/null", folder.path("null.json")).unwrap();
    let mut command = folder.command();
    let line = "descend --on ravine --with sgd -o null.json";
    outcome(command.args(line.split_whitespace())).done();
    assert!(std::fs::symlink_metadata(folder.path("null.json")).unwrap().is_symlink());
}
