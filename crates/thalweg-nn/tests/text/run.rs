//! Runs and experiments on text.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use thalweg::Registry;
use thalweg_nn::data::Source;
use thalweg_nn::experiment;
use thalweg_nn::session::{Outcome, Session, Settings};

use super::source;

fn settings(folder: &Path) -> Settings {
    let source = Source::parse(&source(folder, 40)).unwrap();
    Settings {
        model: "gpt:layers=1,width=8,heads=2".to_owned(),
        methods: vec!["adamw:lr=0.02".to_owned(), "sgd:lr=0.5".to_owned()],
        batch: 8,
        epochs: 2,
        ..Settings::suiting(&source)
    }
}

#[test]
fn a_text_has_a_transformer_and_fewer_epochs_by_default() {
    let usual = Settings::suiting(&Source::parse("text:a.txt").unwrap());
    let texts = [&usual.model, &usual.activation, &usual.init].map(String::as_str);
    assert_eq!(texts, ["gpt", "gelu", "normal:0.02"]);
    assert_eq!((usual.batch, usual.epochs), (32, 5));
    let digits = Settings::suiting(&Source::Digits);
    assert_eq!(digits, Settings::default());
}

#[test]
fn a_run_that_is_stopped_resumes_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let [straight, stopped] = ["straight", "stopped"].map(|name| folder.path().join(name));
    let finish = |session: &Session| drop(session.finish(|_| {}, &|_, _| {}).unwrap());
    let mut session = Session::start(&straight, settings(folder.path())).unwrap();
    session.run(|| false, |_, _| {}).unwrap();
    finish(&session);
    let mut session = Session::start(&stopped, settings(folder.path())).unwrap();
    let step = Cell::new(0);
    let outcome = session.run(|| step.get() == 3, |_, tick| step.set(tick.step)).unwrap();
    assert_eq!(outcome, Outcome::Stopped);
    drop(session);
    let mut session = Session::resume(&stopped).unwrap();
    session.run(|| false, |_, _| {}).unwrap();
    finish(&session);
    let files =
        ["metrics.jsonl", "adamw/model.safetensors", "sgd/model.safetensors", "adamw/sample.txt"];
    for name in files {
        let [a, b] = [&straight, &stopped].map(|folder| fs::read(folder.join(name)).unwrap());
        assert!(a == b, "{name} differs");
    }
}

#[test]
fn the_report_has_what_the_networks_write_and_no_confusion_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let landscape = Some("pca".to_owned());
    let settings = Settings { landscape, ..settings(folder.path()) };
    let mut session = Session::start(&run, settings).unwrap();
    session.run(|| false, |_, _| {}).unwrap();
    let report = session.finish(|_| {}, &|_, _| {}).unwrap();
    let best = &report.methods[report.ranked()[0]];
    let losses = report.methods.iter().map(|method| method.epochs[1].test_loss);
    assert_eq!(best.epochs[1].test_loss, losses.fold(f64::INFINITY, f64::min));
    let verdict = report.verdict();
    let begins = format!("{} predicts the text best after 2 epochs: a test loss of ", best.label);
    assert!(verdict.starts_with(&begins) && verdict.contains("nats per character"), "{verdict}");
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    for part in
        ["What the networks write", "perplexity", "characters/s", "pre.written", "vocabulary"]
    {
        assert!(page.contains(part), "{part}");
    }
    for part in ["confusion", "Mistakes", "samples/s", "classified correctly"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(run.join("landscape.mp4").exists());
}

#[test]
fn settings_are_tuned_and_methods_compared_on_text() {
    let folder = tempfile::tempdir().unwrap();
    let training = Settings {
        methods: vec!["adamw:lr=0.001/0.02".to_owned(), "sgd:lr=0.1".to_owned()],
        epochs: 1,
        ..settings(folder.path())
    };
    let settings = experiment::Settings { training, seeds: 2, ..experiment::Settings::default() };
    let path = folder.path().join("experiment");
    let run = experiment::Run::start(&Registry::standard(), &path, settings).unwrap();
    let results = run.run(&|_| {}, &|| false).unwrap();
    run.finish(&results, &|| false, &|_, _| {}).unwrap();
    assert_eq!(results.standings[0].spec().to_string(), "adamw:lr=0.02");
    let page = fs::read_to_string(path.join("report.html")).unwrap();
    assert!(!page.contains("samples correctly"), "{}", results.verdict());
}
