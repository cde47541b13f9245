//! What `descend` writes.

use serde_json::{Value as Json, json};

use crate::folder::Folder;

/// Each extension with the bytes that a file of its kind begins with, from an offset on.
const KINDS: [(&str, usize, &[u8]); 7] = [
    ("json", 0, b"{\"problem\":"),
    ("csv", 0, b"optimizer,spec,step,x,y,value,"),
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("svg", 0, b"<svg "),
    ("mp4", 4, b"ftyp"),
    ("gif", 0, b"GIF89a"),
    ("html", 0, b"<!DOCTYPE html>"),
];

fn outputs(name: &str) -> String {
    KINDS.iter().map(|(extension, ..)| format!(" -o {name}.{extension}")).collect()
}

fn assert_kinds(folder: &Folder, name: &str) {
    for (extension, offset, magic) in KINDS {
        let file = folder.read(&format!("{name}.{extension}"));
        assert!(file[offset..].starts_with(magic), "{name}.{extension}");
    }
}

/// Runs a descent into every kind of file.
pub fn everything(folder: &Folder, arguments: &str) -> crate::folder::Outcome {
    let outcome = folder.descend(&format!("{arguments}{}", outputs("run")));
    assert_kinds(folder, "run");
    assert_eq!(folder.names().len(), KINDS.len());
    outcome
}

fn keys(object: &Json) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_extension_picks_the_kind_of_file() {
    everything(&Folder::new(), "--on ravine --with adam:lr=0.3 --with sgd");
}

#[test]
fn an_extension_in_capitals_is_the_same_extension() {
    let folder = Folder::new();
    folder.descend("--on ravine --with sgd -o RUN.PNG -o run.Json");
    assert!(folder.read("RUN.PNG").starts_with(b"\x89PNG"));
    assert_eq!(folder.json("run.Json")["steps"], 30);
}

/// The example of the file format: Adam's first step is lr long in each coordinate.
#[test]
fn json_has_the_documented_form() {
    let folder = Folder::new();
    folder.descend("--on ravine --with adam:lr=0.3 --with sgd -o run.json");
    let record = folder.json("run.json");
    assert_eq!(keys(&record), ["problem", "start", "steps", "precision", "runs"]);
    let problem = json!({ "name": "ravine", "expression": "x^2/20 + y^2", "dim": 2 });
    assert_eq!(record["problem"], problem);
    assert_eq!(record["start"], json!([-7.0, 2.0]));
    assert_eq!((&record["steps"], &record["precision"]), (&json!(30), &json!("f64")));
    assert_eq!(record["runs"].as_array().unwrap().len(), 2);
    let run = &record["runs"][0];
    let expected = ["optimizer", "spec", "hyperparameters", "points", "values"];
    assert_eq!(keys(run)[..5], expected);
    assert_eq!(keys(run)[5..], ["gradients", "state", "diverged_at"]);
    assert_eq!((&run["optimizer"], &run["spec"]), (&json!("adam"), &json!("adam:lr=0.3")));
    assert_eq!(run["hyperparameters"]["lr"], 0.3);
    assert_eq!(run["hyperparameters"]["beta1"], 0.9);
    assert_eq!(run["hyperparameters"]["amsgrad"], false);
    assert_eq!(run["hyperparameters"]["bias_correction"], "full");
    assert_eq!((&run["points"][0], &run["values"][0]), (&json!([-7.0, 2.0]), &json!(6.45)));
    for list in ["points", "values", "gradients"] {
        assert_eq!(run[list].as_array().unwrap().len(), 31, "{list}");
    }
    assert_eq!(keys(&run["state"]), ["m", "v"]);
    assert_eq!(run["state"]["m"].as_array().unwrap().len(), 31);
    let first = [0, 1].map(|i| run["points"][1][i].as_f64().unwrap());
    assert!((first[0] + 6.7).abs() < 1e-7 && (first[1] - 1.7).abs() < 1e-7, "{first:?}");
    assert!(run["diverged_at"].is_null());
}

