//! Runs in folders, through the library.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::Path;
use std::time::Duration;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;
use thalweg_nn::compare::{Tick, cross_entropy};
use thalweg_nn::data::Samples;
use thalweg_nn::model::Model;
use thalweg_nn::network::Network;
use thalweg_nn::session::{Outcome, Session, SessionError, Settings};
use thalweg_nn::{Mode, Trainable};

/// Six steps per epoch, three epochs; with a stateful schedule, groups and clipping.
fn settings() -> Settings {
    Settings {
        data: "blobs:samples=80".to_owned(),
        model: "mlp:6".to_owned(),
        methods: ["sgd:lr=0.1,momentum=0.9", "adam:lr=0.01", "schedule-free-adamw:lr=0.01"]
            .map(str::to_owned)
            .into(),
        schedule: Some("plateau:patience=1".to_owned()),
        groups: Some("b*: weight_decay=0.1".to_owned()),
        clip: Some("global:1".to_owned()),
        batch: 10,
        epochs: 3,
        landscape: Some("random".to_owned()),
        ..Settings::default()
    }
}

const STEPS: u64 = 18;

/// Trains to the end; returns all steps.
fn to_the_end(session: &mut Session) -> Vec<Tick> {
    let mut ticks = Vec::new();
    let outcome = session.run(|| false, |_, tick| ticks.push(tick.clone())).unwrap();
    assert_eq!(outcome, Outcome::Finished);
    ticks
}

fn finish(session: &Session) -> Vec<String> {
    let names = RefCell::new(Vec::new());
    session.finish(|name| names.borrow_mut().push(name.to_owned()), &|_, _| {}).unwrap();
    names.into_inner()
}

/// The files that depend on the settings only.
fn contents(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let names = [
        "metrics.jsonl",
        "metrics.csv",
        "trajectory.f32",
        "sgd/model.safetensors",
        "adam/model.safetensors",
        "schedule-free-adamw/model.safetensors",
        "loss.svg",
        "landscape.svg",
    ];
    names.map(|name| (name, fs::read(folder.join(name)).unwrap())).to_vec()
}

fn assert_same(folder: &Path, expected: &[(&str, Vec<u8>)]) {
    for ((name, found), (_, expected)) in contents(folder).iter().zip(expected) {
        assert!(found == expected, "{name} differs");
    }
}

/// A run without a break.
fn straight() -> (Vec<Tick>, Vec<(&'static str, Vec<u8>)>) {
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::start(folder.path(), settings()).unwrap();
    let ticks = to_the_end(&mut session);
    finish(&session);
    (ticks, contents(folder.path()))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[test]
fn a_folder_as_it_is_at_any_step_is_a_run_to_go_on_with() {
    let (ticks, expected) = straight();
    let folder = tempfile::tempdir().unwrap();
    let path = |step: u64| folder.path().join(step.to_string());
    let mut session = Session::start(&path(0), settings()).unwrap();
    // A checkpoint after each step, unless the one before took long.
    session.checkpoint_every(Duration::ZERO);
    let copies = |tick: &Tick| copy(&path(0), &path(tick.step));
    session.run(|| false, |_, tick| copies(tick)).unwrap();
    drop(session);
    for step in 1..=STEPS {
        let mut session = Session::resume(&path(step)).unwrap();
        let from = session.comparison().step();
        assert!(from < step && session.checkpoint_step() == from, "step {from} at {step}");
        assert_eq!(to_the_end(&mut session), ticks[from as usize..]);
        // The first three are logs; networks and plots come from them and the weights.
        for (name, contents) in &expected[..3] {
            assert!(fs::read(path(step).join(name)).unwrap() == *contents, "{name} at step {step}");
        }
        if step % 7 == 0 {
            finish(&session);
            assert_same(&path(step), &expected);
        }
    }
}

#[test]
fn asked_to_stop_a_run_ends_with_the_step_and_a_checkpoint_of_it() {
    let (ticks, expected) = straight();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let mut session = Session::start(&path, settings()).unwrap();
    for stop in [0, 1, 6, 7, 17, 18] {
        let step = Cell::new(session.comparison().step());
        let outcome = session.run(|| step.get() == stop, |_, tick| step.set(tick.step)).unwrap();
        assert_eq!(outcome, Outcome::Stopped);
        assert_eq!((session.comparison().step(), session.checkpoint_step()), (stop, stop));
        drop(session);
        session = Session::resume(&path).unwrap();
        assert_eq!(session.comparison().step(), stop);
        assert_eq!(session.settings(), &settings());
    }
    assert_eq!(to_the_end(&mut session), []);
    assert_eq!(ticks.len() as u64, STEPS);
    finish(&session);
    assert_same(&path, &expected);
}

#[test]
fn checkpoints_are_as_far_apart_as_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::start(folder.path(), settings()).unwrap();
    session.checkpoint_every(Duration::from_secs(1 << 30));
    let checkpoint = || fs::read(folder.path().join("checkpoint.safetensors")).unwrap();
    let first = checkpoint();
    session.run(|| false, |_, _| assert!(checkpoint() == first)).unwrap();
    assert!(checkpoint() != first);
    assert_eq!(session.checkpoint_step(), STEPS);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (_, expected) = straight();
    for threads in [1, 3] {
        let folder = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut session = Session::start(folder.path(), settings()).unwrap();
            to_the_end(&mut session);
            finish(&session);
        });
        assert_same(folder.path(), &expected);
    }
}

