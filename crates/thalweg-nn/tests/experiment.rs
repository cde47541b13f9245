//! Experiments: what is chosen by what, and what is kept.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use thalweg::Registry;
use thalweg_lab::sweep::Sweep;
use thalweg_nn::compare::{Comparison, Task, Training, methods};
use thalweg_nn::data::{Dataset, Source, Split};
use thalweg_nn::experiment::{
    EXPERIMENT, Experiment, ExperimentError, Parts, Plan, Results, Run, Search, Settings, Stage,
    TRIALS, Trial, Vary,
};
use thalweg_nn::model::Model;
use thalweg_nn::session;

fn parts() -> Parts {
    let source = Source::parse("blobs:samples=300,noise=0.6").unwrap();
    let data = Dataset::load(&source, &Split::default()).unwrap();
    Parts::of(&data, 0.2, 0).unwrap()
}

fn task() -> Task {
    Task::classification(|vars| candle_nn::linear(2, 3, vars))
}

fn sweeps(texts: &[&str]) -> Vec<Sweep> {
    texts.iter().map(|text| Sweep::parse(&Registry::standard(), text).unwrap()).collect()
}

const PLAN: fn() -> Plan =
    || Plan { epochs: 4, batch: 32, seeds: 3, tuning_seeds: 2, ..Plan::default() };

fn run(parts: Parts, texts: &[&str], plan: Plan) -> Results {
    Experiment::new(parts, task(), sweeps(texts), plan)
        .run(Vec::new(), &|_| Ok(()), &|| false)
        .unwrap()
}

fn trials(results: &Results) -> Vec<Trial> {
    let of = |it: &thalweg_nn::experiment::Standing| {
        let tuning = it.tuning.iter().chain(&it.untuned).flat_map(|setting| setting.trials.clone());
        tuning.chain(it.runs.clone()).collect::<Vec<_>>()
    };
    results.standings.iter().flat_map(of).collect()
}

const SWEEPS: [&str; 3] = ["sgd:lr=0.01/0.1/1", "adam:lr=0.001/0.1", "momentum:lr=0.05"];

#[test]
fn results_do_not_depend_on_threads_or_on_what_is_known() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        trials(&pool.install(|| run(parts(), &SWEEPS, PLAN())))
    };
    let all = on(1);
    assert_eq!(all, on(3));
    let experiment = Experiment::new(parts(), task(), sweeps(&SWEEPS), PLAN());
    assert_eq!(all.len(), experiment.trials());
    let known: Vec<Trial> = all.iter().step_by(3).cloned().collect();
    let ran = AtomicUsize::new(0);
    let count = |_: &Trial| {
        ran.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    let results = experiment.run(known.clone(), &count, &|| false).unwrap();
    assert_eq!(trials(&results), all);
    assert_eq!(ran.into_inner(), all.len() - known.len());
}

#[test]
fn settings_are_chosen_by_validation_samples_on_seeds_of_their_own() {
    let results = run(parts(), &SWEEPS, PLAN());
    for it in &results.standings {
        let seeds = |stage: Stage| {
            let own = it.tuning.iter().flat_map(|setting| &setting.trials).chain(&it.runs);
            let own = own.filter(|trial| trial.stage == stage).map(|trial| trial.seed);
            own.collect::<std::collections::BTreeSet<u64>>()
        };
        assert!(seeds(Stage::Comparison).into_iter().eq(0..3));
        assert!(it.tuning.is_empty() || seeds(Stage::Tuning).into_iter().eq(3..5));
        // Of those that lose no more than a standard error to the lowest, the smallest rate; rates ascend here.
        let Some(lowest) = it.tuning.iter().min_by(|a, b| a.loss().total_cmp(&b.loss())) else {
            continue;
        };
        let first = it.tuning.iter().position(|setting| {
            let lost = setting.trials.iter().zip(&lowest.trials);
            let lost: Vec<f64> =
                lost.map(|(a, b)| a.validation_loss() - b.validation_loss()).collect();
            (lost[0] + lost[1]) / 2.0 <= (lost[0] - lost[1]).abs() / 2.0
        });
        assert_eq!(Some(it.chosen), first);
    }
    // Test samples of another world change no choice.
    let other = Parts { test: parts().validation, ..parts() };
    let changed = run(other, &SWEEPS, PLAN());
    let chosen = |results: &Results| {
        let mut specs: Vec<String> =
            results.standings.iter().map(|it| it.spec().to_string()).collect();
        specs.sort();
        specs
    };
    assert_eq!(chosen(&results), chosen(&changed));
    assert_ne!(results.standings[0].runs[0].test, changed.standings[0].runs[0].test);
}

