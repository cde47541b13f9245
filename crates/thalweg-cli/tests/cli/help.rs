//! Help texts and lists.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value as Json;
use thalweg::schedule::SCHEDULES;
use thalweg_lab::methods;
use thalweg_lab::problem::Problem;

use crate::folder::Folder;

fn printed(arguments: &str) -> String {
    let outcome = Folder::new().run(arguments).done();
    assert_eq!(outcome.stderr, "");
    outcome.stdout
}

#[test]
fn help_of_the_program_has_examples() {
    insta::assert_snapshot!(printed("--help"));
}

#[test]
fn help_of_gallery_has_examples() {
    insta::assert_snapshot!(printed("gallery --help"));
}

#[test]
fn help_of_descend_has_examples() {
    insta::assert_snapshot!(printed("descend --help"));
}

#[test]
fn help_of_explain_has_examples() {
    insta::assert_snapshot!(printed("explain --help"));
}

#[test]
fn help_of_map_has_examples() {
    insta::assert_snapshot!(printed("map --help"));
}

#[test]
fn help_of_race_has_examples() {
    insta::assert_snapshot!(printed("race --help"));
}

#[test]
fn help_of_schedule_has_examples() {
    insta::assert_snapshot!(printed("schedule --help"));
}

#[test]
fn help_of_playground_has_examples() {
    insta::assert_snapshot!(printed("playground --help"));
}

#[test]
fn help_of_list_has_examples() {
    insta::assert_snapshot!(printed("list --help"));
}

#[test]
fn help_of_train_has_examples() {
    insta::assert_snapshot!(printed("train --help"));
}

#[test]
fn help_of_predict_has_examples() {
    insta::assert_snapshot!(printed("predict --help"));
}

#[test]
fn help_of_bench_has_examples() {
    insta::assert_snapshot!(printed("bench --help"));
}

#[test]
fn every_example_of_the_help_is_a_command_line_that_works() {
    let mut run = 0;
    for command in [
        "",
        "gallery",
        "descend",
        "explain",
        "map",
        "race",
        "schedule",
        "playground",
        "list",
        "train",
        "predict",
        "bench",
    ] {
        let help = printed(&format!("{command} --help"));
        let examples = help.split_once("Examples:\n").expect("examples").1;
        // One folder for all of a command: some resume what others began.
        let folder = Folder::new();
        put_data(&folder);
        if command == "predict" {
            let train =
                "-q train --data csv:iris.csv:label=species --with adam --epochs 1 --out run3";
            folder.run(train).done();
            let train = "-q train --data text:plays.txt --with adamw --epochs 1 --out run5";
            folder.run(train).done();
        }
        for line in examples.lines().filter_map(|line| line.trim().strip_prefix("thalweg ")) {
            let line = line.split("  ").next().unwrap_or(line);
            let line = line.split(" | ").next().unwrap_or(line);
            // The article's six, tuned over all epochs, would take a minute.
            let line = if line == "train --out run" { "train --out run --epochs 1" } else { line };
            folder.run_with(&words(line)).done();
            run += 1;
        }
    }
    assert!(run >= 13, "{run}");
}

/// The data that examples learn from, in small.
fn put_data(folder: &Folder) {
    let mut iris = "length,width,species\n".to_owned();
    for i in 0..30 {
        let species = ["setosa", "virginica"][i % 2];
        iris += &format!("{},{},{species}\n", i % 2 * 3 + i / 7, i % 5);
    }
    fs::write(folder.path("iris.csv"), iris).unwrap();
    let houses = (0..40).map(|i| format!("{i},{},{}\n", i % 7, i % 7 * 100 + i));
    let houses = format!("id,rooms,price\n{}", houses.collect::<String>());
    fs::write(folder.path("houses.csv"), houses).unwrap();
    fs::write(folder.path("plays.txt"), "the cat sees the dog.\n".repeat(40)).unwrap();
    fs::create_dir(folder.path("mnist")).unwrap();
    let (images, classes) = (20_u32, 2);
    let mut pixels = [0x803, images, 3, 3].map(u32::to_be_bytes).concat();
    pixels.extend((0..images * 9).map(|i| (i * 37 % 251) as u8));
    fs::write(folder.path("mnist/t10k-images-idx3-ubyte"), pixels).unwrap();
    let mut labels = [0x801, images].map(u32::to_be_bytes).concat();
    labels.extend((0..images).map(|i| (i % classes) as u8));
    fs::write(folder.path("mnist/t10k-labels-idx1-ubyte"), labels).unwrap();
}

