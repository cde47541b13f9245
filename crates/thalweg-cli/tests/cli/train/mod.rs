//! `thalweg train` from outside, on data and networks so small that it takes a moment.

mod divergence;
mod experiment;
mod inputs;
#[cfg(unix)]
mod killed;
mod outputs;
mod progress;
mod regression;
mod resume;
#[cfg(unix)]
mod room;
mod settings;
mod tables;
mod text;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::folder::{Folder, Outcome};

/// Options of small data and a small network: three steps an epoch, two epochs.
const SMALL: [[&str; 2]; 4] =
    [["--data", "blobs:samples=80"], ["--model", "softmax"], ["--batch", "20"], ["--epochs", "2"]];

/// The command line of a training with these arguments, small where they say nothing else.
pub fn small<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let missing = SMALL.iter().filter(|[option, _]| !arguments.contains(option));
    ["train"]
        .into_iter()
        .chain(missing.copied().flatten())
        .chain(arguments.iter().copied())
        .collect()
}

/// Runs a small training with these arguments and expects it to do its work.
pub fn train(folder: &Folder, arguments: &str) -> Outcome {
    folder.run_with(&small(&arguments.split_whitespace().collect::<Vec<_>>())).done()
}

/// The lines of `metrics.jsonl` as they stand there.
pub fn lines(folder: &Folder, run: &str) -> Vec<String> {
    folder.text(&format!("{run}/metrics.jsonl")).lines().map(str::to_owned).collect()
}

/// The records of `metrics.jsonl`.
pub fn records(folder: &Folder, run: &str) -> Vec<Value> {
    lines(folder, run).iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The records of steps.
pub fn steps(folder: &Folder, run: &str) -> Vec<Value> {
    let records = records(folder, run).into_iter();
    records.filter(|record| record.get("step").is_some()).collect()
}

/// Every file below a folder, by its path from there with slashes, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            names.extend(files(&entry.path()).into_iter().map(|file| format!("{name}/{file}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

/// Two runs have the same metrics and networks, to the last bit.
pub fn assert_same(folder: &Folder, one: &str, other: &str) {
    let names = files(&folder.path(one));
    assert_eq!(names, files(&folder.path(other)));
    let counts = |name: &&String| {
        name.starts_with("metrics.")
            || name.ends_with("model.safetensors")
            || *name == "trajectory.f32"
    };
    let counted: Vec<&String> = names.iter().filter(counts).collect();
    assert!(counted.len() > 2, "{names:?}");
    for name in counted {
        let [a, b] = [one, other].map(|run| folder.read(&format!("{run}/{name}")));
        assert!(a == b, "{name} differs: {} and {} bytes", a.len(), b.len());
    }
}

/// A copy of a folder and of all in it.
pub fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(from.join(&file), target).unwrap();
    }
}