#[test]
fn the_test_is_of_the_weights_of_the_best_epoch() {
    let results = run(parts(), &["momentum:lr=3"], Plan { epochs: 8, ..PLAN() });
    let mut others = 0;
    for trial in &results.standings[0].runs {
        let best = trial.best_epoch.unwrap();
        let lowest = trial.epochs.iter().map(|it| it.validation_loss).fold(f64::INFINITY, f64::min);
        assert_eq!(trial.epochs[best as usize - 1].validation_loss, lowest);
        others += u64::from(best < trial.epochs.len() as u64);
        // The same training that ends there.
        let (parts, training) = (parts(), Training { epochs: best, batch: 32, seed: trial.seed });
        let methods = methods(&["momentum:lr=3"]).unwrap();
        let mut comparison =
            Comparison::new(&parts.train, &parts.test, task(), &methods, training).unwrap();
        while comparison.advance().unwrap().is_some() {}
        assert_eq!(Some(comparison.scores().unwrap()[0][1]), trial.test);
    }
    assert!(others > 0, "the last epoch is always the best; take a larger rate");
}

#[test]
fn patience_ends_what_no_longer_improves() {
    let plan = Plan { epochs: 60, patience: Some(2), ..PLAN() };
    for trial in trials(&run(parts(), &["momentum:lr=3"], plan)) {
        let best = trial.best_epoch.unwrap() as usize;
        assert!(trial.epochs.len() == 60 || trial.epochs.len() == best + 2, "{trial:?}");
        assert!(trial.epochs.len() < 60, "it never ended early");
    }
}

#[test]
fn what_diverges_is_not_chosen_and_a_verdict_says_when_all_did() {
    let results = run(parts(), &["sgd:lr=1e38/0.1/1e37"], PLAN());
    assert_eq!(results.standings[0].spec().to_string(), "sgd:lr=0.1");
    assert_eq!(results.standings[0].tuning[0].loss(), f64::INFINITY);
    let results = run(parts(), &["sgd:lr=1e38"], PLAN());
    assert!(
        results.verdict().starts_with("Every run of every method diverged"),
        "{}",
        results.verdict()
    );
    assert!(results.rows()[0].remark.contains("diverged"));
}

#[test]
fn a_winner_is_named_only_where_the_seeds_show_one() {
    let alike = run(parts(), &["sgd:lr=0.1", "sgd:lr=0.1000001"], PLAN());
    assert!(alike.verdict().contains("not distinguishable"), "{}", alike.verdict());
    assert_eq!(alike.rows()[1].rank, "=1");
    let apart = run(parts(), &["sgd:lr=0.3", "sgd:lr=1e-9"], Plan { seeds: 6, ..PLAN() });
    assert!(apart.verdict().contains("more than every other method"), "{}", apart.verdict());
    assert_eq!(apart.rows()[1].rank, "2");
    let one = run(parts(), &["sgd:lr=0.3", "sgd:lr=1e-9"], Plan { seeds: 1, ..PLAN() });
    assert!(one.verdict().contains("not distinguishable with one seed"), "{}", one.verdict());
}