/// Words as a shell reads them, quotes with spaces inside included.
fn words(line: &str) -> Vec<&str> {
    let quoted = line.split('\'').enumerate();
    let words = quoted.flat_map(|(i, part)| match i % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    words.collect()
}

#[test]
fn list_shows_every_optimizer_and_problem() {
    insta::assert_snapshot!(printed("list"));
}

#[test]
fn list_of_one_kind_is_its_part_of_the_whole() {
    let kinds = ["optimizers", "problems", "schedules"];
    assert_eq!(printed("list"), kinds.map(|kind| printed(&format!("list {kind}"))).join("\n"));
}

#[test]
fn list_as_json_has_every_optimizer_with_every_hyperparameter() {
    let list: Json = serde_json::from_str(&printed("list --json")).unwrap();
    let rows = list["optimizers"].as_array().unwrap();
    let registry = methods::registry();
    assert_eq!(rows.len(), registry.entries().len());
    for (row, entry) in rows.iter().zip(registry.entries()) {
        assert_eq!(row["name"], entry.name);
        let described = row["hyperparameters"].as_array().unwrap();
        assert_eq!(described.len(), entry.hyperparameters().len(), "{}", entry.name);
        for (described, (known, _)) in described.iter().zip(entry.hyperparameters()) {
            assert_eq!(described["name"], known.name);
            assert!(!described["default"].is_null() && described["type"].is_string());
        }
    }
}

#[test]
fn list_as_json_has_every_schedule_with_every_setting() {
    let list: Json = serde_json::from_str(&printed("list schedules --json")).unwrap();
    let rows = list["schedules"].as_array().unwrap();
    assert_eq!(rows.len(), SCHEDULES.len());
    for (row, entry) in rows.iter().zip(SCHEDULES) {
        assert_eq!(row["name"], entry.name);
        let settings = row["settings"].as_array().unwrap();
        assert_eq!(settings.len(), entry.settings.len(), "{}", entry.name);
        for (described, setting) in settings.iter().zip(entry.settings) {
            assert_eq!(described["name"], setting.name);
            assert_eq!(described["default"].is_null(), setting.required);
            assert!(described["type"].is_string());
        }
    }
}

#[test]
fn list_as_json_has_every_problem() {
    let list: Json = serde_json::from_str(&printed("list problems --json")).unwrap();
    assert!(list.get("optimizers").is_none());
    let names: Vec<&str> =
        list["problems"].as_array().unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names, Problem::all().iter().map(|p| p.name.as_str()).collect::<Vec<_>>());
    assert_eq!(list["problems"][0]["start"], serde_json::json!([-7.0, 2.0]));
}

#[test]
fn every_optimizer_runs_on_every_problem_as_listed() {
    let list: Json = serde_json::from_str(&printed("list --json")).unwrap();
    let names = |kind: &str| -> Vec<String> {
        let rows = list[kind].as_array().unwrap().iter();
        rows.map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    let with: String = names("optimizers").iter().map(|name| format!(" --with {name}")).collect();
    let folder = Folder::new();
    for problem in names("problems") {
        folder.descend(&format!("--on {problem}{with} --steps 3 -o {problem}.json"));
        let runs = folder.json(&format!("{problem}.json"))["runs"].clone();
        let ran: BTreeSet<_> =
            runs.as_array().unwrap().iter().filter_map(|r| r["optimizer"].as_str()).collect();
        assert_eq!(ran.len(), names("optimizers").len(), "{problem}");
    }
}
