//! Command lines that cannot be meant: exit code 2, what is wrong and what would be right, no file.

use crate::folder::Folder;

/// Runs a descent that is wrong in one way and expects a sentence with all of these parts.
fn refused(arguments: &[&str], parts: &[&str]) {
    let folder = Folder::new();
    let line = [&["descend"], arguments].concat();
    let sentence = folder.run_with(&line).refused(2);
    for part in parts {
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
    }
    assert!(folder.names().is_empty());
}

fn spec(text: &str, parts: &[&str]) {
    refused(&["--on", "ravine", "--with", text, "-o", "run.png"], parts);
}

fn problem(text: &str, parts: &[&str]) {
    refused(&["--on", text, "--with", "sgd", "-o", "run.png"], parts);
}

fn file(name: &str, parts: &[&str]) {
    refused(&["--on", "ravine", "--with", "sgd", "-o", name], parts);
}

#[test]
fn an_unknown_optimizer_is_answered_with_the_nearest_and_all() {
    spec("adm", &["`adm`", "did you mean `adam`", "sgd, momentum, nesterov"]);
    spec("RMSProp-print", &["did you mean `rmsprop-printed`"]);
    spec("lbfgs:lr=1", &["no optimizer `lbfgs`; there are sgd"]);
}

#[test]
fn an_unknown_hyperparameter_is_answered_with_the_list_and_the_ranges() {
    spec("adam:beta_1=0.5", &["`beta_1`", "did you mean `beta1`", "beta2 (a number in [0, 1))"]);
    spec(
        "sgd:foo=1",
        &["sgd has no hyperparameter `foo`; it takes lr", "nesterov (true or false)"],
    );
}

#[test]
fn a_value_out_of_range_is_answered_with_what_is_accepted() {
    for value in ["abc", "-1", "nan", "inf", "1e999", "0x1"] {
        let refused = format!("lr={value} is refused; lr is a finite number ≥ 0");
        spec(&format!("adam:lr={value}"), &[&refused]);
    }
    spec("adam:beta1=1.5", &["beta1=1.5 is refused; beta1 is a number in [0, 1)"]);
    spec("adam:beta1=1", &["a number in [0, 1)"]);
    spec("adam:amsgrad=yes", &["true or false"]);
    spec("adam:bias_correction=half", &["full or folded or off"]);
}

#[test]
fn a_value_that_the_precision_cannot_hold_is_refused() {
    let line = ["--on", "ravine", "--with", "sgd:lr=1e39", "--precision", "f32", "-o", "a.json"];
    refused(&line, &["lr=1e39 is refused", "that f32 can hold"]);
}

#[test]
fn values_that_do_not_go_together_are_refused() {
    spec("sgd:nesterov=true", &["sgd: ", "momentum"]);
}

#[test]
fn a_malformed_spec_is_answered_with_the_place() {
    spec("", &["character 1", "name of an optimizer is missing"]);
    spec(":lr=1", &["character 1", "name of an optimizer is missing"]);
    spec("adam:", &["character 6", "key=value is expected"]);
    spec("adam:lr", &["character 6", "key=value is expected"]);
    spec("adam:lr=", &["character 9", "value of lr is missing"]);
    spec("adam:=1", &["character 6", "name of a hyperparameter is missing"]);
    spec("adam:lr=1,lr=2", &["character 11", "lr is given twice"]);
    spec("adam:lr=1,,", &["character 11"]);
    spec("adam,lr=1", &["character 5", "colon"]);
    spec("adam lr=1", &["colon"]);
}

#[test]
fn a_name_with_a_line_break_is_still_answered_on_one_line() {
    spec("sg\nd", &[r"`sg\nd`"]);
    file("a\n.pgn", &[r"a\n.pgn"]);
    problem("x +\n z", &["only x and y are variables"]);
}

#[test]
fn an_unknown_problem_is_answered_with_the_nearest_and_all() {
    problem("ravene", &["ravene", "did you mean ravine", "rosenbrock", "expression in x and y"]);
    problem("Rosenbrok", &["did you mean rosenbrock"]);
    problem("banana", &["banana", "known are ravine"]);
}

#[test]
fn a_broken_expression_is_answered_with_the_place() {
    problem("", &["the expression is empty"]);
    problem("x^2 + + * y", &["column 9", "before *"]);
    problem("x^2 + (y", &["the ( at column 7 is never closed"]);
    problem("x^2)", &["the ) at column 4 closes nothing"]);
    problem("2x y", &["an operator is missing before"]);
    problem("x $ y", &["'$' at column 3"]);
    problem("sinus(x)", &["no function sinus at column 1"]);
}

#[test]
fn other_variables_than_x_and_y_are_named() {
    problem("x^2 + z*w", &["z and w", "only x and y", "column 7"]);
    problem("x^2 + t", &["it has t", "column 7"]);
}

#[test]
fn an_unknown_extension_is_answered_with_the_nearest_and_all() {
    file("run.pgn", &["run.pgn", "did you mean .png", ".json .csv .png .svg .mp4 .gif .html"]);
    file("run.xyz", &[".xyz is not known; known are .json"]);
    file("run", &["no extension", ".json .csv"]);
    file("-", &["no extension"]);
    file(".png", &["no extension"]);
}

#[test]
fn a_file_that_is_named_twice_is_refused() {
    let twice = ["--on", "ravine", "--with", "sgd", "-o", "a.png", "-o", "b.svg", "-o", "a.png"];
    refused(&twice, &["a.png is given twice as an output file"]);
}

