//! `--resume`: what it continues, and what it refuses.

use std::fs;

use super::{assert_same, copy, files, small, train};
use crate::folder::Folder;

/// A run that has ended, as `run`.
fn finished() -> Folder {
    let folder = Folder::new();
    train(&folder, "--with sgd:lr=0.1 --with adam --landscape --out run");
    folder
}

/// Expects `train --resume` with more arguments to be refused, and the run to stay as it is.
fn refused(folder: &Folder, arguments: &[&str], code: i32) -> String {
    let before: Vec<_> = files(&folder.path("run"))
        .into_iter()
        .map(|name| (folder.read(&format!("run/{name}")), name))
        .collect();
    let line = [&["train", "--resume", "--out", "run"], arguments].concat();
    let sentence = folder.run_with(&line).refused(code);
    let after: Vec<_> = files(&folder.path("run"))
        .into_iter()
        .map(|name| (folder.read(&format!("run/{name}")), name))
        .collect();
    assert!(before == after, "{arguments:?} changed something");
    sentence
}

#[test]
fn a_finished_run_gets_its_pictures_again() {
    let folder = finished();
    copy(&folder.path("run"), &folder.path("before"));
    for name in ["report.html", "loss.png", "landscape.mp4", "adam/model.safetensors"] {
        fs::remove_file(folder.path(&format!("run/{name}"))).unwrap();
    }
    let outcome = folder.run("train --resume --out run").done();
    assert!(outcome.stderr.starts_with("0 of 6 steps in "), "{}", outcome.stderr);
    assert_same(&folder, "run", "before");
    for name in ["loss.png", "landscape.mp4"] {
        assert_eq!(folder.read(&format!("run/{name}")), folder.read(&format!("before/{name}")));
    }
}

#[test]
fn another_setting_is_named_with_both_values() {
    let folder = finished();
    for (arguments, what) in [
        (&["--data", "moons"][..], "--data is moons now and was blobs:samples=80"),
        (&["--test", "0.5"], "--test is 0.5 now and was the default"),
        (&["--model", "mlp:8"], "--model is mlp:8 now and was softmax"),
        (&["--activation", "gelu"], "--activation is gelu now and was relu"),
        (
            &["--activation", "tanh"],
            "--activation is tanh now and was relu; --init is xavier now and was he",
        ),
        (&["--init", "normal:0.1"], "--init is normal:0.1 now and was he"),
        (&["--with", "sgd:lr=0.1"], "--with is sgd:lr=0.1 now and was sgd:lr=0.1 adam"),
        (&["--schedule", "linear:steps=9"], "--schedule is linear:steps=9 now and was none"),
        (&["--groups", "b*: frozen"], "--groups is b*: frozen now and was none"),
        (&["--clip", "global:1"], "--clip is global:1 now and was none"),
        (&["--batch", "21"], "--batch is 21 now and was 20"),
        (&["--epochs", "1"], "--epochs is 1 now and was 2"),
        (&["--seed", "1"], "--seed is 1 now and was 0"),
        (&["--landscape", "--plane", "random"], "--plane is random now and was pca"),
    ] {
        let sentence = refused(&folder, arguments, 2);
        assert!(sentence.starts_with("run was started with other settings: "), "{sentence}");
        assert!(sentence.ends_with(what), "{what:?} is not in: {sentence}");
    }
}

#[test]
fn the_same_settings_may_be_given_again() {
    let folder = Folder::new();
    let all = "--with adam --activation tanh --init he --test 0.25 --schedule cosine \
               --clip global:1 --groups b*:lr=0.1 --seed 3 --landscape --plane random";
    train(&folder, &format!("{all} --out run"));
    train(&folder, &format!("{all} --out run --resume"));
    for some in
        ["--activation tanh", "--seed 3 --landscape", "--data blobs:samples=80 --batch 20", ""]
    {
        folder.run(&format!("train --resume --out run {some}")).done();
    }
}

#[test]
fn a_longer_run_is_one_that_was_that_long_from_the_start() {
    let folder = Folder::new();
    let all = "--with sgd:lr=0.1 --with schedule-free-adamw --schedule linear:steps=9";
    train(&folder, &format!("{all} --epochs 5 --out long"));
    train(&folder, &format!("{all} --epochs 2 --out run"));
    let said = folder.run("train --out run --resume --epochs 5").done();
    assert!(said.stderr.contains("9 of 15 steps in "), "{}", said.stderr);
    assert_same(&folder, "run", "long");
    // Its length is that of the run from now on.
    folder.run("train --out run --resume").done();
    let fewer = folder.run("train --out run --resume --epochs 4").refused(2);
    assert!(fewer.ends_with("--epochs is 4 now and was 5"), "{fewer}");
}

