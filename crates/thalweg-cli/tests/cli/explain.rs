//! What `explain` says.

use std::fs;

use thalweg_lab::Expression;

use crate::folder::Folder;

/// The article's six, and one of every other kind.
const SPECS: [&str; 12] = [
    "sgd:lr=0.95",
    "momentum:lr=0.1",
    "adagrad:lr=1.5",
    "rmsprop:lr=0.1",
    "adadelta",
    "adam:lr=0.3",
    "adamw:lr=0.1,weight_decay=0.1",
    "lion:lr=0.1",
    "lars:lr=1",
    "lamb:lr=0.1",
    "rmsprop-printed:lr=0.1",
    "adam:amsgrad=true,bias_correction=folded",
];

fn explained(arguments: &str) -> String {
    let outcome = Folder::new().run(&format!("explain {arguments}")).done();
    assert_eq!(outcome.stderr, "");
    outcome.stdout
}

#[test]
fn adam_on_the_ravine() {
    insta::assert_snapshot!(explained("adam --on ravine --steps 2"));
}

#[test]
fn every_format_of_lamb() {
    let folder = Folder::new();
    folder.run("explain lamb --steps 1 --clip norm:1 -o a.md -o a.tex -o a.json -o a.html").done();
    insta::assert_snapshot!("markdown", folder.text("a.md"));
    insta::assert_snapshot!("tex", folder.text("a.tex"));
    let page = folder.text("a.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<math"));
    let note = "The gradient is clipped at 1: its norm is 4.06079, and (−0.17238, 0.98503) is";
    assert!(page.contains(note));
}

#[test]
fn every_method_is_explained_in_every_format() {
    for spec in SPECS {
        let folder = Folder::new();
        folder.run(&format!("explain {spec} -o a.html -o a.tex -o a.md -o a.txt")).done();
        let page = folder.text("a.html");
        assert!(!page.contains("merror") && page.matches("<h3>Step").count() == 3, "{spec}");
        let tex = folder.text("a.tex");
        for what in ["{", "}"] {
            assert!(tex.contains(what));
        }
        assert_eq!(tex.matches(r"\begin{").count(), tex.matches(r"\end{").count(), "{spec}");
        let depth = tex.replace(r"\{", "").replace(r"\}", "");
        assert_eq!(depth.matches('{').count(), depth.matches('}').count(), "{spec}");
        assert!(tex.is_ascii() || tex.chars().all(|c| c as u32 <= 0xff), "{spec}: {tex}");
    }
}

/// The worked steps are those of the run: same points, values, gradients, state.
#[test]
fn worked_steps_are_the_run() {
    for spec in SPECS {
        let folder = Folder::new();
        folder.descend(&format!("--on rosenbrock --with {spec} --steps 4 -o run.json"));
        folder.run(&format!("explain {spec} --on rosenbrock --steps 4 -o steps.json")).done();
        let run = folder.json("run.json")["runs"][0].clone();
        let steps = folder.json("steps.json");
        for (t, step) in steps["steps"].as_array().unwrap().iter().enumerate() {
            assert_eq!(&step["before"], &run["points"][t], "{spec} {t}");
            assert_eq!(&step["point"], &run["points"][t + 1], "{spec} {t}");
            assert_eq!(&step["gradient"], &run["gradients"][t], "{spec} {t}");
            for (name, values) in step["state"].as_object().unwrap() {
                assert_eq!(values, &run["state"][name][t + 1], "{spec} {name} {t}");
            }
        }
    }
}

/// Whoever computes the right-hand side with a calculator gets the value that stands beside it.
#[test]
fn numbers_put_in_give_the_value_beside_them() {
    let mut checked = 0;
    for spec in SPECS {
        let folder = Folder::new();
        folder.run(&format!("explain {spec} --steps 3 -o steps.json")).done();
        let steps = folder.json("steps.json");
        for line in
            steps["steps"].as_array().unwrap().iter().flat_map(|s| s["lines"].as_array().unwrap())
        {
            let numbers = line["numbers"].as_array().unwrap();
            for (text, value) in numbers.iter().zip(line["values"].as_array().unwrap()) {
                let (text, value) = (text.as_str().unwrap(), value.as_f64().unwrap());
                // An expression has no sign, as that has no slope.
                if text.contains("sign") {
                    continue;
                }
                let found = Expression::parse(&as_expression(text)).unwrap().value([0.0; 2]);
                // Six digits of each number, of which a difference may cancel some.
                let error = (found - value).abs() / value.abs().max(1e-9);
                assert!(error < 2e-4, "{spec}: {text} is {found}, not {value}");
                checked += 1;
            }
        }
    }
    assert!(checked > 150, "{checked}");
}

