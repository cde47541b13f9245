//! Methods in `.rule` files.

use std::fs;

use crate::folder::Folder;

#[test]
fn a_rule_printed_by_list_takes_the_same_path() {
    let folder = Folder::new();
    let text = folder.run("list --rule adam").done().stdout;
    assert!(text.starts_with("# Adam: ") && text.contains("\nstate m = 0\n"), "{text}");
    assert!(text.contains("\nlr = 0.001  # learning rate\n"), "{text}");
    assert!(text.contains("\n# Paper: Kingma, Ba (2015), Adam: "), "{text}");
    fs::write(folder.path("mine.rule"), text).unwrap();
    let files = "-o run.csv -o run.png -o run.html";
    folder.descend(&format!("--on ravine --with adam:lr=0.3 --with mine.rule:lr=0.3 {files}"));
    let rows = folder.text("run.csv");
    let last = |spec: &str| {
        let row = rows.lines().rfind(|row| row.starts_with(spec)).unwrap();
        let number = |column: usize| row.split(',').nth(column).unwrap().parse::<f64>().unwrap();
        // Optimizer, spec, step, x, y.
        [3, 4].map(number)
    };
    assert_eq!(last("adam,"), last("mine.rule,"));
    let page = folder.text("run.html");
    assert!(page.contains("<h3>mine.rule</h3>"), "{page}");
    assert_eq!(page.matches("<math").count(), 2 * 5);
}

/// A run that was interrupted resumes with the text that it began with.
#[test]
fn a_training_run_resumes_without_its_rule_file() {
    let rule = "lr = 0.1\nstate m = 0\nm = 0.9*m + g\nW = W - lr*m\n";
    let line = "train --data moons --model softmax --with my.rule --groups b1:my.rule:lr=0.2";
    let straight = Folder::new();
    fs::write(straight.path("my.rule"), rule).unwrap();
    straight.run(&format!("{line} --epochs 3 --out run")).done();
    for then in [None, Some("lr = 0.1\nW = W - lr*g\n")] {
        let folder = Folder::new();
        fs::write(folder.path("my.rule"), rule).unwrap();
        folder.run(&format!("{line} --epochs 3 --out run")).done();
        // As if it had been killed before its first checkpoint.
        for entry in fs::read_dir(folder.path("run")).unwrap() {
            let path = entry.unwrap().path();
            match path.file_name().and_then(|name| name.to_str()) {
                Some("run.json" | ".lock") => {}
                _ if path.is_dir() => fs::remove_dir_all(path).unwrap(),
                _ => fs::remove_file(path).unwrap(),
            }
        }
        fs::remove_file(folder.path("my.rule")).unwrap();
        if let Some(text) = then {
            fs::write(folder.path("my.rule"), text).unwrap();
        }
        let resumed = folder.run("train --resume --out run").done();
        let warning =
            "my.rule has changed since the run began; the run continues with the text that";
        assert_eq!(resumed.stderr.contains(warning), then.is_some(), "{}", resumed.stderr);
        assert_eq!(
            folder.text("run/metrics.csv").lines().last(),
            straight.text("run/metrics.csv").lines().last()
        );
    }
}

#[test]
fn what_cannot_be_a_rule_is_refused() {
    let sentence = Folder::new().run("list --rule lars").refused(2);
    assert!(sentence.starts_with("lars cannot be written as a rule: "), "{sentence}");
}

#[test]
fn an_error_in_a_rule_shows_the_place() {
    let folder = Folder::new();
    fs::write(folder.path("my.rule"), "lr = 0.1\nW = W - lr*grad\n").unwrap();
    let outcome = folder.run("descend --on ravine --with my.rule -o run.png");
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.stderr,
        "error: my.rule:2:12: `grad` is not defined\n    W = W - lr*grad\n               ^^^^\n"
    );
    let sentence = folder.run("descend --on ravine --with none.rule -o run.png").refused(2);
    assert!(sentence.starts_with("cannot read none.rule: "), "{sentence}");
    assert_eq!(folder.names(), ["my.rule"]);
}
