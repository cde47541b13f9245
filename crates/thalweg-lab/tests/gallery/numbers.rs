//! The numbers beside the pictures: `summary.json`, the table, the data files.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use thalweg_draw::numbers::number;

use crate::{FILES, SIX, descent, json, text};

fn rows() -> Vec<Json> {
    json("summary.json")["runs"].as_array().unwrap().clone()
}

/// The names of the files that hold runs.
fn records() -> Vec<&'static str> {
    let names = FILES.keys().filter_map(|name| name.strip_suffix(".json"));
    names.filter(|name| json(&format!("{name}.json"))["runs"][0]["points"].is_array()).collect()
}

#[test]
fn the_summary_is_the_last_point_of_every_run() {
    let mut rows = rows();
    for name in records() {
        for run in json(&format!("{name}.json"))["runs"].as_array().unwrap() {
            let own = |row: &Json| row["name"].as_str().unwrap().split(':').next() == Some(name);
            let row = rows.iter().position(|row| own(row) && row["spec"] == run["spec"]);
            let row = rows.remove(row.unwrap_or_else(|| panic!("{name}: {}", run["spec"])));
            let last = |list: &str| run[list].as_array().unwrap().last().unwrap().clone();
            assert_eq!((&row["point"], &row["value"]), (&last("points"), &last("values")));
            assert_eq!(row["optimizer"], run["optimizer"]);
            assert_eq!(row["diverged_at"], run["diverged_at"]);
            let steps = run["points"].as_array().unwrap().len() - 1;
            assert_eq!(row["steps"].as_u64(), Some(steps as u64));
        }
    }
    assert!(rows.is_empty(), "without a run: {rows:?}");
}

#[test]
fn the_table_has_a_line_for_every_row_of_the_summary() {
    let page = text("index.html");
    let (_, page) = page.split_once("id=\"table\"").unwrap();
    let table = page.split_once("<tbody>").unwrap().1.split_once("</tbody>").unwrap().0;
    let lines: Vec<&str> = table.split("</tr>").filter(|line| line.contains("<td")).collect();
    assert_eq!(lines.len(), rows().len());
    for (line, row) in lines.iter().zip(rows()) {
        assert!(line.contains(row["spec"].as_str().unwrap()), "{line}");
        for value in [&row["point"][0], &row["point"][1], &row["value"]] {
            assert!(line.contains(&format!(">{}<", number(value.as_f64().unwrap()))), "{line}");
        }
    }
}

#[test]
fn the_optimizers_of_the_article_and_adamw_are_in_the_race() {
    let race = json("race.json");
    let raced: BTreeSet<&str> =
        race["runs"].as_array().unwrap().iter().filter_map(|r| r["optimizer"].as_str()).collect();
    let known: BTreeSet<&str> =
        BTreeSet::from(["sgd", "momentum", "adagrad", "rmsprop", "adadelta", "adam", "adamw"]);
    assert_eq!(raced, known);
}

/// The constants of the article: lr in the name, ε inside Adagrad's root, 1e-7 in Adam.
#[test]
fn the_six_runs_are_the_articles() {
    for name in SIX {
        let record = json(&format!("{name}.json"));
        let run = &record["runs"][0];
        let (optimizer, rate) = name.split_once('-').unwrap();
        assert_eq!(record["start"], serde_json::json!([-7.0, 2.0]));
        assert_eq!(
            (record["steps"].as_u64(), run["optimizer"].as_str()),
            (Some(30), Some(optimizer))
        );
        assert_eq!(run["hyperparameters"]["lr"].as_f64(), rate.parse().ok(), "{name}");
        match optimizer {
            "adagrad" => {
                assert_eq!(run["hyperparameters"]["eps"], 0.0);
                assert_eq!(run["hyperparameters"]["eps_root"], 1e-6);
            }
            "adam" => assert_eq!(run["hyperparameters"]["eps"], 1e-7),
            "momentum" => assert_eq!(run["hyperparameters"]["momentum"], 0.9),
            _ => assert_eq!(run["hyperparameters"]["momentum"], 0.0),
        }
    }
}

#[test]
fn every_spec_makes_its_data_again() {
    for name in records() {
        let record = json(&format!("{name}.json"));
        if record["noise"].is_object() {
            // Noise is not in the spec.
            continue;
        }
        let again = descent(name);
        for (run, again) in record["runs"].as_array().unwrap().iter().zip(&again.runs) {
            assert_eq!(run["points"], serde_json::to_value(&again.points).unwrap(), "{name}");
        }
    }
}

/// RMSProp and AdaDelta are shown for as long as they need; with the slip they get nowhere.
#[test]
fn the_right_versions_arrive_and_the_printed_ones_stall() {
    let value = |name: &str| {
        let row = rows().into_iter().find(|row| row["name"] == name).unwrap();
        row["value"].as_f64().unwrap()
    };
    for name in ["rmsprop", "adadelta"] {
        assert!(value(name) < 0.01, "{name}: {}", value(name));
        let printed = value(&format!("{name}-printed"));
        assert!(printed > 1.0, "{name}-printed: {printed}");
    }
}

/// (1 − β₁)/√(1 − β₂) with the usual β: √10.
#[test]
fn the_sparse_jump_is_measured_and_predicted() {
    let data = json("sparse-jump.json");
    let jumps = data["jumps"].as_array().unwrap();
    for jump in jumps {
        let [measured, predicted] = ["measured", "predicted"].map(|k| jump[k].as_f64().unwrap());
        assert!((measured / predicted - 1.0).abs() < 1e-9, "{jump}");
    }
    assert!((data["limit"].as_f64().unwrap() - 10_f64.sqrt()).abs() < 1e-12);
    let longest = jumps.last().unwrap()["measured"].as_f64().unwrap();
    assert!((3.0..3.17).contains(&longest), "{longest}");
}

/// Adam's first step is as long as the learning rate exactly when both corrections are made.
#[test]
fn the_ratios_of_signal_to_noise_begin_at_one() {
    let data = json("signal-to-noise.json");
    let first = &data["ratios"][0];
    for i in 0..2 {
        assert!((first[i].as_f64().unwrap() - 1.0).abs() < 1e-12, "{first}");
    }
}