#[test]
fn one_wrong_output_among_many_is_refused_before_any_is_written() {
    refused(&["--on", "ravine", "--with", "sgd", "-o", "a.png", "-o", "b.jpeg"], &[".jpeg"]);
    refused(&["--on", "ravine", "--with", "sgd", "--with", "adm", "-o", "a.png"], &["adm"]);
}

#[test]
fn a_start_is_two_finite_numbers() {
    for from in ["1", "nan,1", "1,2,3", "a,b", ",", "1,", "inf,0", "1e999,0", "1;2"] {
        let line = format!("descend --on ravine --with sgd -o run.png --from={from}");
        let message = Folder::new().run(&line).misused();
        assert!(
            message.contains("a start is") && message.contains("X,Y, such as -7,2"),
            "{message}"
        );
    }
}

#[test]
fn steps_are_one_to_a_million() {
    for steps in ["0", "-3", "1000001", "99999999999999999999", "many", "1.5"] {
        let line = format!("descend --on ravine --with sgd -o run.png --steps {steps}");
        let message = Folder::new().run(&line).misused();
        assert!(message.contains(&format!("invalid value '{steps}' for '--steps <N>'")));
    }
    let folder = Folder::new();
    folder.descend("--on ravine --with sgd -o run.json --steps 1e1");
    assert_eq!(folder.json("run.json")["steps"], 10);
}

#[test]
fn missing_and_unknown_arguments_are_named() {
    for (line, part) in [
        ("descend --with sgd -o a.png", "--on <PROBLEM>"),
        ("descend --on ravine -o a.png", "--with <SPEC>"),
        ("descend --on ravine --with sgd", "--out <FILE>"),
        ("descend --on ravine --with sgd -o a.png --precision f16", "[possible values: f64, f32]"),
        ("descend --on ravine --with sgd -o a.png --step 3", "--steps"),
        ("list optimisers", "optimizers"),
        ("galery", "gallery"),
    ] {
        let message = Folder::new().run(line).misused();
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

#[test]
fn no_command_is_answered_with_the_help() {
    let outcome = Folder::new().run("");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("Examples:"));
}

#[test]
fn a_derivative_that_there_is_not_is_answered_with_those_that_there_are() {
    let sensitivity = |more: &[&str], parts: &[&str]| {
        let line = ["--on", "ravine", "--with", "adam", "--sensitivity"];
        refused(&[&line, more].concat(), parts);
    };
    sensitivity(&["rate", "-o", "a.json"], &["adam has no hyperparameter `rate`", "it takes lr"]);
    sensitivity(
        &["amsgrad", "-o", "a.json"],
        &["no derivative with respect to `amsgrad`", "those with one are lr, beta1"],
    );
    sensitivity(&["lr,,x", "-o", "a.json"], &["empty name; it takes hyperparameters, and x and y"]);
    sensitivity(&["lr", "-o", "a.png"], &["written into a .json file; add -o run.json"]);
    sensitivity(&["lr", "--precision", "f32", "-o", "a.json"], &["needs --precision f64"]);
}

#[test]
fn noise_schedules_and_clipping_that_cannot_be_meant_are_refused() {
    let with = |more: &[&str], parts: &[&str]| {
        let line = [&["--on", "ravine", "--with", "sgd", "-o", "run.json"], more].concat();
        refused(&line, parts);
    };
    let misused = |more: &[&str]| {
        let line = ["descend", "--on", "ravine", "--with", "sgd", "-o", "run.json"];
        Folder::new().run_with(&[&line, more].concat()).misused()
    };
    for noise in ["-1", "abc", "nan", "inf"] {
        let message = misused(&["--noise", noise]);
        assert!(
            message.contains("a number from 0 to 1e150") && message.contains(noise),
            "{message}"
        );
    }
    assert!(misused(&["--seed", "1"]).contains("--noise"));
    assert!(misused(&["--noise", "1", "--seed", "-1"]).contains("-1"));
    assert!(misused(&["--from", "1"]).contains("X,Y"));
    with(&["--schedule", "cosin:steps=10"], &["cosine"]);
    with(&["--clip", "globl:1"], &["global"]);
    with(&["--noise", "1", "--sensitivity", "lr"], &["--sensitivity", "--noise"]);
}

#[test]
fn a_method_given_twice_is_refused_everywhere() {
    let folder = Folder::new();
    for line in [
        "descend --on ravine -o a.png",
        "race --on ravine -o a.json",
        "train --data blobs:samples=80 --epochs 1 --out a",
        "train --data blobs:samples=80 --epochs 1 --seeds 2 --out a",
    ] {
        let twice =
            folder.run(&format!("{line} --with adam:lr=0.1 --with sgd --with adam:lr=1e-1"));
        assert_eq!(
            twice.refused(2),
            "`adam:lr=0.1` is given twice; give each method once, or with other settings"
        );
    }
    assert!(folder.names().is_empty());
}

#[test]
fn names_of_other_libraries_lead_to_ours() {
    let folder = Folder::new();
    for (spec, ours) in [
        ("adamw:learning_rate=0.1", "did you mean `lr`?"),
        ("adamw:eta=0.1", "did you mean `lr`?"),
        ("adamw:betas=0.9", "did you mean `beta1` or `beta2`?"),
        ("adamw:wd=0.1", "did you mean `weight_decay`?"),
        ("sgd:mu=0.9", "did you mean `momentum`?"),
    ] {
        let sentence = folder.run(&format!("explain {spec}")).refused(2);
        assert!(sentence.contains(ours), "{sentence}");
    }
}

#[test]
fn one_step_is_a_step() {
    let folder = Folder::new();
    let said = folder.run("descend --on ravine --with sgd:lr=0.1 --steps 1 -o a.csv").done();
    assert!(said.stderr.ends_with("after 1 step\n"), "{}", said.stderr);
}
