//! Regression: its scores against formulas written out, runs in folders, experiments, and models in files.

use std::fs;
use std::path::Path;

use candle_core::{Device, Tensor};
use candle_nn::{VarBuilder, linear};
use tempfile::TempDir;
use thalweg_lab::sweep::Sweep;
use thalweg_nn::compare::{
    CompareError, Comparison, Task, Training, mean_squared_error, methods, r_squared,
};
use thalweg_nn::data::{
    DataError, Dataset, Reading, Samples, Source, Split, Target, TaskKind, Truths,
};
use thalweg_nn::experiment::{Experiment, Parts, Plan};
use thalweg_nn::model::Model;
use thalweg_nn::session::{Session, Settings};

/// Houses: the price is linear in the area, with a bonus for a garden and something that cannot be known.
fn houses() -> String {
    let row = |i: usize| {
        let (area, garden) = (50 + i * 37 % 100, ["yes", "no"][i % 2]);
        let price = 2000 * area + 30_000 * (1 - i % 2) + i * 7919 % 5000;
        let price = if i == 7 { "NA".to_owned() } else { price.to_string() };
        format!("{i},{area},{garden},{price}\n")
    };
    "id,area,garden,price\n".to_owned() + &(0..160).map(row).collect::<String>()
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("houses.csv"), houses()).unwrap();
    folder
}

fn source(folder: &Path) -> String {
    format!("csv:{}:label=price", folder.join("houses.csv").display())
}

fn data(folder: &Path) -> Result<Dataset, DataError> {
    let reading = Reading { task: TaskKind::Regression, drop: vec!["id".to_owned()] };
    Dataset::read(&Source::parse(&source(folder)).unwrap(), &Split::default(), &reading)
}

fn settings(folder: &Path) -> Settings {
    Settings {
        data: source(folder),
        task: TaskKind::Regression,
        drop: vec!["id".to_owned()],
        model: "mlp:8".to_owned(),
        methods: vec!["adam:lr=0.02".to_owned(), "sgd:lr=0.05".to_owned()],
        batch: 20,
        epochs: 15,
        ..Settings::default()
    }
}

#[test]
fn a_target_is_standardised_by_the_training_rows() {
    let folder = folder();
    let data = data(folder.path()).unwrap();
    assert_eq!(data.train.len() + data.test.len(), 159);
    let Target::Number { name, mean, deviation } = &data.target else { panic!("classes") };
    assert_eq!(name, "price");
    assert!(*mean > 100_000.0 && *mean < 400_000.0 && *deviation > 10_000.0);
    let z: Vec<f64> = data.train.numbers().unwrap().into_iter().map(f64::from).collect();
    let n = z.len() as f64;
    assert!(z.iter().sum::<f64>().abs() / n < 1e-6);
    assert!((z.iter().map(|z| z * z).sum::<f64>() / n - 1.0).abs() < 1e-6);
    assert_eq!(data.target.in_units(1.0), mean + deviation);
    assert_eq!(data.target.rmse(4.0), Some(2.0 * deviation));
}

/// R² of scikit-learn's documentation: `r2_score([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])` is 0.948….
#[test]
fn scores_are_the_mean_squared_error_and_r2() {
    let (truths, said) = ([3.0_f32, -0.5, 2.0, 7.0], [2.5_f32, 0.0, 2.0, 8.0]);
    let inputs = Tensor::from_slice(&said, (4, 1), &Device::Cpu).unwrap();
    let targets = Tensor::from_slice(&truths, 4, &Device::Cpu).unwrap();
    let loss = mean_squared_error(&inputs, &targets).unwrap().to_scalar::<f32>().unwrap();
    assert_eq!(loss, 1.5 / 4.0);
    assert!((r_squared(1.5, 29.1875) - 0.948_608_137_044_967_9).abs() < 1e-15);
    // A network that gives its input: with one weight at 1.
    let samples = Samples { inputs, targets };
    let task = Task::regression(|vars: VarBuilder| linear(1, 1, vars));
    let training = Training { epochs: 1, batch: 4, seed: 0 };
    let methods = methods(&["sgd:lr=0.1"]).unwrap();
    let comparison = Comparison::new(&samples, &samples, task, &methods, training).unwrap();
    let vars = comparison.weights(0).vars();
    for (name, var) in vars {
        let one = if name.ends_with("weight") { var.ones_like() } else { var.zeros_like() };
        var.set(&one.unwrap()).unwrap();
    }
    let [score, _] = comparison.scores().unwrap()[0];
    assert!((score.accuracy - 0.948_608_137_044_967_9).abs() < 1e-12, "{score:?}");
    assert!((score.loss - 0.375).abs() < 1e-7);
    assert_eq!(comparison.numbers(0).unwrap(), said);
}