/// The text as the laboratory's expressions are written.
fn as_expression(text: &str) -> String {
    let mut text = text.replace('·', "*").replace('−', "-").replace('²', "^2").replace(")(", ")*(");
    while let Some(at) = text.find('√') {
        let inside = &text[at + '√'.len_utf8()..];
        let is_bare = inside.starts_with(|c: char| c.is_ascii_digit());
        let end = match is_bare {
            true => inside
                .char_indices()
                .find(|(i, c)| {
                    let exponent = matches!(c, '-' | '+') && inside[..*i].ends_with('e');
                    !(c.is_ascii_digit() || matches!(c, '.' | 'e') || exponent)
                })
                .map_or(inside.len(), |(i, _)| i),
            false => 0,
        };
        text = match is_bare {
            true => format!("{}sqrt({}){}", &text[..at], &inside[..end], &inside[end..]),
            false => format!("{}sqrt{inside}", &text[..at]),
        };
    }
    text
}

#[test]
fn gradients_of_a_list_are_steps_of_one_parameter() {
    let folder = Folder::new();
    fs::write(folder.path("g.csv"), "a,b,c,d,e\n1,0,0,0,2\n-1,2,0,1e-3,2\n").unwrap();
    let line = "explain adam --gradients g.csv --from 1,1,1,1,1 -o steps.json";
    folder.run(line).done();
    let steps = folder.json("steps.json");
    assert_eq!(steps["elements"], serde_json::json!(["a", "b", "c", "d", "e"]));
    assert_eq!(steps["steps"].as_array().unwrap().len(), 2);
    assert_eq!(steps["steps"][1]["gradient"][3], 1e-3);
    let text = folder.run("explain adam --gradients g.csv").done().stdout;
    assert!(text.contains("WORKED STEPS: the gradients of g.csv"), "{text}");
    assert!(text.contains("‖W‖ = 0; 5 elements, of which 4 are shown"), "{text}");
    // m = 0.1 − 0.01 after gradients 1 and −1, and v is twice 0.001.
    let noise = "In a, the signal-to-noise ratio is 0.0526316, below 0.1";
    assert!(text.contains(noise), "{text}");
}

#[test]
fn a_list_is_not_overwritten() {
    let folder = Folder::new();
    fs::write(folder.path("g.txt"), "1,2\n").unwrap();
    let sentence = folder.run("explain adam --gradients g.txt -o ./g.txt").refused(2);
    assert_eq!(sentence, "g.txt is the list of gradients; it would be overwritten");
    assert_eq!(folder.text("g.txt"), "1,2\n");
}

#[cfg(unix)]
#[test]
fn an_endless_file_is_refused() {
    let folder = Folder::new();
    let sentence = folder.run("explain adam --gradients /dev/zero").refused(1);
    assert!(sentence.starts_with("/dev/zero is too long; "), "{sentence}");
    std::os::unix::fs::symlink("/dev/zero", folder.path("zero.rule")).unwrap();
    let sentence = folder.run("explain zero.rule").refused(2);
    assert_eq!(sentence, "cannot read zero.rule: it has more than 1048576 bytes");
}

/// Names and comments that no font of LaTeX has.
#[test]
fn a_rule_in_any_language_is_explained() {
    let folder = Folder::new();
    let text = "# Ж: →∇ω 最適化\nω = 0.1  # ξ_1 & $x%\na_b_c = 2\nd_ = 1\nшаг = 1\nstate _m = 0\n\
                _m = _m + g\nW = W - ω*a_b_c*d_*шаг*_m\n";
    fs::write(folder.path("ω.rule"), text).unwrap();
    folder.run("explain ω.rule -o a.tex -o a.html -o a.md -o a.txt").done();
    let tex = folder.text("a.tex");
    assert!(tex.contains(r"\omega") && tex.chars().all(|c| (c as u32) < 0x100), "{tex}");
    assert!(tex.contains(r"a_{\mathrm{b\_c}}") && tex.contains(r"\mathrm{d\_}"), "{tex}");
    assert!(!folder.text("a.html").contains("merror"));
}