#[test]
fn csv_has_a_line_for_every_step_of_every_run() {
    let folder = Folder::new();
    let specs = "--with sgd:lr=0.1,momentum=0.5 --with adam";
    folder.descend(&format!("--on ravine {specs} --steps 7 -o run.csv -o run.json"));
    let text = folder.text("run.csv");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * 8);
    assert_eq!(lines[0], "optimizer,spec,step,x,y,value,dx,dy");
    assert_eq!(lines[1], "sgd,\"sgd:lr=0.1,momentum=0.5\",0,-7.0,2.0,6.45,-0.7,4.0");
    let record = folder.json("run.json");
    let runs = record["runs"].as_array().unwrap();
    let rows = runs.iter().flat_map(|run| (0..8).map(move |step| (run, step)));
    for (line, (run, step)) in lines[1..].iter().zip(rows) {
        let fields: Vec<&str> = line.rsplit(',').collect();
        assert_eq!(fields[5], step.to_string());
        let number = |i: usize| fields[i].parse::<f64>().ok();
        assert_eq!(number(4), run["points"][step][0].as_f64());
        assert_eq!(number(3), run["points"][step][1].as_f64());
        assert_eq!(number(2), run["values"][step].as_f64());
    }
}

#[test]
fn precision_f32_computes_in_f32() {
    let folder = Folder::new();
    folder.descend("--on ravine --with adam:lr=0.3 -o double.json");
    folder.descend("--on ravine --with adam:lr=0.3 --precision f32 -o single.json");
    let [double, single] = ["double.json", "single.json"].map(|name| folder.json(name));
    assert_eq!(single["precision"], "f32");
    let [double, single] = [&double, &single].map(|record| &record["runs"][0]["points"]);
    let mut differences = 0;
    for (fine, coarse) in double.as_array().unwrap().iter().zip(single.as_array().unwrap()) {
        for i in 0..2 {
            let (fine, coarse) = (fine[i].as_f64().unwrap(), coarse[i].as_f64().unwrap());
            assert_eq!(f64::from(coarse as f32), coarse);
            assert!((fine - coarse).abs() < 1e-4, "{fine} {coarse}");
            differences += usize::from(fine != coarse);
        }
    }
    assert!(differences > 50, "{differences}");
}

#[test]
fn from_and_steps_are_obeyed() {
    let folder = Folder::new();
    folder.descend("--on sphere --with sgd:lr=0.25 --from -3.5,1e-1 --steps 2 -o run.json");
    let record = folder.json("run.json");
    assert_eq!(record["start"], json!([-3.5, 0.1]));
    // A step on x² + y² at a rate of a quarter halves both coordinates.
    let points = json!([[-3.5, 0.1], [-1.75, 0.05], [-0.875, 0.025]]);
    assert_eq!(record["runs"][0]["points"], points);
}

#[test]
fn an_expression_is_a_problem() {
    let folder = Folder::new();
    let on = "(x - 1)^2 + abs(y)";
    let run = ["descend", "--on", on, "--with", "sgd:lr=0.5", "--steps", "1", "-o", "run.json"];
    folder.run_with(&run).done();
    let record = folder.json("run.json");
    assert_eq!(record["problem"], json!({ "name": on, "expression": on, "dim": 2 }));
    assert_eq!(record["runs"][0]["points"][1], json!([1.0, 2.5]));
}

#[test]
fn the_same_command_writes_the_same_bytes_on_any_number_of_threads() {
    let write = |threads: &str| {
        let folder = Folder::new();
        let line = "descend --on himmelblau --with adam:lr=0.3 --with momentum:lr=0.01 --with sgd";
        let line = format!("{line}{}", outputs("run"));
        let mut command = folder.command();
        command.args(line.split_whitespace()).env("RAYON_NUM_THREADS", threads);
        crate::folder::outcome(&mut command).done();
        KINDS.map(|(extension, ..)| folder.read(&format!("run.{extension}")))
    };
    let once = write("1");
    for threads in ["1", "2", "3"] {
        for ((extension, ..), (now, then)) in KINDS.iter().zip(write(threads).iter().zip(&once)) {
            assert!(now == then, "{extension} on {threads} threads");
        }
    }
}

#[test]
fn a_hyperparameter_called_as_a_coordinate_is_not_taken_for_it() {
    let folder = Folder::new();
    std::fs::write(folder.path("hx.rule"), "x = 0.1\nW = W - x*g\n").unwrap();
    let line = "descend --on ravine --with hx.rule --sensitivity x -o run.json";
    let sentence = folder.run(line).refused(2);
    assert!(sentence.starts_with("`x` is a hyperparameter of hx.rule as well as the start"));
}

