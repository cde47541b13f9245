//! Text: what a network writes of it, in training and afterwards.

use std::fs;

use super::{assert_same, records};
use crate::folder::Folder;

const TRAIN: &str =
    "train --data text:plays.txt:length=16 --model gpt:layers=1,width=16 --with adamw:lr=0.02";

fn folder() -> Folder {
    let folder = Folder::new();
    let lines = ["the cat sees the dog.\n", "a dog sees the cat.\n", "the dog hears a cat.\n"];
    let text: String = (0..120).map(|i| lines[i * i % 7 % 3]).collect();
    fs::write(folder.path("plays.txt"), text).unwrap();
    folder
}

#[test]
fn the_best_network_writes_on_the_terminal_and_each_into_its_folder() {
    let folder = folder();
    let outcome = folder.run(&format!("{TRAIN} --with sgd:lr=0.01 --epochs 3 --out run")).done();
    assert!(outcome.stderr.contains("characters/s") && !outcome.stderr.contains("samples/s"));
    assert!(outcome.stdout.lines().next().unwrap().contains("perplexity"), "{}", outcome.stdout);
    let (_, written) = outcome.stdout.split_once("\n\nadamw writes:\n").unwrap();
    assert_eq!(written, folder.text("run/adamw/sample.txt"));
    assert_eq!(written.chars().count(), 301);
    assert!(written.contains("the ") && written.contains("dog"), "{written}");
    assert_eq!(folder.text("run/sgd/sample.txt").chars().count(), 301);
    assert_eq!(
        records(&folder, "run").iter().filter(|it| it.get("test_loss").is_some()).count(),
        6
    );
}

#[test]
fn a_network_continues_a_prompt_in_a_fresh_process() {
    let folder = folder();
    folder.run(&format!("-q {TRAIN} --epochs 2 --out run")).done();
    let sample = folder.text("run/adamw/sample.txt");
    assert_eq!(folder.run("predict --model run/adamw").done().stdout, sample);
    let prompt = ["predict", "--model", "run/adamw/model.safetensors", "--prompt", "the cat"];
    let more = ["--length", "40", "--seed", "3", "--temperature", "0.5"];
    let first = folder.run_with(&[&prompt[..], &more[..]].concat()).done();
    assert_eq!((first.stderr.as_str(), first.stdout.chars().count()), ("", 7 + 40 + 1));
    assert!(first.stdout.starts_with("the cat"));
    folder.run_with(&[&prompt[..], &more[..], &["-o", "out.txt"]].concat()).done();
    assert_eq!(folder.text("out.txt"), first.stdout);
}

#[test]
fn a_run_that_was_stopped_writes_the_same() {
    let folder = folder();
    folder.run(&format!("-q {TRAIN} --epochs 2 --out straight")).done();
    folder.run(&format!("-q {TRAIN} --epochs 1 --out resumed")).done();
    folder.run("-q train --out resumed --epochs 2 --resume").done();
    assert_same(&folder, "straight", "resumed");
    assert_eq!(folder.text("straight/adamw/sample.txt"), folder.text("resumed/adamw/sample.txt"));
}

#[test]
fn methods_are_tuned_on_text() {
    let folder = folder();
    let train = TRAIN.replace("lr=0.02", "lr=0.0001/0.02");
    let outcome = folder.run(&format!("{train} --epochs 1 --seeds 2 --out run")).done();
    assert!(outcome.stdout.contains("adamw:lr=0.02"), "{}", outcome.stdout);
}

#[test]
fn data_and_networks_that_do_not_suit_each_other_are_refused() {
    let folder = folder();
    let refused = |arguments: &str, parts: &[&str]| {
        let sentence = folder.run(&format!("train --with adam --out run {arguments}")).refused(2);
        for part in parts {
            assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
        }
        assert!(!folder.path("run").exists());
    };
    refused(
        "--data text:plays.txt --model mlp:10",
        &["`mlp:10` needs", "64 tokens", "there is gpt"],
    );
    refused("--data text:plays.txt --model softmax", &["`softmax` needs"]);
    refused("--data text:plays.txt --model cnn", &["needs images"]);
    refused("--data text:plays.txt --model mlp:10 --seeds 2", &["`mlp:10` needs"]);
    refused("--data digits --model gpt", &["`gpt` needs a text", "softmax, mlp and cnn"]);
    refused("--data moons --model gpt", &["`gpt` needs a text", "2 features"]);
    refused("--data text:plays.txt --model gpt:layers=0", &["layers=0 is refused"]);
    refused("--data text:plays.txt --model gpt:width=10", &["width of 10", "4 heads"]);
    refused("--data text:plays.txt:length=0", &["length=0 is refused"]);
    refused("--data text:plays.txt:size=3", &["no setting `size`"]);
}

#[test]
fn texts_that_cannot_be_used_are_refused() {
    let folder = folder();
    fs::write(folder.path("short.txt"), "to be").unwrap();
    fs::write(folder.path("latin.txt"), b"na\xefve ".repeat(50)).unwrap();
    for (data, part) in [
        ("none.txt", "none.txt: no such file or directory"),
        ("short.txt", "the text has 5 characters; 129 are needed"),
        ("latin.txt", "line 1 is not UTF-8"),
    ] {
        let line = format!("train --data text:{data} --with adam --out run");
        let sentence = folder.run(&line).refused(1);
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[test]
fn what_a_network_does_not_take_is_refused() {
    let folder = folder();
    folder.run(&format!("-q {TRAIN} --epochs 1 --out run")).done();
    folder.run("-q train --data moons --model softmax --with adam --epochs 1 --out moons").done();
    let says = |arguments: &str, code: i32, part: &str| {
        let sentence = folder.run(&format!("predict {arguments}")).refused(code);
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
    };
    says("--model run/adamw --data moons.csv", 2, "continues text: it takes --prompt");
    says("--model run/adamw --prompt ROMEO", 1, "does not know `R`");
    says("--model run/adamw --temperature -1", 2, "a temperature of -1 is refused");
    says("--model moons/adam", 2, "--data is missing");
    says("--model moons/adam --data moons.csv --seed 1", 2, "--seed is for networks of text");
    says("--model moons/adam --prompt a", 2, "--prompt is for networks of text");
}