#[test]
fn constant_numbers_have_an_r2_of_1_or_0() {
    assert_eq!([r_squared(0.0, 0.0), r_squared(2.0, 0.0), r_squared(3.0, 1.0)], [1.0, 0.0, -2.0]);
}

#[test]
fn a_network_with_more_than_one_output_is_refused() {
    let folder = folder();
    let data = data(folder.path()).unwrap();
    let features = data.features();
    let task = Task::regression(move |vars: VarBuilder| linear(features, 2, vars));
    let training = Training { epochs: 1, batch: 4, seed: 0 };
    let methods = methods(&["sgd"]).unwrap();
    let refused = Comparison::new(&data.train, &data.test, task, &methods, training);
    assert!(matches!(refused, Err(CompareError::Numbers { .. })));
}

/// Runs to the end, with a landscape.
fn trained(folder: &Path) -> Session {
    let settings = Settings { landscape: Some("pca".to_owned()), ..settings(folder) };
    let mut session = Session::start(&folder.join("run"), settings).unwrap();
    session.run(|| false, |_, _| {}).unwrap();
    session.finish(|_| {}, &|_, _| {}).unwrap();
    session
}

#[test]
fn a_run_has_metrics_plots_and_a_report_of_its_residuals() {
    let folder = folder();
    let session = trained(folder.path());
    let run = folder.path().join("run");
    let text = |name: &str| fs::read_to_string(run.join(name)).unwrap();
    let last: serde_json::Value =
        serde_json::from_str(text("metrics.jsonl").lines().last().unwrap()).unwrap();
    assert!(last["test_r2"].as_f64().unwrap() > 0.9, "{last}");
    assert!(last.get("test_accuracy").is_none());
    assert!(text("metrics.csv").starts_with(
        "method,step,epoch,loss,lr,grad_norm,update_norm,train_loss,train_r2,test_loss,test_r2\n"
    ));
    for name in ["r2.png", "r2.svg", "landscape.mp4", "adam/model.safetensors"] {
        assert!(run.join(name).exists(), "{name}");
    }
    for name in ["accuracy.png", "regions.png"] {
        assert!(!run.join(name).exists(), "{name}");
    }
    let events = fs::read(run.join("adam/events.out.tfevents.thalweg")).unwrap();
    let has = |tag: &[u8]| events.windows(tag.len()).any(|it| it == tag);
    assert!(has(b"epoch/test_r2") && !has(b"epoch/test_accuracy"));
    let report = text("report.html");
    for part in ["Residuals", "test R²", "test RMSE", "true price", "has the highest R² of price"]
    {
        assert!(report.contains(part), "{part}");
    }
    assert!(!report.contains("confusion") && !report.contains("Test accuracy"));
    // The scores that the records say are those of the weights now.
    let [_, test] = session.comparison().scores().unwrap()[1];
    assert_eq!(last["test_r2"].as_f64().unwrap(), test.accuracy);
}

#[test]
fn a_run_that_stops_resumes_with_the_same_bits() {
    let folder = folder();
    let run = |name: &str, stops: &[u64]| {
        let path = folder.path().join(name);
        let mut session = Session::start(&path, settings(folder.path())).unwrap();
        for &at in stops {
            let step = std::cell::Cell::new(session.comparison().step());
            session.run(|| step.get() == at, |_, tick| step.set(tick.step)).unwrap();
            drop(session);
            session = Session::resume(&path).unwrap();
        }
        session.run(|| false, |_, _| {}).unwrap();
        session.finish(|_| {}, &|_, _| {}).unwrap();
        ["metrics.jsonl", "metrics.csv", "adam/model.safetensors"]
            .map(|name| fs::read(path.join(name)).unwrap())
    };
    assert_eq!(run("straight", &[]), run("stopped", &[5, 40]));
}

/// Predictions of a model from its file are those of the comparison, in the units of the target.
#[test]
fn a_model_predicts_numbers_in_the_units_of_the_target() {
    let folder = folder();
    let session = trained(folder.path());
    let model = Model::open(&folder.path().join("run/adam")).unwrap();
    let rows = model.description.rows(&folder.path().join("houses.csv"), Some("price")).unwrap();
    let said = model.numbers(&rows.features).unwrap();
    let Some(Truths::Numbers(truths)) = &rows.truths else { panic!("no numbers") };
    assert_eq!((said.len(), truths[7]), (160, None));
    let known = truths.iter().zip(&said).filter_map(|(truth, said)| Some(((*truth)?, said)));
    let squares: f64 = known.map(|(truth, said)| (truth - said).powi(2)).sum();
    let [train, test] = session.comparison().scores().unwrap()[0];
    let target = &session.dataset().target;
    let (n, m) = (session.dataset().train.len() as f64, session.dataset().test.len() as f64);
    let expected =
        n * target.rmse(train.loss).unwrap().powi(2) + m * target.rmse(test.loss).unwrap().powi(2);
    assert!((squares / expected - 1.0).abs() < 1e-4, "{squares} {expected}");
}

