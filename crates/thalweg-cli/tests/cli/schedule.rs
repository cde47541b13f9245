//! Schedules: shares of a run, and warnings of those that do not suit it.

use crate::folder::Folder;
use crate::train::{small, train};

/// The warnings among what was said.
fn warnings(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.starts_with("warning: the schedule")).collect()
}

#[test]
fn shares_of_a_run_are_steps_of_a_descent_and_of_a_race() {
    let folder = Folder::new();
    let bytes = |command: &str, schedule: &str| {
        let line = [command, "--on ravine --steps 1e2 --with sgd:lr=0.5/1 -o out.json --schedule"];
        let line = line.join(" ").replace(if command == "descend" { "/1" } else { "" }, "");
        let line: Vec<&str> = line.split_whitespace().chain([schedule]).collect();
        assert_eq!(warnings(&folder.run_with(&line).done().stderr), [""; 0]);
        folder.read("out.json")
    };
    for command in ["descend", "race"] {
        let absolute = bytes(command, "warmup:steps=10 then cosine:steps=90");
        assert!(bytes(command, "warmup:10% then cosine") == absolute, "{command}");
    }
    assert_eq!(folder.json("out.json")["schedule"], "warmup:steps=10 then cosine:steps=90");
}

#[test]
fn shares_of_a_run_are_steps_of_a_training() {
    let folder = Folder::new();
    train(&folder, "--with sgd --schedule linear:steps=6,start=1,end=0 --out absolute");
    train(&folder, "--with sgd --schedule linear:start=1,end=0 --out relative");
    for file in ["metrics.csv", "sgd/model.safetensors"] {
        let [absolute, relative] =
            ["absolute", "relative"].map(|run| folder.read(&format!("{run}/{file}")));
        assert!(absolute == relative, "{file}");
    }
    assert_eq!(folder.json("relative/run.json")["settings"]["schedule"], "linear:start=1,end=0");
}

/// 72 of 90 training samples are left after validation: 4 steps of 20 in each of 3 epochs.
#[test]
fn shares_of_a_run_are_steps_of_every_trial_of_an_experiment() {
    let folder = Folder::new();
    let trials = |schedule: &str| {
        let line = "train --data blobs:samples=120 --model softmax --batch 20 --epochs 3 --seeds 2 --validation 0.2 \
                    --with sgd:lr=0.05/0.1 --out";
        let line = format!("{line} {} --schedule {schedule}", schedule.len());
        assert_eq!(warnings(&folder.run(&line).done().stderr), [""; 0]);
        let text = folder.text(&format!("{}/trials.jsonl", schedule.len()));
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(trials("cosine"), trials("cosine:steps=12"));
}

#[test]
fn a_schedule_that_ends_early_warns() {
    let folder = Folder::new();
    let ends = "warning: the schedule ends after 10 of 220 steps; the other 210 have lr 0";
    for command in ["descend -q", "race"] {
        let line = "--on ravine --steps 220 --with sgd:lr=0.5 --with adam:lr=0.1 -o a.json";
        let said = folder.run(&format!("{command} {line} --schedule cosine:steps=10")).done();
        assert_eq!(warnings(&said.stderr), [ends], "{command}");
    }
    let ends = "warning: the schedule ends after 2 of 6 steps; the other 4 have lr 0";
    let said = train(&folder, "--with sgd --with adam --schedule cosine:steps=2 --out run");
    assert_eq!(warnings(&said.stderr), [ends]);
    // Who resumes has been told.
    assert_eq!(warnings(&folder.run("train --out run --resume").done().stderr), [""; 0]);
    let seeds = "--with sgd --seeds 2 --schedule cosine:steps=2 --batch 10 --out runs";
    let said = folder.run_with(&small(&seeds.split_whitespace().collect::<Vec<_>>())).done();
    let ends = "warning: the schedule ends after 2 of 12 steps; the other 10 have lr 0";
    assert_eq!(warnings(&said.stderr), [ends]);
}

#[test]
fn a_schedule_that_ends_late_or_never_changes_warns() {
    let folder = Folder::new();
    for (schedule, warning) in [
        (
            "cosine:steps=10000",
            "the schedule ends after 10000 steps and the run after 220; lr only gets to 0.9988 of what is configured",
        ),
        (
            "step:size=500",
            "`step:size=500` never gets to its first reduction, after 500 steps; it has only 220",
        ),
        (
            "warmup:500 then cosine:10",
            "`cosine:steps=10` begins after 500 steps, and the run has only 220",
        ),
    ] {
        let line = "descend --on sphere --with sgd:lr=0.5 --steps 220 -o a.json --schedule";
        let line: Vec<&str> = line.split_whitespace().chain([schedule]).collect();
        let said = folder.run_with(&line).done().stderr;
        assert!(said.contains(&format!("warning: {warning}\n")), "{said}");
    }
}