#[test]
fn finishing_names_each_file_that_it_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::start(folder.path(), settings()).unwrap();
    let mut names = finish(&session);
    names.sort_unstable();
    let expected = [
        "accuracy.png",
        "accuracy.svg",
        "adam/model.safetensors",
        "landscape.mp4",
        "landscape.png",
        "landscape.svg",
        "loss.png",
        "loss.svg",
        "regions.png",
        "regions.svg",
        "report.html",
        "schedule-free-adamw/model.safetensors",
        "sgd/model.safetensors",
    ];
    assert_eq!(names, expected);
    assert!(names.iter().all(|name| folder.path().join(name).exists()));
}

#[test]
fn results_are_the_records_and_what_the_networks_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::start(folder.path(), settings()).unwrap();
    let ticks = to_the_end(&mut session);
    let results = session.results().unwrap();
    let labels: Vec<&str> = results.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["sgd", "adam", "schedule-free-adamw"]);
    for (method, result) in results.iter().enumerate() {
        let steps: Vec<_> = ticks.iter().map(|tick| tick.steps[method].clone()).collect();
        let epochs: Vec<_> =
            ticks.iter().filter_map(|tick| tick.epochs.get(method).cloned()).collect();
        assert_eq!((&result.steps, &result.epochs), (&steps, &epochs));
        // Of 20 test samples each is in the matrix once, the correct ones on its diagonal.
        let confusion = result.confusion.as_ref().unwrap();
        let right: u64 = (0..3).map(|class| confusion[class][class]).sum();
        assert_eq!(confusion.iter().flatten().sum::<u64>(), 20);
        assert_eq!(right as f64 / 20.0, epochs.last().unwrap().test_accuracy);
        assert_eq!(result.mistakes.len() as u64, 20 - right);
        assert!(result.mistakes.iter().all(|it| it.truth != it.predicted));
        assert!(result.mistakes.is_sorted_by(|a, b| a.probability >= b.probability));
    }
}

/// The loss of the test samples, by a network with the tensors of a file.
fn loss_of(file: &Path, test: &Samples) -> f64 {
    let tensors = candle_core::safetensors::load(file, &Device::Cpu).unwrap();
    let vars = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let network: Network = "mlp:6".parse().unwrap();
    let network = network.build(&vars, 2, 3).unwrap();
    let scores = network.scores(&test.inputs, Mode::Evaluation).unwrap();
    f64::from(cross_entropy(&scores, &test.targets).unwrap().to_scalar::<f32>().unwrap())
}

#[test]
fn the_reported_test_loss_is_that_of_the_network_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::start(folder.path(), settings()).unwrap();
    to_the_end(&mut session);
    finish(&session);
    let test = &session.dataset().test;
    for (method, result) in session.results().unwrap().iter().enumerate() {
        let reported = result.epochs.last().unwrap().test_loss;
        let kept = folder.path().join(&result.label).join("model.safetensors");
        assert_eq!(loss_of(&kept, test), reported, "{}", result.label);
        // With the weights at which gradients were taken, a schedule-free method has another loss.
        let training = session.comparison().weights(method).flat().unwrap();
        let is_other = session.comparison().loss_at(test).unwrap()(&training) != reported;
        assert_eq!(is_other, result.label == "schedule-free-adamw");
    }
}

