//! `--task regression`: what the program says of it, from tables and from NumPy's arrays.

use std::fs;
use std::path::Path;

use super::{small, train};
use crate::folder::Folder;

/// The price of a house is linear in its area.
fn houses() -> String {
    let row = |i: usize| {
        let area = 50 + i * 37 % 100;
        format!("{i};{area},5;{}\n", 2000 * area + i * 7919 % 5000)
    };
    "id;area;price\n".to_owned() + &(0..160).map(row).collect::<String>()
}

fn folder() -> Folder {
    let folder = Folder::new();
    fs::write(folder.path("houses.csv"), houses()).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../thalweg-nn/tests/data/golden");
    for name in ["numbers.npz", "images.npz", "others.npz"] {
        fs::copy(golden.join(name), folder.path(name)).unwrap();
    }
    folder
}

const HOUSES: &str =
    "--data csv:houses.csv:label=price --task regression --drop id --model softmax --epochs 20";

#[test]
fn a_network_is_trained_and_predicts_in_the_units_of_the_target() {
    let folder = folder();
    let outcome = train(&folder, &format!("{HOUSES} --with adam:lr=0.1 --out run"));
    let heading = outcome.stdout.lines().next().unwrap();
    assert!(heading.contains("train R²") && heading.contains("test RMSE"), "{heading}");
    assert!(outcome.stderr.contains("epoch 20 of 20, loss 0.0"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("test R² 0.99"), "{}", outcome.stderr);
    assert_eq!(folder.json("run/run.json")["settings"]["task"], "regression");
    let line = "predict --model run/adam --data houses.csv --label price";
    let outcome = folder.run(line).done();
    assert!(outcome.stdout.starts_with("row,prediction,truth\n1,"), "{}", outcome.stdout);
    assert!(outcome.stderr.starts_with("160 rows: RMSE 1"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(", R² 0.99"), "{}", outcome.stderr);
    let first: Vec<f64> =
        outcome.stdout.lines().nth(1).unwrap().split(',').map(|it| it.parse().unwrap()).collect();
    assert!((first[1] - first[2]).abs() < 5000.0, "{first:?}");
    folder.run("train --out run --resume").done();
}

#[test]
fn methods_are_compared_by_r2_over_seeds() {
    let folder = folder();
    let line =
        format!("{HOUSES} --with sgd:lr=0.00001 --with adam:lr=0.01/0.1 --seeds 2 --out run");
    let outcome = train(&folder, &line);
    assert!(outcome.stdout.contains("test R²"), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("adam:lr=0.1 has the highest mean R²"), "{}", outcome.stderr);
    let results = folder.json("run/results.json");
    assert!(results["methods"][0]["r2"]["mean"].as_f64().unwrap() > 0.9);
    assert!(results["methods"][0].get("accuracy").is_none());
    assert!(folder.text("run/report.html").contains("How much higher R² on the test samples is"));
}

#[test]
fn arrays_of_numpy_are_data_of_either_task() {
    let folder = folder();
    train(
        &folder,
        "--data npz:numbers.npz --task regression --with adam:lr=0.1 --epochs 60 --batch 4 --out run",
    );
    let outcome = folder.run("predict --model run/adam --data numbers.npz --label y").done();
    assert!(outcome.stderr.starts_with("12 rows: RMSE"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout.lines().count(), 13);
    fs::write(folder.path("x.csv"), "x2,x0,x1\n0,-3,1\n").unwrap();
    let of_table = folder.run("predict --model run/adam --data x.csv").done().stdout;
    let value = |text: &str| text.lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    assert_eq!(value(&of_table), value(&outcome.stdout));
    train(&folder, "--data npz:images.npz --batch 4 --with adam --out images");
    let outcome = folder.run("predict --model images/adam --data images.npz --label labels").done();
    assert!(outcome.stderr.contains(" of 12 right"), "{}", outcome.stderr);
    train(&folder, "--data npz:others.npz:x=a,y=b --batch 4 --with sgd --out named");
    fs::rename(folder.path("others.npz"), folder.path("moved.npz")).unwrap();
    let refused = folder.run("train --out named --resume").refused(1);
    assert!(refused.contains("others.npz"), "{refused}");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = folder();
    let says = |arguments: &str, code: i32, part: &str| {
        let line: Vec<&str> = arguments.split_whitespace().collect();
        let sentence = folder.run_with(&small(&line)).refused(code);
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
        assert!(!folder.names().contains(&"run".to_owned()));
    };
    says("--task forecast --out run", 2, "there is no task `forecast`; there are classification");
    says("--task regression --out run", 1, "`blobs` has classes; --task regression is for");
    says(
        "--data csv:houses.csv:label=price --out run",
        1,
        "column 3 (`price`) has 160 different numbers: for regression add --task regression",
    );
    says("--data npz:none.npz --out run", 1, "none.npz: no such file");
    says("--data npz:houses.csv --out run", 1, "not an NPZ file, or a damaged one");
    says("--data npz:others.npz --out run", 1, "There are `a`, `b`; name them");
}
