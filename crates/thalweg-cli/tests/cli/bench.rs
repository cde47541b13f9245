//! `thalweg bench`: what it measures, prints and refuses. How long anything takes is not looked at.

use serde_json::Value as Json;
use thalweg::Registry;

use crate::folder::Folder;

const KEYS: [&str; 9] = [
    "optimizer",
    "elements",
    "tensors",
    "dtype",
    "state",
    "threads",
    "ms",
    "gb_per_s",
    "of_roofline",
];

/// The results of a run with `--json`, each with every key and no other.
fn results(arguments: &str) -> Vec<Json> {
    let outcome = Folder::new().run(&format!("bench --json {arguments}")).done();
    let all: Json = serde_json::from_str(&outcome.stdout).unwrap();
    let keys = |json: &Json| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&all), ["machine", "results"]);
    assert!(all["machine"]["cores"].as_u64().unwrap() > 0 && all["machine"]["simd"].is_string());
    let results = all["results"].as_array().unwrap().clone();
    for result in &results {
        assert_eq!(keys(result), KEYS);
        for number in ["ms", "gb_per_s", "of_roofline"] {
            assert!(result[number].as_f64().unwrap() > 0.0, "{result}");
        }
    }
    results
}

/// One key of every result.
fn column(results: &[Json], key: &str) -> Vec<String> {
    results.iter().map(|result| result[key].to_string().replace('"', "")).collect()
}

/// Runs what cannot be done and expects a sentence with all of these parts.
fn refused(arguments: &str, code: i32, parts: &[&str]) {
    let folder = Folder::new();
    let sentence = folder.run(&format!("bench {arguments}")).refused(code);
    for part in parts {
        assert!(sentence.contains(part), "{part:?} is not in: {sentence}");
    }
    assert!(folder.names().is_empty());
}

#[test]
fn every_optimizer_is_measured_unless_some_are_chosen() {
    let all = results("--elements 4096 --threads 2");
    assert_eq!(
        column(&all, "optimizer"),
        Registry::standard().entries().map(|entry| entry.name).collect::<Vec<_>>()
    );
    let some = results("--elements 4096 --optimizer adam:lr=0.3,amsgrad=true --optimizer sgd");
    assert_eq!(column(&some, "optimizer"), ["adam:lr=0.3,amsgrad=true", "sgd"]);
}

#[test]
fn every_combination_of_what_is_chosen_is_measured() {
    let all = results(
        "--optimizer momentum --elements 1k --elements 2Ki --tensors 1 --tensors 3 \
         --dtype f32 --dtype bf16 --dtype f16 --state f32 --state bf16 --threads 1 --threads 3",
    );
    assert_eq!(all.len(), 2 * 2 * 3 * 2 * 2);
    for (i, result) in all.iter().enumerate() {
        assert!(
            all[..i].iter().all(|other| KEYS[1..6].iter().any(|key| other[key] != result[key]))
        );
    }
    assert_eq!((&all[0]["elements"], &all[4]["elements"]), (&1000.into(), &2048.into()));
}

#[test]
fn state_is_kept_in_the_type_of_the_arithmetic_unless_chosen() {
    let all = results("--optimizer adam --elements 100 --dtype f32 --dtype f64 --dtype bf16");
    assert_eq!(column(&all, "dtype"), ["f32", "f64", "bf16"]);
    assert_eq!(column(&all, "state"), ["f32", "f64", "f32"]);
    let chosen = results("--optimizer adam --elements 100 --state bf16");
    assert_eq!(column(&chosen, "state"), ["bf16"]);
}

#[test]
fn one_element_is_measured_and_so_are_tensors_of_one() {
    assert_eq!(results("--optimizer adamw --elements 1").len(), 1);
    assert_eq!(results("--optimizer adamw --elements 5 --tensors 5").len(), 1);
}

#[test]
fn gradients_are_checked_and_pages_are_ordinary_on_request() {
    let line = "bench --optimizer adamw --elements 600000 --checked --pages ordinary";
    let outcome = Folder::new().run(line).done();
    let row = outcome.stdout.lines().last().unwrap();
    assert!(row.starts_with("adamw, checked   600,000"), "{row}");
}

#[test]
fn the_table_has_a_row_a_case_under_its_heading() {
    let line = "bench --optimizer sgd --optimizer adamw --elements 4096 --tensors 2 --threads 2";
    let outcome = Folder::new().run(line).done();
    let mut lines = outcome.stdout.lines();
    assert!(lines.next().unwrap().contains(" cores, "));
    assert_eq!(lines.next(), Some(""));
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let heading = words(lines.next().unwrap());
    let names = "optimizer elements tensors types threads ms GB/s of roofline";
    assert_eq!(heading, words(names));
    for name in ["sgd", "adamw"] {
        let row = words(lines.next().unwrap());
        assert_eq!(row[..5], words(&format!("{name} 4,096 2 f32/f32 2"))[..]);
        assert_eq!(row.len(), 8);
        assert!(row[5..].iter().all(|cell| cell.parse::<f64>().is_ok()), "{row:?}");
    }
    assert_eq!(lines.next(), None);
    let said: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(said[0], "measured sgd, f32/f32, 2 threads, 4,096 elements in 2 tensors");
    assert!(said.len() == 3 && said[2].starts_with("in ") && said[2].ends_with(" s"), "{said:?}");
}