#[test]
fn experiments_compare_by_r2() {
    let folder = folder();
    let data = data(folder.path()).unwrap();
    let features = data.features();
    let task = Task::regression(move |vars: VarBuilder| linear(features, 1, vars));
    let registry = thalweg::Registry::standard();
    let sweeps = ["sgd:lr=1e-6", "adam:lr=0.01/0.1"]
        .iter()
        .map(|text| Sweep::parse(&registry, text))
        .collect::<Result<_, _>>()
        .unwrap();
    let plan = Plan { epochs: 10, batch: 16, seeds: 8, tuning_seeds: 2, ..Plan::default() };
    let parts = Parts::of(&data, 0.2, 0).unwrap();
    let results =
        Experiment::new(parts, task, sweeps, plan).run(Vec::new(), &|_| Ok(()), &|| false).unwrap();
    assert_eq!(results.task, TaskKind::Regression);
    let verdict = results.verdict();
    assert!(
        verdict.starts_with("adam:lr=0.1 has the highest R² on the test samples: 0."),
        "{verdict}"
    );
    let rows = results.rows();
    assert!(!rows[0].accuracy.contains('%'), "{rows:?}");
}

#[test]
fn what_is_no_regression_is_said() {
    let folder = folder();
    let says = |text: &str, label: &str| {
        fs::write(folder.path().join("a.csv"), text).unwrap();
        let source = format!("csv:{}:label={label}", folder.path().join("a.csv").display());
        let reading = Reading { task: TaskKind::Regression, ..Reading::default() };
        let refused = Dataset::read(&Source::parse(&source).unwrap(), &Split::default(), &reading);
        let message = refused.unwrap_err().to_string();
        message.split_once("a.csv: ").map(|(_, rest)| rest.to_owned()).unwrap_or(message)
    };
    assert_eq!(
        says("x,y\n1,2\n2,few\n", "y"),
        "column 2 (`y`) has the text `few` in line 3; --task regression needs a column of numbers"
    );
    assert_eq!(
        says(&("x,y\n".to_owned() + &"1,5\n2,5\n".repeat(9)), "y"),
        "column 2 (`y`) has the same number in every training row; there is nothing to learn"
    );
    let reading = Reading { task: TaskKind::Regression, ..Reading::default() };
    let message = Dataset::read(&Source::Digits, &Split::default(), &reading).unwrap_err();
    assert!(message.to_string().starts_with("`digits` has classes; --task regression is for"));
    assert!("forecast".parse::<TaskKind>().unwrap_err().to_string().contains("no task `forecast`"));
}

/// A file of a version before there were columns of texts: its features are the columns by their names.
#[test]
fn a_model_that_says_nothing_of_columns_reads_numbers_by_name() {
    let folder = folder();
    let settings = Settings {
        drop: vec!["id".to_owned(), "garden".to_owned()],
        epochs: 1,
        ..settings(folder.path())
    };
    let mut session = Session::start(&folder.path().join("run"), settings).unwrap();
    session.run(|| false, |_, _| {}).unwrap();
    session.finish(|_| {}, &|_, _| {}).unwrap();
    let path = folder.path().join("run/adam/model.safetensors");
    let numbers = |path: &Path| {
        let model = Model::open(path).unwrap();
        let rows = model.description.rows(&folder.path().join("houses.csv"), None).unwrap();
        (model.description.table.len(), model.numbers(&rows.features).unwrap())
    };
    let (columns, expected) = numbers(&path);
    assert_eq!(columns, 1);
    // The header is JSON behind its length; the description is a text in it.
    let whole = fs::read(&path).unwrap();
    let (length, rest) = whole.split_first_chunk::<8>().unwrap();
    let (header, weights) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header: serde_json::Value = serde_json::from_slice(header).unwrap();
    let text = header["__metadata__"]["thalweg"].as_str().unwrap();
    let mut description: serde_json::Value = serde_json::from_str(text).unwrap();
    description.as_object_mut().unwrap().remove("table").unwrap();
    header["__metadata__"]["thalweg"] = description.to_string().into();
    let header = header.to_string().into_bytes();
    let old = [&(header.len() as u64).to_le_bytes()[..], &header, weights].concat();
    let path = folder.path().join("old.safetensors");
    fs::write(&path, old).unwrap();
    assert_eq!(numbers(&path), (0, expected));
}
