//! Text from models that describe themselves.

use std::path::Path;

use thalweg_nn::Generation;
use thalweg_nn::data::Source;
use thalweg_nn::model::{Model, ModelError};
use thalweg_nn::session::{Session, Settings};

use super::source;

fn settings(folder: &Path) -> Settings {
    let source = Source::parse(&source(folder, 60)).unwrap();
    Settings {
        model: "gpt:layers=1,width=16,heads=2".to_owned(),
        methods: vec!["adamw:lr=0.02".to_owned()],
        batch: 8,
        epochs: 3,
        ..Settings::suiting(&source)
    }
}

fn trained(folder: &Path) -> Model {
    let run = folder.join("run");
    let mut session = Session::start(&run, settings(folder)).unwrap();
    session.run(|| false, |_, _| {}).unwrap();
    session.finish(|_| {}, &|_, _| {}).unwrap();
    Model::open(&run.join("adamw")).unwrap()
}

#[test]
fn a_model_from_a_file_writes_what_training_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(folder.path());
    let text = model.generate("", &Generation::default()).unwrap();
    assert_eq!(text.chars().count(), 300);
    let sample = std::fs::read_to_string(folder.path().join("run/adamw/sample.txt")).unwrap();
    assert_eq!(sample, format!("{text}\n"));
    let description = &model.description;
    assert_eq!(
        (description.network.as_str(), description.inputs),
        ("gpt:layers=1,width=16,heads=2", 32)
    );
    assert_eq!(description.activation, "gelu");
}

#[test]
fn seed_temperature_and_prompt_change_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(folder.path());
    let usual = Generation::default();
    let written = |prompt: &str, how: Generation| model.generate(prompt, &how).unwrap();
    let text = written("", usual);
    assert_eq!(text, written("\n", usual));
    assert_ne!(text, written("", Generation { seed: 1, ..usual }));
    assert_ne!(text, written("", Generation { temperature: 1.5, ..usual }));
    assert_ne!(text, written("a ", usual));
    // Whatever the seed, the likeliest characters are the same.
    let likeliest = |seed| written("", Generation { temperature: 0.0, seed, ..usual });
    assert_eq!(likeliest(0), likeliest(1));
    let long = written(
        "the cat sees a tree.\nthe dog finds a house.\n",
        Generation { length: 5, ..usual },
    );
    assert_eq!(long.chars().count(), 5);
    assert_eq!(written("the", Generation { length: 0, ..usual }), "");
}

#[test]
fn what_a_model_cannot_continue_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = trained(folder.path());
    let usual = Generation::default();
    assert_eq!(
        model.generate("a cät", &usual).unwrap_err().to_string(),
        "the network does not know `ä`: the text that it was trained on has no such character"
    );
    for temperature in [-0.1, f64::NAN, f64::INFINITY] {
        let refused = model.generate("a", &Generation { temperature, ..usual });
        assert!(matches!(refused, Err(ModelError::Temperature(_))), "{refused:?}");
    }
    assert!(matches!(model.predict(&[vec![0.0; 32]]), Err(ModelError::ContinuesText)));
}
