//! What `map` writes, says and refuses.

use crate::folder::{Folder, Outcome};

const MOMENTUM: &str = "--on ravine --with momentum --x lr=0.1..10,log --y momentum=0..0.8";

fn map(folder: &Folder, arguments: &str) -> Outcome {
    folder.run(&format!("map {arguments}")).done()
}

#[test]
fn the_extension_picks_the_kind_of_file() {
    let folder = Folder::new();
    map(&folder, &format!("{MOMENTUM} --size 9x5 -o m.png -o m.SVG -o m.json -o m.csv"));
    assert!(folder.read("m.png").starts_with(b"\x89PNG"));
    assert!(folder.text("m.SVG").contains("href=\"data:image/png;base64,"));
    assert_eq!(folder.text("m.csv").lines().count(), 1 + 9 * 5);
    assert_eq!(folder.json("m.json")["values"].as_array().unwrap().len(), 5);
}

#[test]
fn a_cell_is_the_run_that_descend_makes() {
    let folder = Folder::new();
    let axes = "--x beta1=0..0.9 --y x=-3..3";
    map(&folder, &format!("--on beale --with adam:lr=0.1 {axes} --size 4x3 --steps 40 -o m.json"));
    let json = folder.json("m.json");
    for (row, x) in [-3.0, 0.0, 3.0].iter().enumerate() {
        for column in 0..4 {
            let beta1 = json["x"]["values"][column].as_f64().unwrap();
            let with = format!("--with adam:lr=0.1,beta1={beta1} --from {x},1 --steps 40");
            folder.descend(&format!("--on beale {with} -o run.json"));
            let run = folder.json("run.json");
            assert_eq!(run["runs"][0]["values"][40], json["values"][row][column], "{row} {column}");
        }
    }
}

#[test]
fn the_lowest_cell_the_diverged_ones_and_the_theory_are_said() {
    let folder = Folder::new();
    let said = map(&folder, &format!("{MOMENTUM} --size 9x5 --steps 400 -o m.csv")).stderr;
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "wrote m.csv");
    assert!(
        lines[1].starts_with("lowest: f = ") && lines[1].contains("after 400 steps, at lr="),
        "{said}"
    );
    assert!(lines[2].starts_with("diverged: ") && lines[2].ends_with(" % of 45 cells"), "{said}");
    let theory =
        "theory: runs converge for lr below 1 at momentum=0, for lr below 1.8 at momentum=0.8";
    assert_eq!(lines[3..], [theory]);
    let said =
        map(&folder, "--on himmelblau --with sgd --x x=-5..5 --y y=-5..5 --size 9x9 -o m.csv");
    assert!(said.stderr.contains("ends: "), "{}", said.stderr);
    assert!(said.stderr.contains(" % at (3, 2), "), "{}", said.stderr);
    assert!(!said.stderr.contains("theory"), "{}", said.stderr);
    let said =
        map(&folder, "--on ravine --with sgd:lr=1.05 --x x=-5..5 --y y=-5..5 --size 3x3 -o m.csv");
    assert!(said.stderr.contains("theory: almost every run diverges"), "{}", said.stderr);
    assert_eq!(map(&folder, &format!("-q {MOMENTUM} --size 3x3 -o m.csv")).stderr, "");
}

#[test]
fn files_are_the_same_bytes_on_every_run() {
    let folder = Folder::new();
    for name in ["a", "b"] {
        let names: String = ["png", "svg", "json", "csv"]
            .map(|extension| format!(" -o {name}.{extension}"))
            .concat();
        map(&folder, &format!("{MOMENTUM} --size 20x11{names}"));
    }
    for extension in ["png", "svg", "json", "csv"] {
        let [a, b] = ["a", "b"].map(|name| folder.read(&format!("{name}.{extension}")));
        assert!(a == b, "{extension}");
    }
}

/// Expects a map that is wrong in one way to be refused with all of these parts, and no file.
fn refused(arguments: &str, parts: &[&str]) {
    let folder = Folder::new();
    let sentence = folder.run(&format!("map {arguments}")).refused(2);
    for part in parts {
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
    }
    assert!(folder.names().is_empty());
}

#[test]
fn axes_that_cannot_be_meant_are_refused() {
    let axes = |x: &str, y: &str, parts: &[&str]| {
        refused(
            &format!("--on ravine --with adam --x {x} --y {y} --steps 1000000 -o m.png"),
            parts,
        );
    };
    axes("lr", "beta1=0..0.9", &["`lr` is not an axis; write NAME=LOW..HIGH"]);
    axes("lr=1..0.1", "beta1=0..0.9", &["from 1.0 to 0.1; the lower end comes first"]);
    axes("lr=0..1,log", "beta1=0..0.9", &["above 0", "lr begins at 0.0"]);
    axes("rl=0..1", "beta1=0..0.9", &["no hyperparameter `rl`", "did you mean `lr`"]);
    axes("lr=0..1", "beta1=0..1.5", &["beta1=1.5 is refused; beta1 is a number in [0, 1)"]);
    axes("lr=0..1", "amsgrad=0..1", &["`amsgrad` is true or false"]);
    axes("lr=0..1", "lr=0..2", &["both axes vary `lr`"]);
}

#[test]
fn everything_else_is_refused_as_elsewhere() {
    refused(
        &format!("{} -o m.png", MOMENTUM.replace("momentum --x", "momentun --x")),
        &["did you mean"],
    );
    refused(&format!("{MOMENTUM} -o m.pgn"), &["did you mean .png"]);
    refused(&format!("{MOMENTUM} -o m.png -o ./m.png"), &["twice"]);
    refused(&format!("{MOMENTUM} --size 1x5 -o m.png"), &["1×5 cells", "2 to 2048"]);
    refused(&format!("{MOMENTUM} --size 5x4000 -o m.png"), &["5×4000 cells"]);
    let misused = Folder::new().run(&format!("map {MOMENTUM} --size big -o m.png")).misused();
    assert!(misused.contains("WIDTHxHEIGHT"), "{misused}");
    Folder::new().run(&format!("map {MOMENTUM} --steps 0 -o m.png")).misused();
}

#[test]
fn a_start_without_a_value_cannot_be_mapped() {
    let folder = Folder::new();
    let axes = "--x lr=0.1..1 --y momentum=0..0.9 --from -1,0";
    let line = format!("map --on sqrt(x)+y^2 --with momentum {axes} -o m.png");
    let sentence = folder.run(&line).refused(1);
    assert!(sentence.contains("at the start (-1.0, 0.0)"), "{sentence}");
}
