//! Runs that are stopped or killed and resumed: in the end they are what they would have been.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{assert_same, files, small, train};
use crate::folder::Folder;

/// Settings with everything that a checkpoint has to remember; 1500 steps.
const LONG: &str = "--data blobs:samples=80 --model mlp:8 --batch 4 --epochs 100 \
    --with sgd:lr=0.1,momentum=0.9 --with adam --schedule plateau --clip global:1 \
    --groups b*:weight_decay=0.1 --landscape --plane random";

/// The program while it trains.
struct Training(Child, BufReader<ChildStderr>);

impl Training {
    fn begin(folder: &Folder, arguments: &str) -> Self {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let mut command = folder.command();
        command.args(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        Self(child, said)
    }

    /// Waits until that many lines about epochs have been printed.
    fn after(mut self, epochs: usize) -> Self {
        let mut line = String::new();
        for _ in 0..epochs {
            line.clear();
            self.1.read_line(&mut line).unwrap();
            assert!(line.contains(": epoch "), "{line:?}");
        }
        self
    }

    fn send(self, signal: &str) -> Self {
        let sent = Command::new("kill").args([signal, &self.0.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self
    }

    /// The exit code, if it had the time for one, and the last line that it said.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.1.read_to_string(&mut rest).unwrap();
        let code = self.0.wait().unwrap().code();
        (code, rest.lines().last().unwrap_or_default().to_owned())
    }

    fn kill(self) {
        let (code, _) = self.send("-KILL").end();
        assert_eq!(code, None, "it had ended before");
    }
}

/// The step in `stopped after step N of M; …`.
fn stopped_after(message: &str) -> u64 {
    let number = message.strip_prefix("stopped after step ").unwrap().split(' ').next().unwrap();
    number.parse().unwrap()
}

#[test]
fn stopped_and_resumed_a_run_is_the_same() {
    let folder = Folder::new();
    folder.run(&format!("train {LONG} --out straight")).done();
    for (run, signal) in [("run", "-INT"), ("other", "-TERM")] {
        let first = Training::begin(&folder, &format!("train {LONG} --out {run}")).after(4);
        let (code, message) = first.send(signal).end();
        assert_eq!(code, Some(130), "{message}");
        let step = stopped_after(&message);
        assert!((1..1500).contains(&step));
        let expected = format!(
            "stopped after step {step} of 1500; resume with: thalweg train --out {run} --resume"
        );
        assert_eq!(message, expected);
        let names = files(&folder.path(run));
        assert!(names.contains(&"checkpoint.safetensors".to_owned()), "{names:?}");
        assert!(!names.contains(&"report.html".to_owned()), "{names:?}");
        // What was recorded until then can be read: whole lines, up to that step.
        let last = super::steps(&folder, run).pop().unwrap();
        assert_eq!(last["step"], step);

        let command = message.split("resume with: thalweg ").last().unwrap();
        folder.run(command).done();
        assert_same(&folder, run, "straight");
    }
}

#[test]
fn killed_again_and_again_and_resumed_a_run_is_the_same() {
    let folder = Folder::new();
    let resume = "train --out run --resume";
    Training::begin(&folder, &format!("train {LONG} --out run")).after(2).kill();
    Training::begin(&folder, resume).after(1).kill();
    let mut before = 0;
    for (stop_after, kill_after) in [(3, 1), (8, 13), (20, 40)] {
        let (code, message) = Training::begin(&folder, resume).after(stop_after).send("-INT").end();
        assert_eq!(code, Some(130));
        let step = stopped_after(&message);
        assert!(step > before, "{step} is not after {before}");
        before = step;
        // Records come after those that the checkpoint knows of, and are lost.
        Training::begin(&folder, resume).after(kill_after).kill();
        // In the middle of resuming.
        for milliseconds in [1, 10, 30] {
            let training = Training::begin(&folder, resume);
            sleep(Duration::from_millis(milliseconds));
            training.kill();
        }
    }
    folder.run(resume).done();
    folder.run(&format!("train {LONG} --out straight")).done();
    assert_same(&folder, "run", "straight");
}

#[test]
fn killed_at_its_very_beginning_a_run_can_be_resumed_or_begun_again() {
    let folder = Folder::new();
    let begin = "--with sgd --with adam --landscape --epochs 5000 --out run";
    train(&folder, "--with sgd --with adam --landscape --out straight");
    for milliseconds in [0, 2, 4, 8, 12, 16, 24, 32, 64] {
        let arguments = small(&begin.split_whitespace().collect::<Vec<_>>()).join(" ");
        let training = Training::begin(&folder, &arguments);
        sleep(Duration::from_millis(milliseconds));
        training.kill();
        let again = match folder.path("run/run.json").exists() {
            true => Training::begin(&folder, "train --out run --resume"),
            false => Training::begin(&folder, &arguments),
        };
        let (code, _) = again.after(1).send("-INT").end();
        assert_eq!(code, Some(130), "after {milliseconds} ms");
        fs::remove_dir_all(folder.path("run")).unwrap();
    }
}

#[test]
fn killed_before_its_first_checkpoint_a_run_begins_again() {
    let folder = Folder::new();
    train(&folder, "--with sgd --with adam --landscape --out straight");
    fs::create_dir(folder.path("run")).unwrap();
    fs::copy(folder.path("straight/run.json"), folder.path("run/run.json")).unwrap();
    // As far as it may have come before the checkpoint: no record yet, files partly there.
    fs::write(folder.path("run/metrics.jsonl"), "").unwrap();
    fs::write(folder.path("run/metrics.csv"), "method,st").unwrap();
    fs::create_dir(folder.path("run/sgd")).unwrap();
    fs::write(folder.path("run/.checkpoint.safetensors.thalweg-abc123"), "part").unwrap();
    folder.run("train --out run --resume").done();
    assert_same(&folder, "run", "straight");
}

#[test]
fn while_pictures_are_drawn_a_signal_ends_the_program_and_nothing_is_lost() {
    let folder = Folder::new();
    train(&folder, "--with sgd --with adam --landscape --out straight");
    for (run, signal) in [("run", "-INT"), ("other", "-TERM")] {
        let line = ["--with", "sgd", "--with", "adam", "--landscape", "--out", run];
        // Its last line is about the last epoch; drawing takes several times as long as this.
        let training = Training::begin(&folder, &small(&line).join(" ")).after(4);
        sleep(Duration::from_millis(100));
        let (code, _) = training.send(signal).end();
        assert_eq!(code, Some(130));
        assert!(!folder.path(&format!("{run}/report.html")).exists());
        folder.run(&format!("train --resume --out {run}")).done();
        assert_same(&folder, run, "straight");
    }
}

#[test]
fn while_one_trains_no_other_does() {
    let folder = Folder::new();
    let arguments = small(&["--with", "adam", "--epochs", "100000", "--out", "run"]).join(" ");
    let training = Training::begin(&folder, &arguments).after(1);
    let sentence = folder.run("train --out run --resume").refused(1);
    assert_eq!(sentence, "another process is training in run");
    let sentence = folder.run(&arguments).refused(1);
    assert!(sentence.starts_with("run already contains a run"), "{sentence}");
    let (code, message) = training.send("-INT").end();
    assert_eq!(code, Some(130));
    assert!(stopped_after(&message) > 0);
    // Now it is free again.
    let training = Training::begin(&folder, "train --out run --resume").after(1);
    training.kill();
}

#[test]
fn the_command_to_resume_with_can_be_typed_as_it_stands() {
    let folder = Folder::new();
    for (name, typed) in [("it's a run", r"'it'\''s a run'"), ("-run", "./-run"), ("a;b", "'a;b'")]
    {
        let out = format!("--out={name}");
        let line = small(&["--with", "adam", "--epochs", "100000", &out]);
        let mut command = folder.command();
        command.args(&line).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let (code, message) = Training(child, said).after(1).send("-INT").end();
        assert_eq!(code, Some(130));
        let (_, command) = message.split_once("resume with: thalweg ").unwrap();
        assert_eq!(command, format!("train --out {typed} --resume"));
        let outcome = folder.shell(&format!("\"$THALWEG\" {command} --epochs 2"));
        assert!(outcome.refused(2).contains("--epochs is 2 now and was 100000"));
    }
}

#[test]
fn a_terminal_that_goes_away_is_not_noticed_under_nohup() {
    let folder = Folder::new();
    let arguments = small(&["--with", "adam", "--epochs", "100000", "--out", "run"]).join(" ");
    // As nohup does: the signal is ignored, and what ignores it is replaced by the program.
    let script = format!("trap '' HUP; exec \"$THALWEG\" {arguments}");
    let mut command = Command::new("sh");
    command.current_dir(folder.path("")).env("THALWEG", env!("CARGO_BIN_EXE_thalweg"));
    command.args(["-c", &script]).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let said = BufReader::new(child.stderr.take().unwrap());
    let training = Training(child, said).after(1).send("-HUP").after(50);
    let (code, _) = training.send("-INT").end();
    assert_eq!(code, Some(130));
}
