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

/// `thalweg schedule` with words that are separated by bars.
fn schedule(folder: &Folder, line: &str) -> crate::folder::Outcome {
    let words: Vec<&str> = ["schedule"].into_iter().chain(line.split('|')).collect();
    folder.run_with(&words)
}

#[test]
fn a_table_has_the_ends_of_every_part_and_the_highest_value() {
    let folder = Folder::new();
    let said = schedule(&folder, "warmup:5% then cosine|--steps|220|--lr|0.2").done();
    assert_eq!(said.stderr, "");
    let lines: Vec<Vec<&str>> =
        said.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines,
        [
            vec!["part", "from", "step", "lr", "to", "step", "lr"],
            vec!["warmup:steps=11", "0", "0.01818", "10", "0.2"],
            vec!["cosine:steps=209", "11", "0.2", "219", "1.13×10⁻⁵"],
            vec!["highest", "10", "0.2"],
        ]
    );
    let said = schedule(&folder, "cosine|cosine:steps=10|--steps|1e3").done();
    assert!(
        said.stdout.starts_with("cosine\npart ")
            && said.stdout.contains("\n\ncosine:steps=10\npart ")
    );
    assert_eq!(
        said.stderr,
        "warning: `cosine:steps=10`: the schedule ends after 10 of 1000 steps; the other 990 have lr 0\n"
    );
}

#[test]
fn every_value_is_in_the_files_of_a_schedule() {
    let folder = Folder::new();
    let line = "warmup:50% then linear:start=1,end=0|step:every=25%,gamma=0.5|--steps|4|--lr|1|-o|a.csv|-o|a.json|-o|a.svg|-o|a.png";
    let said = schedule(&folder, line).done();
    assert!(
        said.stderr.contains("wrote a.png")
            && said
                .stderr
                .contains("step:every=25%,gamma=0.5: lr is 1 at first, 1 at most, 0.125 at last"),
        "{}",
        said.stderr
    );
    assert_eq!(
        folder.text("a.csv"),
        "schedule,step,lr\n\
         \"warmup:50% then linear:start=1,end=0\",0,0.5\n\
         \"warmup:50% then linear:start=1,end=0\",1,1.0\n\
         \"warmup:50% then linear:start=1,end=0\",2,1.0\n\
         \"warmup:50% then linear:start=1,end=0\",3,0.5\n\
         \"step:every=25%,gamma=0.5\",0,1.0\n\
         \"step:every=25%,gamma=0.5\",1,0.5\n\
         \"step:every=25%,gamma=0.5\",2,0.25\n\
         \"step:every=25%,gamma=0.5\",3,0.125\n"
    );
    let json = folder.json("a.json");
    assert_eq!((&json["steps"], &json["lr"]), (&4.into(), &1.0.into()));
    let first = &json["schedules"][0];
    assert_eq!(first["text"], "warmup:50% then linear:start=1,end=0");
    assert_eq!(first["schedule"], "warmup:steps=2 then linear:steps=2,start=1,end=0");
    assert_eq!(first["values"], serde_json::json!([0.5, 1.0, 1.0, 0.5]));
    assert_eq!(first["parts"][1]["first"], 2);
    assert_eq!(json["schedules"][1]["schedule"], "step:size=1,gamma=0.5");
    let svg = folder.text("a.svg");
    assert!(svg.starts_with("<svg") && folder.read("a.png").starts_with(b"\x89PNG"));
}

#[test]
fn a_schedule_that_cannot_be_drawn_is_refused() {
    let folder = Folder::new();
    for (line, part) in [
        (
            "plateau|--steps|10",
            "`plateau` has a plateau, whose values follow from the losses of a run",
        ),
        ("warmup:5% then plateau|--steps|10", "not known before it"),
        ("warm-up:5%|--steps|10", "did you mean `warmup`"),
        ("5%|--steps|10", "the name of a schedule must come first, as in `warmup:5%`"),
        (
            "warmup:0%|--steps|10",
            "warmup: steps=0% is refused; steps is a number of steps ≥ 1 or a share of the run",
        ),
        ("warmup:120%|--steps|10", "steps=120% is refused"),
        ("cosine:steps=|--steps|10", "the value of steps is missing"),
        (
            "warmup:60% then cosine:60% then linear|--steps|10",
            "nothing is left of the run for `linear`",
        ),
        ("cosine|cosine|--steps|10", "the schedule `cosine` is given twice"),
        ("cosine|--steps|10|-o|a.gif", "known are .png .svg .json .csv"),
    ] {
        let sentence = schedule(&folder, line).refused(2);
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
    }
    for line in [
        "cosine",
        "cosine|--steps|0",
        "cosine|--steps|1.5",
        "cosine|--steps|1e8",
        "cosine|--steps|9|--lr|0",
        "--steps|9",
    ] {
        schedule(&folder, line).misused();
    }
    assert_eq!(folder.names(), [""; 0]);
}