#[test]
fn a_landscape_can_be_added_and_is_that_of_a_run_that_had_it_from_the_start() {
    let folder = Folder::new();
    let all = "--with sgd:lr=0.1 --with sgd:lr=1e38 --model mlp:4";
    train(&folder, &format!("{all} --landscape --out with"));
    train(&folder, &format!("{all} --out run"));
    assert!(!folder.path("run/landscape.png").exists());
    let said = folder.run("train --out run --resume --landscape").done();
    assert!(said.stderr.contains("6 steps in "), "{}", said.stderr);
    assert_same(&folder, "run", "with");
    assert_eq!(folder.read("run/landscape.png"), folder.read("with/landscape.png"));
    // Both at once, and again.
    train(&folder, &format!("{all} --epochs 3 --landscape --out with3"));
    train(&folder, &format!("{all} --out run3"));
    folder.run("train --out run3 --resume --epochs 3 --landscape").done();
    assert_same(&folder, "run3", "with3");
    let other = folder.run("train --out run3 --resume --landscape --plane random").refused(2);
    assert!(other.ends_with("--plane is random now and was pca"), "{other}");
}

#[test]
fn a_run_that_cannot_be_repeated_is_left_as_it_is() {
    let folder = Folder::new();
    train(&folder, "--with sgd:lr=0.1 --out run");
    // As if other weights had been the first.
    let run = folder.text("run/run.json");
    let other = run.replace("\"init\": \"he\"", "\"init\": \"normal:0.5\"");
    assert_ne!(run, other);
    fs::write(folder.path("run/run.json"), &other).unwrap();
    let before = folder.read("run/metrics.jsonl");
    let sentence = folder.run("train --quiet --out run --resume --landscape").refused(1);
    assert!(sentence.contains("a checkpoint of step 6 is kept"), "{sentence}");
    assert!(sentence.contains("gives other weights than it had"), "{sentence}");
    assert_eq!(folder.read("run/metrics.jsonl"), before);
    assert_eq!(folder.text("run/run.json"), other);
    folder.run("train --out run --resume").done();
}

#[test]
fn a_run_is_found_from_any_folder_and_finds_its_data() {
    let folder = Folder::new();
    let rows = (0..40).map(|i| format!("{i},{},{}\n", i % 7, ["a", "b"][i % 2]));
    fs::write(folder.path("points.csv"), format!("x,y,kind\n{}", rows.collect::<String>()))
        .unwrap();
    let line =
        "train --data csv:points.csv:label=kind --model softmax --with adam --epochs 2 --out run";
    folder.run(line).done();
    fs::create_dir(folder.path("elsewhere")).unwrap();
    let script = r#"cd elsewhere && exec "$THALWEG" train --resume --out ../run"#;
    #[cfg(unix)]
    for more in ["", " --data csv:../points.csv:label=kind"] {
        folder.shell(&format!("{script}{more}")).done();
    }
    // The run may move, too.
    fs::rename(folder.path("run"), folder.path("moved")).unwrap();
    folder.run("train --resume --out moved").done();
}

#[test]
fn data_that_has_changed_is_noticed() {
    let folder = Folder::new();
    let table = |last: f64| {
        let rows = (0..40).map(|i| format!("{i},{}\n", ["a", "b"][i % 2]));
        format!("x,kind\n{}{last},a\n", rows.collect::<String>())
    };
    fs::write(folder.path("points.csv"), table(3.0)).unwrap();
    let line =
        "train --data csv:points.csv:label=kind --model softmax --with adam --epochs 2 --out run";
    folder.run(line).done();
    fs::write(folder.path("points.csv"), table(3.5)).unwrap();
    let sentence = refused(&folder, &[], 1);
    assert!(
        sentence.ends_with("points.csv:label=kind has changed since the run in run started"),
        "{sentence}"
    );
    fs::remove_file(folder.path("points.csv")).unwrap();
    let sentence = refused(&folder, &[], 1);
    assert!(
        sentence.starts_with("cannot read ") && sentence.ends_with("no such file or directory")
    );
    fs::write(folder.path("points.csv"), table(3.0)).unwrap();
    folder.run("train --resume --out run").done();
}