/// Derivatives of the last point, beside differences of runs.
#[test]
fn sensitivity_says_how_the_end_changes() {
    let folder = Folder::new();
    let run = |lr: f64, x: f64, more: &str| {
        folder.descend(&format!(
            "--on rosenbrock --from {x:?},1.5 --with momentum:lr={lr:?} --steps 9 {more} -o run.json"
        ));
        folder.json("run.json")["runs"][0].clone()
    };
    let (lr, x) = (1e-4, -0.5);
    let found = run(lr, x, "--sensitivity lr,x");
    assert_eq!(keys(&found["sensitivity"]), ["lr", "x"]);
    for (name, [low, high], distance) in [
        ("lr", [lr - 1e-9, lr + 1e-9].map(|lr| run(lr, x, "")), 2e-9),
        ("x", [x - 1e-5, x + 1e-5].map(|x| run(lr, x, "")), 2e-5),
    ] {
        assert_eq!(low.get("sensitivity"), None);
        let close = |found: &Json, low: &Json, high: &Json| {
            let number = |json: &Json| json.as_f64().unwrap();
            let expected = (number(high) - number(low)) / distance;
            let error = (number(found) - expected).abs() / expected.abs();
            assert!(error < 1e-4, "{name}: {found}, by differences {expected}");
        };
        let derivative = &found["sensitivity"][name];
        close(&derivative["value"], &low["values"][9], &high["values"][9]);
        for i in 0..2 {
            close(&derivative["point"][i], &low["points"][9][i], &high["points"][9][i]);
        }
    }
}

#[test]
fn noise_follows_from_its_seed() {
    let run = |more: &str| {
        let folder = Folder::new();
        folder.descend(&format!("--on ravine --with sgd:lr=0.1 {more} -o run.json"));
        folder.json("run.json")
    };
    let one = run("--noise 0.5 --seed 1");
    assert_eq!(one, run("--noise 0.5 --seed 1"));
    assert_eq!(one["noise"], json!({ "deviation": 0.5, "seed": 1 }));
    assert_ne!(one["runs"][0]["points"], run("--noise 0.5 --seed 2")["runs"][0]["points"]);
    assert_eq!(run("--noise 0.5")["noise"]["seed"], 0);
    assert_eq!(run("--noise 0"), run(""));
}

#[test]
fn a_schedule_and_clipping_are_obeyed_and_recorded() {
    let folder = Folder::new();
    folder.descend("--on ravine --with sgd:lr=0.1 --schedule exponential:gamma=0.5 --clip value:1 --steps 3 -o run.json");
    let record = folder.json("run.json");
    assert_eq!(record["schedule"], "exponential:gamma=0.5");
    assert_eq!(record["clip"], "value:1.0");
    let y = |t: usize| record["runs"][0]["points"][t][1].as_f64().unwrap();
    // ∂f/∂y is above 1 all the way, so that each step is as long as the rate.
    let steps = [1, 2, 3].map(|t| y(t - 1) - y(t));
    for (step, rate) in steps.into_iter().zip([0.1, 0.05, 0.025]) {
        assert!((step - rate).abs() < 1e-12, "{step} {rate}");
    }
}

#[test]
fn several_starts_give_a_run_each() {
    let folder = Folder::new();
    everything(
        &folder,
        "--on himmelblau --with sgd:lr=0.01 --with adam:lr=0.3 --from 0,0 --from -4,1",
    );
    let record = folder.json("run.json");
    assert_eq!(record["starts"], json!([[0.0, 0.0], [-4.0, 1.0]]));
    let starts: Vec<_> =
        record["runs"].as_array().unwrap().iter().map(|run| &run["points"][0]).collect();
    let [one, other] = [json!([0.0, 0.0]), json!([-4.0, 1.0])];
    assert_eq!(starts, [&one, &one, &other, &other]);
}

/// What the page's script is given, and that it is there once.
#[test]
fn the_page_holds_every_number_of_the_runs() {
    let folder = Folder::new();
    folder.descend("--on ravine --with adam:lr=0.3 --with sgd:lr=0.9 -o run.html -o run.json");
    let page = folder.text("run.html");
    let (_, rest) =
        page.split_once(r#"<script type="application/json" id="descent-data">"#).unwrap();
    let data: Json = serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap();
    let record = folder.json("run.json");
    for (shown, run) in [0, 1].map(|i| (&data["runs"][i], &record["runs"][i])) {
        for name in ["points", "values", "gradients", "state"] {
            assert_eq!(shown[name], run[name], "{name}");
        }
    }
    assert!(page.contains("data:video/mp4;base64,") && !page.contains("http://www.w3.org/1999"));
}
