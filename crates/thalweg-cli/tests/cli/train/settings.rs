//! What cannot be meant: one sentence, exit code 2, no folder.

use super::small;
use crate::folder::Folder;

/// Runs a training that is wrong in one way and expects this sentence.
fn says(arguments: &[&str], expected: &str) {
    let folder = Folder::new();
    let line = small(&[&["--out", "run"], arguments].concat());
    let sentence = folder.run_with(&line).refused(2);
    assert!(sentence.contains(expected), "{expected:?} is not in: {sentence}");
    assert!(folder.names().is_empty());
}

#[test]
fn data() {
    says(&["--data", "mnist"], "there is no data set `mnist`");
    says(
        &["--data", "digit"],
        "(did you mean `digits`?); there are digits, idx:DIR, csv:FILE:label=COLUMN",
    );
    says(&["--data", "digits:3"], "digits has no settings");
    says(
        &["--data", "csv:points.csv"],
        "the column of classes is missing; it is written `csv:FILE:label=COLUMN`",
    );
    says(&["--data", "csv:"], "the file is missing");
    says(&["--data", "idx:"], "the folder is missing; it is written `idx:DIR`");
    says(&["--data", "blobs:sample=9"], "blobs has no setting `sample` (did you mean `samples`?)");
    says(&["--data", "moons:noise=-1"], "moons: noise=-1 is refused; noise is");
}

#[test]
fn network() {
    says(
        &["--model", "nlp:8"],
        "there is no network `nlp:8` (did you mean `mlp`?); there are softmax, mlp:100,100, cnn:6,16",
    );
    says(&["--model", "mlp:8,0"], "`0` in `mlp:8,0` is not a width");
    says(&["--model", "mlp:8,dropout=1"], "dropout is a number from 0 to below 1");
    says(&["--model", "mlp:8,norm=layer"], "norm is batch or none");
    says(&["--model", "cnn:6,kernal=3"], "cnn has no setting `kernal` (did you mean `kernel`?)");
    says(&["--model", "cnn:6"], "`cnn:6` needs images; a sample of this data has 2 features");
    says(
        &["--data", "digits", "--model", "cnn:6,16,32,64"],
        "has too many layers for images of 8 × 8 pixels: 1 × 1 are left after 3 of its convolutions",
    );
    says(
        &["--activation", "swish"],
        "there is no activation `swish`; there are relu, sigmoid, tanh and gelu",
    );
    says(
        &["--init", "normal:0"],
        "`normal:0` is not an initialisation; the choices are he, xavier, and normal with",
    );
}

#[test]
fn optimizer() {
    says(&["--with", "adm"], "`adm` (did you mean `adam`");
    says(
        &["--with", "adam:beta_1=0.5"],
        "adam has no hyperparameter `beta_1` (did you mean `beta1` or `beta2`?); it takes lr",
    );
    says(&["--with", "adam:lr=-1"], "adam: lr=-1 is refused; lr is a finite number ≥ 0");
    says(&["--with", "sgd:nesterov=true"], "momentum");
    says(
        &["--with", "sgd", "--with", "sgd"],
        "`sgd` is given twice; give each method once, or with other settings",
    );
    says(&["--with", "sgd:lr=1e-3", "--with", "sgd:lr=1E-3"], "`sgd:lr=0.001` is given twice");
}

#[test]
fn schedule_groups_and_clipping() {
    says(&["--schedule", "cosin:steps=9"], "`cosin` (did you mean `cosine`");
    says(&["--schedule", "warmup then cosine"], "warmup needs steps");
    says(&["--schedule", "warmup:120%"], "steps is a number of steps ≥ 1 or a share of the run");
    says(
        &["--schedule", "warmup:60% then constant for 60% then cosine"],
        "nothing is left of the run for `cosine`: what comes before it takes 8 of 6 steps",
    );
    says(&["--groups", "b*: decay=0"], "decay");
    says(&["--groups", "b* weight_decay=0"], "b* weight_decay=0");
    says(&["--groups", "conv*: weight_decay=0"], "`conv*`");
    says(
        &["--with", "momentum", "--groups", "b*: weight_decay=0"],
        "momentum has no hyperparameter `weight_decay`",
    );
    says(
        &["--clip", "globl:1"],
        "clip=globl:1 is refused; clip is off, or value, norm, global, adaptive or adaptive-last with",
    );
    says(&["--clip", "global:-1"], "clip=global:-1 is refused");
}

#[test]
fn share_of_samples_to_be_tested_on() {
    for share in ["0", "1", "-0.5", "nan", "inf"] {
        says(&["--test", share], "is refused; it is a number above 0 and below 1");
    }
}

#[test]
fn plane() {
    says(&["--landscape", "--plane", "umap"], "there are pca, random, and random:SEED");
    let message = Folder::new().run("train --out run --plane random").misused();
    assert!(message.contains("--landscape"), "{message}");
}

#[test]
fn numbers() {
    for (option, values) in [
        ("--batch", ["0", "-1", "1.5", "many", "99999999999999999999"]),
        ("--epochs", ["0", "-1", "1.5", "many", "99999999999999999999"]),
        ("--seed", ["-1", "1.5", "x", "99999999999999999999", "0x1"]),
        ("--test", ["half", "1/4", "25%", "0,25", "--"]),
    ] {
        for value in values {
            let folder = Folder::new();
            let message =
                folder.run_with(&["train", "--out", "run", &format!("{option}={value}")]).misused();
            assert!(message.contains(&format!("'{value}' for '{option} ")), "{message}");
            assert!(folder.names().is_empty());
        }
    }
}

#[test]
fn without_a_folder_to_write_into() {
    let message = Folder::new().run("train").misused();
    assert!(message.contains("--out <DIR>"), "{message}");
}