#[test]
fn without_a_run_there_is_nothing_to_resume() {
    let folder = Folder::new();
    let says = "run contains no run to resume: it has no run.json";
    assert_eq!(folder.run("train --resume --out run").refused(1), says);
    assert!(folder.names().is_empty());
    fs::create_dir(folder.path("run")).unwrap();
    assert_eq!(folder.run("train --resume --out run").refused(1), says);
    fs::write(folder.path("run/notes.txt"), "mine").unwrap();
    assert_eq!(folder.run("train --resume --out run").refused(1), says);
    assert_eq!(files(&folder.path("run")), ["notes.txt"]);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = finished();
    let before = folder.read("run/metrics.jsonl");
    let begin = |out: &str| folder.run_with(&small(&["--with", "adam", "--out", out]));
    assert_eq!(
        begin("run").refused(1),
        "run already contains a run: --resume continues it, another --out starts a new one"
    );
    assert_eq!(folder.read("run/metrics.jsonl"), before);
    fs::create_dir(folder.path("mine")).unwrap();
    fs::write(folder.path("mine/notes.txt"), "mine").unwrap();
    assert_eq!(begin("mine").refused(1), "mine is not empty: a run needs a new or empty folder");
    assert_eq!(files(&folder.path("mine")), ["notes.txt"]);
    let sentence = begin("mine/notes.txt").refused(1);
    assert!(
        sentence.contains("mine/notes.txt: ") && sentence.contains("not a directory"),
        "{sentence}"
    );
    let sentence = begin("mine/notes.txt/run").refused(1);
    assert!(sentence.contains("mine/notes.txt/run: ") && sentence.contains("not a directory"));
    assert_eq!(folder.text("mine/notes.txt"), "mine");
    folder.run_with(&["train", "--out", ""]).misused();
}

#[test]
fn an_empty_folder_and_folders_above_are_as_good_as_none() {
    let folder = Folder::new();
    fs::create_dir(folder.path("empty")).unwrap();
    train(&folder, "--with adam --out empty");
    train(&folder, "--with adam --out a/b/c");
    assert_same(&folder, "empty", "a/b/c");
}

#[test]
fn what_a_run_killed_before_its_beginning_left_is_no_hindrance() {
    let folder = Folder::new();
    fs::create_dir(folder.path("run")).unwrap();
    fs::write(folder.path("run/.lock"), "").unwrap();
    fs::write(folder.path("run/.run.json.thalweg-a1b2c3"), "{\"ver").unwrap();
    train(&folder, "--with adam --out run");
    assert!(!folder.path("run/.run.json.thalweg-a1b2c3").exists());
}

#[test]
fn damaged_files_are_named() {
    let folder = finished();
    copy(&folder.path("run"), &folder.path("whole"));
    let damage = |name: &str, contents: &[u8]| {
        let path = folder.path(&format!("run/{name}"));
        fs::write(&path, contents).unwrap();
        let sentence = refused(&folder, &[], 1);
        fs::copy(folder.path(&format!("whole/{name}")), path).unwrap();
        assert!(sentence.contains(&format!("run/{name}")), "{sentence}");
        sentence
    };
    let checkpoint = folder.read("whole/checkpoint.safetensors");
    let refusal = "cannot use run/checkpoint.safetensors: ";
    for length in [0, 4, 100, checkpoint.len() / 2, checkpoint.len() - 1] {
        let sentence = damage("checkpoint.safetensors", &checkpoint[..length]);
        assert!(sentence.starts_with(refusal), "{sentence}");
    }
    let mut flipped = checkpoint.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let sentence = damage("checkpoint.safetensors", &flipped);
    assert_eq!(sentence, format!("{refusal}its checksum does not match"));
    // Another step, written as a valid one is.
    let text = String::from_utf8_lossy(&checkpoint).into_owned();
    let at = text.find(r#"\"step\":6"#).unwrap() + r#"\"step\":"#.len();
    let mut stepped = checkpoint.clone();
    stepped[at] = b'5';
    let sentence = damage("checkpoint.safetensors", &stepped);
    assert_eq!(sentence, format!("{refusal}its checksum does not match"));

    let run = folder.read("whole/run.json");
    damage("run.json", &run[..run.len() / 2]);
    damage("run.json", b"");
    damage("run.json", b"\xff\xfe");
    let later = String::from_utf8(run).unwrap().replace("\"version\": 1", "\"version\": 2");
    let sentence = damage("run.json", later.as_bytes());
    assert!(sentence.ends_with("it has version 2; this program reads version 1"), "{sentence}");

    let records = folder.read("whole/metrics.jsonl");
    let sentence = damage("metrics.jsonl", &records[..records.len() - 1]);
    let (found, expected) = (records.len() - 1, records.len());
    assert_eq!(
        sentence,
        format!(
            "run/metrics.jsonl has {found} bytes, fewer than the {expected} at the last checkpoint"
        )
    );
    damage("metrics.csv", b"method");
    damage("adam/events.out.tfevents.thalweg", b"");
    damage("trajectory.f32", b"");
    folder.run("train --resume --out run").done();
}

#[test]
fn a_lost_checkpoint_is_not_taken_for_a_run_before_its_first() {
    let folder = finished();
    let path = folder.path("run/checkpoint.safetensors");
    fs::remove_file(&path).unwrap();
    assert_eq!(
        refused(&folder, &[], 1),
        "cannot read run/checkpoint.safetensors: no such file or directory"
    );
}