#[test]
fn a_rule_file_is_explained() {
    let folder = Folder::new();
    let text = "# Half: steps of half the gradient\nlr = 0.5  # rate\nW = W - lr*g\n";
    fs::write(folder.path("half.rule"), text).unwrap();
    let found = folder.run("explain half.rule:lr=0.25 --steps 1").done().stdout;
    assert!(found.starts_with("half.rule\nSteps of half the gradient.\n"), "{found}");
    assert!(found.contains("x: −7 − 0.25·(−0.7) = −6.825"), "{found}");
}

/// The report of a training run has the formula of the rule file, too.
#[test]
fn a_rule_file_has_its_formula_in_the_report_of_a_training_run() {
    let folder = Folder::new();
    fs::create_dir(folder.path(".rules")).unwrap();
    fs::write(folder.path(".rules/half.rule"), "lr = 0.1\nW = W - lr*(0.5*g)\n").unwrap();
    let line = "train --data moons --with .rules/half.rule --with adam --epochs 1 --out run";
    folder.run(line).done();
    // In a folder that is called as the file.
    assert!(folder.path("run/half.rule").is_dir());
    let report = folder.text("run/report.html");
    let section = report.split_once("How the methods step").unwrap().1;
    assert!(section.starts_with("</h2><h3>half.rule</h3>"), "{}", &section[..80]);
    assert_eq!(section.matches("<math").count(), 1 + 5);
}

#[test]
fn steps_end_where_they_stop_being_finite() {
    let text = explained("sgd:lr=1e200 --on x^4+y^4");
    assert!(text.ends_with("Step 1 is not finite; the steps before it are shown.\n"), "{text}");
    let folder = Folder::new();
    fs::write(folder.path("g.csv"), "1e200\n").unwrap();
    // Its square, in v, is infinite.
    let text = folder.run("explain adam --gradients g.csv").done().stdout;
    assert!(text.ends_with("Step 1 is not finite; the steps before it are shown.\n"), "{text}");
    let rising = explained("sgd:lr=2 --steps 1");
    assert!(rising.contains("! f rises: this step goes too far."), "{rising}");
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let folder = Folder::new();
    let files = [
        ("empty.csv", &b""[..]),
        ("header.csv", b"a,b\n"),
        ("word.csv", b"1,2\n3,four\n"),
        ("short.csv", b"1,2\n3\n"),
        ("nan.csv", b"1,nan\n"),
        ("latin.csv", b"1,\xff\n"),
        ("good.csv", b"1,2\n"),
    ];
    for (name, text) in files {
        fs::write(folder.path(name), text).unwrap();
    }
    for (line, code, part) in [
        ("explain adm", 2, "did you mean `adam`"),
        ("explain adam --on ravin", 2, "did you mean ravine?"),
        ("explain adam --from 1", 2, "a start is two numbers X,Y, such as -7,2"),
        ("explain adam --from 1,two", 2, "`two` is not a finite number"),
        ("explain adam --clip 1", 2, "global:1"),
        ("explain adam -o a.pdf", 2, "known are .txt .md .tex .html .json"),
        ("explain adam -o a.md -o ./a.md", 2, "given twice"),
        ("explain adam --on ln(x) --from -1,0", 1, "start where it is finite"),
        ("explain adam --gradients none.csv", 1, "cannot read none.csv: "),
        ("explain adam --gradients .", 1, "cannot read .: "),
        ("explain adam --gradients empty.csv", 1, "has no gradients; write a line for each step"),
        ("explain adam --gradients header.csv", 1, "has no gradients"),
        ("explain adam --gradients word.csv", 1, "word.csv, line 2: `four` in column 2 is not"),
        (
            "explain adam --gradients short.csv",
            1,
            "line 2: 1 number, but the lines before it have 2",
        ),
        ("explain adam --gradients nan.csv", 1, "line 1: `nan` in column 2 is not a finite number"),
        ("explain adam --gradients latin.csv", 1, "it is not UTF-8 text"),
        ("explain adam --gradients good.csv --steps 2", 2, "has 1 gradient; 2 steps need as many"),
        ("explain adam --gradients good.csv -o good.csv", 2, "known are .txt .md"),
        ("explain adam --gradients good.csv --from 1", 2, "has 1 number, the gradients have 2"),
    ] {
        let sentence = folder.run(line).refused(code);
        assert!(sentence.contains(part), "{line}: {sentence}");
    }
    assert!(folder.run("explain adam --on ravine --gradients good.csv").misused().contains("--on"));
    assert_eq!(folder.names().len(), files.len());
}
