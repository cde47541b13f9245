//! A disk without room, played by a limit on the length of files.

use super::{assert_same, files, small, steps};
use crate::folder::Folder;

const RESUME: &str = "resume with: thalweg train --out run --resume";

/// Runs a training with files limited to `blocks` half kibibytes and expects it to fail.
fn limited(folder: &Folder, blocks: u32, arguments: &str) -> String {
    let script = format!("ulimit -f {blocks}; exec \"$THALWEG\" {arguments} -q");
    folder.shell(&script).refused(1)
}

/// The command line of a small training with these arguments.
fn line(arguments: &str) -> String {
    small(&arguments.split_whitespace().collect::<Vec<_>>()).join(" ")
}

#[test]
fn metrics_that_cannot_be_written_end_a_run_that_can_be_resumed() {
    let folder = Folder::new();
    let settings = "--with sgd --with adam --epochs 100 --landscape";
    // 20 and 40 KiB of more than 100.
    let sentence = limited(&folder, 40, &line(&format!("{settings} --out run")));
    let expected = format!(
        "cannot write run/metrics.jsonl: file too large; a checkpoint of step 0 is kept; {RESUME}"
    );
    assert_eq!(sentence, expected);
    let sentence = limited(&folder, 80, "train --out run --resume");
    assert_eq!(sentence, expected);
    folder.run("train --out run --resume").done();
    folder.run(&line(&format!("{settings} --out straight"))).done();
    assert_same(&folder, "run", "straight");
}

#[test]
fn a_checkpoint_that_cannot_be_written_leaves_the_one_before() {
    let folder = Folder::new();
    // 4003 weights; the first checkpoint has 16 kB of them, the next 32 kB of state as well.
    let settings = "--with adam --model mlp:500,4 --epochs 1";
    let sentence = limited(&folder, 60, &line(&format!("{settings} --out run")));
    let expected =
        "cannot write run/checkpoint.safetensors: file too large; a checkpoint of step 0 is kept";
    assert_eq!(sentence, format!("{expected}; {RESUME}"));
    let names = files(&folder.path("run"));
    assert!(!names.iter().any(|name| name.contains("thalweg-")), "{names:?}");
    folder.run("train --out run --resume").done();
    folder.run(&line(&format!("{settings} --out straight"))).done();
    assert_same(&folder, "run", "straight");
}

#[test]
fn pictures_that_cannot_be_written_can_be_written_later() {
    let folder = Folder::new();
    let sentence = limited(&folder, 10, &line("--with adam --out run"));
    let expected = "file too large; the training is done and kept; write the rest with: thalweg train \
                    --out run --resume";
    assert!(
        sentence.starts_with("cannot write run/") && sentence.ends_with(expected),
        "{sentence}"
    );
    assert_eq!(steps(&folder, "run").len(), 6);
    folder.run("train --out run --resume").done();
    folder.run(&line("--with adam --out straight")).done();
    assert_same(&folder, "run", "straight");
}