#[test]
fn quiet_leaves_the_results_alone() {
    let outcome = Folder::new().run("bench --optimizer sgd --elements 10 -q").done();
    assert_eq!((outcome.stdout.lines().count(), outcome.stderr.as_str()), (4, ""));
}

#[test]
fn scaling_measures_sizes_up_to_the_largest_and_plots_them() {
    let folder = Folder::new();
    let outcome = folder.run("bench --scaling --elements 3000").done();
    assert_eq!(folder.names(), ["scaling.png", "scaling.svg"]);
    assert!(outcome.stderr.ends_with(" s\nwrote scaling.png\nwrote scaling.svg\n"));
    let rows: Vec<&str> = outcome.stdout.lines().skip(2).collect();
    assert!(rows[0].contains("ns/element"));
    let starts = |row: &str| row.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let sizes = ["1,000", "2,000", "3,000"];
    let expected: Vec<String> = ["sgd", "adamw"]
        .iter()
        .flat_map(|name| sizes.map(|size| format!("{name} {size}")))
        .collect();
    assert_eq!(rows[1..].iter().map(|row| starts(row)).collect::<Vec<_>>(), expected);
}

#[test]
fn scaling_writes_the_files_asked_for_and_json() {
    let folder = Folder::new();
    let line = "bench --scaling --optimizer adam --elements 1000 --threads 1 --threads 2 -o a.svg";
    let outcome = folder.run(&format!("{line} -o b.png --json")).done();
    assert_eq!(folder.names(), ["a.svg", "b.png"]);
    assert!(folder.text("a.svg").contains("<svg") && folder.read("b.png").starts_with(b"\x89PNG"));
    let all: Json = serde_json::from_str(&outcome.stdout).unwrap();
    let results = all["results"].as_array().unwrap();
    assert_eq!(column(results, "threads"), ["1", "2"]);
    assert_eq!(column(results, "elements"), ["1000", "1000"]);
}

#[test]
fn optimizers_are_refused_as_everywhere() {
    refused("--optimizer adm --elements 10", 2, &["`adm`", "did you mean `adam`"]);
    refused("--scaling --optimizer adm --elements 10", 2, &["did you mean `adam`"]);
    refused("--optimizer adam:lr=-1 --elements 10", 2, &["lr=-1 is refused"]);
    refused("--optimizer sgd:lr=1e39 --elements 10", 2, &["lr=1e39", "f32 can hold"]);
}

#[test]
fn work_that_makes_no_sense_is_refused() {
    let tensors = "10 elements do not fill 11 tensors; at most 10 tensors are accepted";
    refused("--optimizer sgd --elements 10 --tensors 11", 2, &[tensors]);
    let types = "state in bf16 cannot be combined with parameters in f64; accepted is f64";
    refused("--optimizer sgd --dtype f64 --state bf16", 2, &[types]);
    refused("--optimizer sgd --state f64", 2, &["parameters in f32; accepted is f32 or bf16"]);
    refused("--scaling --elements 10 --elements 20", 2, &["--scaling takes --elements once"]);
}

#[test]
fn more_memory_than_there_is_is_refused_before_it_is_taken() {
    let parts = ["sgd with 1000000000000 elements needs 16000 GB", "are available"];
    refused("--optimizer sgd --elements 1000G", 1, &parts);
    refused("--optimizer sgd --elements 18446744073709551615", 1, &["are available"]);
}

#[test]
fn plots_are_png_or_svg() {
    refused("--scaling --elements 10 -o a.pdf", 2, &["a.pdf is not a plot", ".png or .svg"]);
    refused("--scaling --elements 10 -o a.png -o b", 2, &["b is not a plot"]);
}

#[test]
fn what_was_measured_is_shown_even_if_the_plot_cannot_be_written() {
    let line = "bench -q --scaling --elements 1000 -o none/a.png";
    let outcome = Folder::new().run(line);
    assert_eq!((outcome.code, outcome.stdout.lines().count()), (Some(1), 5));
    assert_eq!(outcome.stderr, "error: cannot write none/a.png: no such file or directory\n");
}

#[test]
fn numbers_are_whole_and_above_zero() {
    for (line, parts) in [
        ("--elements 0", ["'0' for '--elements <N>'", "64Mi"]),
        ("--elements -5", ["'-5'", "bench"]),
        ("--elements 1.5", ["'1.5' for '--elements <N>'", "1000000"]),
        ("--elements 3m", ["'3m' for '--elements <N>'", "k, M, G"]),
        ("--elements Mi", ["'Mi' for '--elements <N>'", "64Mi"]),
        ("--elements 99999999999999999999", ["'--elements <N>'", "64Mi"]),
        ("--elements 99999999999999999Gi", ["'--elements <N>'", "64Mi"]),
        ("--tensors 0", ["'0' for '--tensors <N>'", "from 1"]),
        ("--threads 0", ["'0' for '--threads <N>'", "1.."]),
        ("--threads 5000", ["'5000' for '--threads <N>'", "4096"]),
        ("--dtype f8", ["[possible values: f32, f64, bf16, f16]", "--dtype"]),
        ("--state f16", ["[possible values: f32, bf16, f64]", "--state"]),
        ("--pages huge", ["[possible values: large, ordinary]", "--pages"]),
        ("-o a.png", ["--scaling", "bench"]),
        ("--scaling --tensors 2", ["--scaling", "--tensors"]),
    ] {
        let message = Folder::new().run(&format!("bench {line}")).misused();
        for part in parts {
            assert!(message.contains(part), "{part:?} is not in: {message}");
        }
    }
}
