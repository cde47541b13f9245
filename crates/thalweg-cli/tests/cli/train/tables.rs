//! Tables as people have them: texts, missing values, columns to leave out.

use std::fs;

use super::{small, train};
use crate::folder::Folder;

/// Penguins, as they would be: a kind on each island; a mass or a sex is missing now and then, a species once.
fn penguins() -> String {
    let row = |i: usize| {
        let kind = i % 3;
        let island = ["Biscoe", "Dream", "Torgersen"][(i / 3 + kind * i / 7) % 3];
        let mass = if i % 11 == 5 {
            "NA".to_owned()
        } else {
            (3000 + 700 * kind + i % 5 * 40).to_string()
        };
        let sex = if i % 13 == 4 { "" } else { ["male", "female"][i % 2] };
        let species = if i == 40 { "?" } else { ["Adelie", "Gentoo", "Chinstrap"][kind] };
        format!("p{i};{island};{mass};{sex};{species}\n")
    };
    "id;island;mass;sex;species\n".to_owned() + &(0..150).map(row).collect::<String>()
}

const TRAIN: &str = "--data csv:penguins.csv:label=species --drop id --model mlp:16 --with adam:lr=0.02 \
                     --epochs 8 --batch 16 --out run";

fn trained() -> (Folder, String) {
    let folder = Folder::new();
    fs::write(folder.path("penguins.csv"), penguins()).unwrap();
    let stderr = train(&folder, TRAIN).stderr;
    (folder, stderr)
}

#[test]
fn what_is_missing_is_said_once_and_in_the_report() {
    let (folder, stderr) = trained();
    let missing =
        "warning: 26 cells are missing (mass 14, sex 12); a missing number counts as the mean";
    assert_eq!(stderr.matches(missing).count(), 1, "{stderr}");
    assert!(stderr.contains("warning: 1 row is left out, without a label\n"), "{stderr}");
    let report = folder.text("run/report.html");
    for fact in ["columns of texts", "island (3 values), sex (3 values)", "missing cells"] {
        assert!(report.contains(fact), "{fact}");
    }
}

/// The accuracy of training is that of all rows, in another process.
#[test]
fn predict_treats_columns_as_training_did() {
    let (folder, _) = trained();
    let outcome = folder.run("predict --model run/adam --data penguins.csv --label species").done();
    let right: f64 = outcome.stderr.split(' ').next().unwrap().parse().unwrap();
    assert!(outcome.stderr.contains("of 149 right"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout.lines().count(), 151);
    let metrics = folder.text("run/metrics.jsonl");
    let last: serde_json::Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
    let share = |part: &str| last[part].as_f64().unwrap();
    let expected = 111.0 * share("train_accuracy") + 38.0 * share("test_accuracy");
    assert!((right - expected).abs() < 1e-6, "{right} {expected}");
}

#[test]
fn a_text_that_training_has_not_seen_is_a_warning_of_predict() {
    let (folder, _) = trained();
    fs::write(folder.path("new.csv"), "island,mass,sex\nNowhere,3000,male\n").unwrap();
    let outcome = folder.run("predict --model run/adam --data new.csv").done();
    assert!(
        outcome.stderr.starts_with("warning: 1 cell of the table with a text"),
        "{}",
        outcome.stderr
    );
    fs::write(folder.path("few.csv"), "mass,sex\n3000,male\n").unwrap();
    let refused = folder.run("predict --model run/adam --data few.csv").refused(1);
    assert!(refused.contains("no column `island`"), "{refused}");
}

#[test]
fn dropped_columns_are_settings_of_the_run() {
    let (folder, _) = trained();
    assert_eq!(folder.json("run/run.json")["settings"]["drop"], serde_json::json!(["id"]));
    folder.run("train --out run --resume").done();
    let refused = folder.run("train --out run --resume --drop sex").refused(2);
    assert!(refused.contains("--drop is sex now and was id"), "{refused}");
}

#[test]
fn what_cannot_be_read_leaves_no_folder() {
    let folder = Folder::new();
    fs::write(folder.path("penguins.csv"), penguins()).unwrap();
    let says = |arguments: &str, part: &str| {
        let line: Vec<&str> = arguments.split_whitespace().collect();
        let sentence = folder.run_with(&small(&line)).refused(1);
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
        assert_eq!(folder.names(), ["penguins.csv"]);
    };
    let data = "--data csv:penguins.csv:label=species --out run";
    says(data, "column 1 (`id`) has 149 different texts; at most 100 are categories: --drop 'id'");
    says(&format!("{data} --drop ids"), "no column `ids` (did you mean `id`?)");
    says(&format!("{data} --drop id --drop species"), "the column `species` is the label");
    says("--out run --drop x", "`blobs` has no column `x` to drop: it is not a table");
}