#[test]
fn masks_and_running_statistics_are_those_of_a_run_without_a_break() {
    let settings = || Settings { model: "mlp:6,norm=batch,dropout=0.3".to_owned(), ..settings() };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut session = Session::start(&path("straight"), settings()).unwrap();
    to_the_end(&mut session);
    finish(&session);
    let mut session = Session::start(&path("stopped"), settings()).unwrap();
    let step = Cell::new(0);
    session.run(|| step.get() == 7, |_, tick| step.set(tick.step)).unwrap();
    drop(session);
    let mut session = Session::resume(&path("stopped")).unwrap();
    assert_eq!(session.comparison().step(), 7);
    to_the_end(&mut session);
    finish(&session);
    assert_same(&path("stopped"), &contents(&path("straight")));
    for (method, result) in session.results().unwrap().iter().enumerate() {
        let model = Model::open(&path("stopped").join(&result.label)).unwrap();
        assert_eq!(model.description.network, "mlp:6,norm=batch,dropout=0.3");
        let rows: Vec<Vec<f64>> =
            session.dataset().test.inputs.to_dtype(DType::F64).unwrap().to_vec2().unwrap();
        let predicted = model.predict(&rows).unwrap();
        let expected = session.comparison().predictions(method).unwrap();
        let classes: Vec<u32> = predicted.iter().map(|&(class, _)| class as u32).collect();
        let chances: Vec<f32> = predicted.iter().map(|&(_, chance)| chance as f32).collect();
        assert_eq!((classes, chances), (expected.classes, expected.probabilities));
    }
}

#[test]
fn the_report_says_which_methods_are_evaluated_with_other_weights() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::start(folder.path(), settings()).unwrap();
    finish(&session);
    let report = fs::read_to_string(folder.path().join("report.html")).unwrap();
    for says in [
        "of asgd the average ax: schedule-free-adamw. Gradients",
        "also of methods that are evaluated with others: schedule-free-adamw.",
    ] {
        assert!(report.contains(says), "{says}");
    }
}

#[test]
fn a_folder_belongs_to_one_session_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::start(folder.path(), settings()).unwrap();
    assert!(matches!(Session::resume(folder.path()), Err(SessionError::InUse(_))));
    assert!(matches!(Session::start(folder.path(), settings()), Err(SessionError::Occupied(_))));
    drop(session);
    let session = Session::resume(folder.path()).unwrap();
    assert_eq!(session.title(), "mlp:6 on blobs");
}

#[test]
fn of_two_that_begin_at_once_in_one_folder_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let begin = || Session::start(&path, settings());
    let all: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(begin)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let refused = all
        .iter()
        .filter(|it| matches!(it, Err(SessionError::InUse(_) | SessionError::Occupied(_))));
    assert_eq!(refused.count(), 3);
}

#[test]
fn nothing_is_made_where_settings_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    for (wrong, says) in [
        (Settings { data: "none".to_owned(), ..settings() }, "no data set `none`"),
        (Settings { test: Some(f64::NAN), ..settings() }, "a test share of NaN is refused"),
        (Settings { model: "rnn".to_owned(), ..settings() }, "there is no network `rnn`"),
        (Settings { methods: Vec::new(), ..settings() }, "there is no method to train with"),
        (Settings { groups: Some("c*: frozen".to_owned()), ..settings() }, "`c*`"),
        (Settings { batch: 0, ..settings() }, "batch is 0; it must be at least 1"),
        (Settings { epochs: 0, ..settings() }, "epochs is 0; it must be at least 1"),
        (Settings { landscape: Some("tsne".to_owned()), ..settings() }, "there is no plane"),
    ] {
        let error = Session::start(&path, wrong).err().unwrap().to_string();
        assert!(error.contains(says), "{says:?} is not in: {error}");
        assert!(!path.exists());
    }
}

#[test]
fn settings_differ_by_name_and_both_values() {
    let before = settings();
    assert_eq!(before.differences(&settings()), []);
    let now = Settings { clip: None, seed: 9, test: Some(0.5), ..settings() };
    let differences: Vec<[String; 3]> = now
        .differences(&before)
        .into_iter()
        .map(|it| [it.setting.to_owned(), it.was, it.is])
        .collect();
    let expected =
        [["--test", "the default", "0.5"], ["--clip", "global:1", "none"], ["--seed", "0", "9"]];
    assert_eq!(differences, expected.map(|row| row.map(str::to_owned)));
}
