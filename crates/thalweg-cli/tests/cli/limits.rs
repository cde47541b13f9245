//! As much as the program takes.

use crate::folder::Folder;

#[test]
fn two_hundred_methods_run_at_once() {
    let folder = Folder::new();
    let with: String = (1..=200).map(|i| format!(" --with sgd:lr={i}e-3")).collect();
    let outputs = "-o run.json -o run.png -o run.svg -o run.mp4 -o run.html";
    folder.descend(&format!("--on ravine{with} {outputs}"));
    assert_eq!(folder.json("run.json")["runs"].as_array().unwrap().len(), 200);
}

#[test]
fn a_hundred_thousand_steps_are_all_in_the_data() {
    let folder = Folder::new();
    folder.descend("--on rosenbrock --with adam --steps 100000 -o run.csv");
    assert_eq!(folder.text("run.csv").lines().count(), 100_002);
}

/// A video of many steps is no longer than a minute.
#[test]
fn a_thousand_steps_are_a_picture_and_a_video() {
    let folder = Folder::new();
    folder.descend("--on rosenbrock --with adam --steps 1000 -o run.png -o run.mp4 -o run.svg");
    assert!(folder.read("run.mp4").len() > 10_000);
}

#[test]
fn a_long_expression_is_drawn_and_a_longer_one_is_refused() {
    let folder = Folder::new();
    let sum = |terms: usize| vec!["sin(x*y)"; terms].join("+");
    let run = |on: &str| {
        folder.run_with(&["descend", "--on", on, "--with", "adam", "-o", "a.png", "-o", "a.html"])
    };
    run(&sum(100)).done();
    let sentence = run(&sum(222)).refused(2);
    assert!(sentence.ends_with("has 1997 characters; at most 1000 are accepted"), "{sentence}");
}

#[test]
fn deep_nesting_is_refused() {
    let folder = Folder::new();
    let on = format!("{}x{}", "(".repeat(400), ")".repeat(400));
    let outcome = folder.run_with(&["descend", "--on", &on, "--with", "sgd", "-o", "a.json"]);
    let sentence = outcome.refused(2);
    assert!(sentence.contains("nested more than") && sentence.contains("at column"), "{sentence}");
}