#[test]
fn halving_trains_a_third_of_the_settings_three_times_as_long() {
    let texts = ["sgd:lr=1e-4..1:log9"];
    let full = Plan { epochs: 9, ..PLAN() };
    let halved = Plan { search: Search::Halving, ..full };
    let experiment = Experiment::new(parts(), task(), sweeps(&texts), halved);
    let ran = AtomicUsize::new(0);
    let count = |_: &Trial| {
        ran.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    let halved = experiment.run(Vec::new(), &count, &|| false).unwrap();
    assert_eq!(ran.into_inner(), experiment.trials());
    assert_eq!(experiment.trials(), (9 + 3 + 2 + 1) * 2 + 3);
    let full = run(parts(), &texts, full);
    let [halved, full] = [&halved, &full].map(|it| &it.standings[0]);
    let limits: Vec<Option<u64>> = halved.tuning.iter().map(|it| it.trials[0].limit).collect();
    let count = |limit| limits.iter().filter(|it| **it == limit).count();
    assert_eq!([count(Some(1)), count(Some(3)), count(None)], [6, 1, 2]);
    // A short trial is the beginning of a long one, and only those that were trained to the end are chosen.
    for (short, long) in halved.tuning.iter().zip(&full.tuning) {
        for (short, long) in short.trials.iter().zip(&long.trials) {
            assert_eq!(short.epochs[..], long.epochs[..short.limit.unwrap_or(9) as usize]);
        }
    }
    assert_eq!(limits[halved.chosen], None);
    // Known trials of another length are not taken for it.
    let known: Vec<Trial> = full.tuning.iter().flat_map(|it| it.trials.clone()).collect();
    let again = experiment.run(known, &|_| Ok(()), &|| false).unwrap();
    assert_eq!(again.standings[0].tuning[0].trials, halved.tuning[0].trials);
}

#[test]
fn seeds_vary_what_they_are_told_to() {
    let epochs = |vary: &str| {
        let methods = vec!["sgd:lr=0.1".to_owned()];
        let training = session::Settings { methods, batch: 32, ..settings().training };
        let settings = Settings { training, vary: vary.parse().unwrap(), ..settings() };
        let folder = tempfile::tempdir().unwrap();
        let run = Run::start(&Registry::standard(), folder.path(), settings).unwrap();
        let results = run.run(&|_| {}, &|| false).unwrap();
        results.standings[0].runs.iter().map(|run| run.epochs.clone()).collect::<Vec<_>>()
    };
    let all: Vec<_> = ["weights", "order", "validation", "split"].into_iter().map(epochs).collect();
    for runs in &all {
        // The first seed is the same, whatever varies; the second differs.
        assert_eq!(runs[0], all[0][0]);
        assert_ne!(runs[1], runs[0]);
    }
    assert!(all[1..].iter().all(|runs| runs[1] != all[0][1]));
    assert_eq!(epochs("weights,order,validation")[0], all[0][0]);
    assert_eq!(Vary::default().to_string(), "weights,order,validation");
}

#[test]
fn settings_drawn_at_random_are_the_same_for_the_same_seed() {
    let drawn = |seed: u64| {
        let training = session::Settings {
            methods: vec!["adam:lr=1e-4..1:log9,beta1=0.5..0.99:9".to_owned(); 2],
            seed,
            ..settings().training
        };
        let settings = Settings { training, random: Some(6), ..settings() };
        let sweeps = settings.sweeps(&Registry::standard()).unwrap();
        sweeps.into_iter().map(|sweep| sweep.specs).collect::<Vec<_>>()
    };
    assert_eq!(drawn(0)[0].len(), 6);
    assert_eq!(drawn(0), drawn(0));
    assert_ne!(drawn(0)[0], drawn(1)[0]);
    // Each method has a stream of its own.
    assert_ne!(drawn(0)[0], drawn(0)[1]);
}

fn settings() -> Settings {
    let training = session::Settings {
        data: "blobs:samples=200".to_owned(),
        model: "softmax".to_owned(),
        methods: vec!["sgd:lr=0.01/0.1".to_owned(), "adam".to_owned()],
        epochs: 3,
        landscape: Some("pca".to_owned()),
        ..session::Settings::default()
    };
    Settings { training, seeds: 2, validation: 0.2, ..Settings::default() }
}

#[test]
fn an_experiment_that_was_killed_goes_on_and_ends_as_if_nothing_had_happened() {
    let registry = Registry::standard();
    let files = |folder: &std::path::Path| {
        let model = "adam/model.safetensors";
        ["results.json", "report.html", "curves.svg", "rates.svg", "landscape.svg", model]
            .map(|name| fs::read(folder.join(name)).unwrap())
    };
    let whole = tempfile::tempdir().unwrap();
    let run = Run::start(&registry, whole.path(), settings()).unwrap();
    // Eleven rates for adam.
    assert_eq!(run.progress(), (0, (3 + 12) * 5 + 4));
    run.finish(&run.run(&|_| {}, &|| false).unwrap(), &|| false, &|_, _| {}).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let run = Run::start(&registry, folder.path(), settings()).unwrap();
    let finished = Mutex::new(0);
    let stop = || *finished.lock().unwrap() >= 5;
    let stopped = run.run(&|_| *finished.lock().unwrap() += 1, &stop);
    assert!(matches!(stopped, Err(ExperimentError::Stopped)));
    drop(run);
    // A line that was being written.
    let path = folder.path().join(TRIALS);
    let mut lines = fs::read_to_string(&path).unwrap();
    let kept = lines.lines().count();
    assert!(kept >= 5);
    lines.push_str("{\"stage\":\"tuning\",\"spe");
    fs::write(&path, lines).unwrap();
    let run = Run::resume(&registry, folder.path()).unwrap();
    assert_eq!(run.progress().0, kept);
    run.finish(&run.run(&|_| {}, &|| false).unwrap(), &|| false, &|_, _| {}).unwrap();
    assert!(files(whole.path()) == files(folder.path()));
    drop(run);
    let again = Run::resume(&registry, folder.path()).unwrap();
    again.run(&|trial| panic!("{trial:?} ran again"), &|| false).unwrap();
}

#[test]
fn networks_of_the_first_seed_are_those_that_were_tested() {
    let methods = vec!["schedule-free-adamw:lr=0.01/0.1".to_owned(), "sgd:lr=0.3".to_owned()];
    let training = session::Settings { methods, epochs: 6, ..settings().training };
    let settings = Settings { training, patience: Some(1), ..settings() };
    let folder = tempfile::tempdir().unwrap();
    let run = Run::start(&Registry::standard(), folder.path(), settings).unwrap();
    let results = run.run(&|_| {}, &|| false).unwrap();
    run.finish(&results, &|| false, &|_, _| {}).unwrap();
    let test = &run.dataset().test;
    let rows: Vec<Vec<f64>> = (0..test.len())
        .map(|k| test.row(k).unwrap().into_iter().map(f64::from).collect())
        .collect();
    for it in &results.standings {
        let name = it.sweep.base.entry().name;
        let model = Model::open(&folder.path().join(name)).unwrap();
        let predicted = model.predict(&rows).unwrap();
        let right = predicted.iter().zip(test.labels().unwrap());
        let right = right.filter(|((class, _), truth)| *class == *truth as usize).count();
        let tested = it.runs[0].test.unwrap();
        assert!((right as f64 / rows.len() as f64 - tested.accuracy).abs() < 1e-6, "{name}");
        assert!(folder.path().join(name).join("events.out.tfevents.thalweg").exists());
    }
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    for part in
        ["Decision regions", "Mistakes", "How the methods step", "thalweg train --data blobs"]
    {
        assert!(page.contains(part), "{part}");
    }
    // Stopped while it draws, it can be finished later.
    let stopped = run.finish(&results, &|| true, &|_, _| {});
    assert!(matches!(stopped, Err(ExperimentError::Stopped)));
}

#[test]
fn two_sweeps_of_one_method_are_told_apart_though_they_choose_the_same() {
    let methods = ["sgd:lr=1e-6/0.3", "sgd:lr=0.3/1e30"].map(str::to_owned).to_vec();
    let training = session::Settings { methods, landscape: None, ..settings().training };
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { training, ..settings() };
    let run = Run::start(&Registry::standard(), folder.path(), settings).unwrap();
    let results = run.run(&|_| {}, &|| false).unwrap();
    let specs = results.standings.iter().map(|it| it.spec().to_string());
    assert_eq!(specs.collect::<Vec<_>>(), ["sgd:lr=0.3"; 2]);
    run.finish(&results, &|| false, &|_, _| {}).unwrap();
    let models = fs::read_dir(folder.path()).unwrap();
    let models = models.filter(|it| it.as_ref().unwrap().path().join("model.safetensors").exists());
    assert_eq!(models.count(), 2);
}

#[test]
fn what_is_not_an_experiment_is_refused() {
    let (registry, folder) = (Registry::standard(), tempfile::tempdir().unwrap());
    let refused = |change: fn(&mut Settings), part: &str| {
        let mut settings = settings();
        change(&mut settings);
        let error = Run::start(&registry, &folder.path().join("new"), settings).err().unwrap();
        assert!(error.to_string().contains(part), "{error}");
        assert!(!folder.path().join("new").exists());
    };
    refused(|it| it.training.methods.clear(), "at least one method");
    refused(|it| it.training.methods[0] = "adam:lr=1..2".to_owned(), "lr=1..2:log9");
    refused(|it| it.validation = 1.0, "a validation share of 1 is refused");
    refused(|it| it.training.model = "mpl:3".to_owned(), "there is no network `mpl:3`");
    refused(|it| it.training.schedule = Some("cosin".to_owned()), "did you mean");
    let error = Run::resume(&registry, folder.path()).err().unwrap();
    assert!(error.to_string().contains("no run to resume"), "{error}");
    fs::write(folder.path().join(EXPERIMENT), "{").unwrap();
    let error = Run::resume(&registry, folder.path()).err().unwrap();
    assert!(error.to_string().contains("cannot use"), "{error}");
}
