//! Comparisons: fair, the same bits on any number of threads, and the same bits after resuming.

use std::sync::Arc;
use std::sync::Mutex;

use candle_core::{Device, Module, Result, Tensor};
use candle_nn::{Linear, VarBuilder, linear};
use thalweg_nn::compare::{Comparison, Method, Task, Tick, Training, cross_entropy, methods};
use thalweg_nn::data::{Dataset, Samples, Source, Split};
use thalweg_nn::network::Network;
use thalweg_nn::record::{EpochRecord, StepRecord};
use thalweg_nn::{Mode, Trainable};

const TRAINING: Training = Training { epochs: 3, batch: 40, seed: 7 };

fn moons() -> Dataset {
    Dataset::load(&Source::parse("moons:samples=300").unwrap(), &Split::default()).unwrap()
}

fn perceptron() -> Task {
    let network: Network = "mlp:12,8".parse().unwrap();
    Task::classification(move |vars| network.build(&vars, 2, 2))
}

fn comparison(specs: &[&str], training: Training) -> Comparison {
    let data = moons();
    let methods = methods(specs).unwrap();
    Comparison::new(&data.train, &data.test, perceptron(), &methods, training).unwrap()
}

fn to_the_end(comparison: &mut Comparison) -> Vec<Tick> {
    std::iter::from_fn(|| comparison.advance().unwrap()).collect()
}

const THREE: [&str; 3] = ["sgd:lr=0.1", "momentum:lr=0.05", "adam:lr=0.01"];
/// Methods that are evaluated with an average of the weights that train, and one that is not.
const AVERAGED: [&str; 4] =
    ["schedule-free-sgd:lr=0.5", "schedule-free-adamw:lr=0.05", "asgd:lr=0.5,t0=3", "adam:lr=0.01"];

#[test]
fn one_method_twice_does_the_same_twice() {
    let data = moons();
    let named = |label: &str| Method {
        label: label.to_owned(),
        optimizer: methods(&["adam:lr=0.01"]).unwrap().remove(0).optimizer,
    };
    let pair = [named("a"), named("b")];
    let mut comparison =
        Comparison::new(&data.train, &data.test, perceptron(), &pair, TRAINING).unwrap();
    for tick in to_the_end(&mut comparison) {
        let [a, b] = &tick.steps[..] else { panic!("{tick:?}") };
        assert_eq!(a, &StepRecord { method: "a".to_owned(), ..b.clone() });
        if let [a, b] = &tick.epochs[..] {
            assert_eq!(a, &EpochRecord { method: "a".to_owned(), ..b.clone() });
        }
    }
}

#[test]
fn a_method_does_the_same_alone_and_in_company() {
    let mut together = comparison(&THREE, TRAINING);
    let ticks = to_the_end(&mut together);
    for (method, spec) in THREE.iter().enumerate() {
        let mut alone = comparison(&[spec], TRAINING);
        for (one, all) in to_the_end(&mut alone).iter().zip(&ticks) {
            assert_eq!(one.steps[0], all.steps[method]);
        }
        assert_eq!(alone.weights(0).flat().unwrap(), together.weights(method).flat().unwrap());
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut comparison = comparison(&THREE, TRAINING);
            let ticks = to_the_end(&mut comparison);
            (ticks, comparison.weights(2).flat().unwrap())
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(5));
}

#[test]
fn the_seed_changes_weights_and_order() {
    let first = |seed: u64| {
        let training = Training { seed, ..TRAINING };
        let mut comparison = comparison(&["sgd"], training);
        let weights = comparison.weights(0).flat().unwrap();
        (weights, comparison.advance().unwrap().unwrap().steps[0].loss)
    };
    assert_eq!(first(1), first(1));
    let (one, two) = (first(1), first(2));
    assert!(one.0 != two.0 && one.1 != two.1);
}

#[test]
fn there_is_a_record_a_step_and_an_epoch() {
    let mut comparison = comparison(&THREE, TRAINING);
    // 225 training samples in batches of 40 are six steps an epoch.
    assert_eq!((comparison.steps_per_epoch(), comparison.steps()), (6, 18));
    let ticks = to_the_end(&mut comparison);
    assert_eq!(ticks.len(), 18);
    for (i, tick) in ticks.iter().enumerate() {
        let step = i as u64 + 1;
        assert_eq!(tick.step, step);
        let labels: Vec<&str> = tick.steps.iter().map(|it| it.method.as_str()).collect();
        assert_eq!(labels, ["sgd", "momentum", "adam"]);
        assert!(tick.steps.iter().all(|it| it.step == step && it.epoch == (step - 1) / 6 + 1));
        assert_eq!(tick.epochs.len(), if step.is_multiple_of(6) { 3 } else { 0 });
        for it in &tick.steps {
            assert!(it.loss > 0.0 && it.grad_norm > 0.0 && it.update_norm > 0.0, "{it:?}");
        }
        // Plain gradient descent moves by learning rate times gradient.
        let sgd = &tick.steps[0];
        assert!((sgd.update_norm / (0.1 * sgd.grad_norm) - 1.0).abs() < 1e-6);
        assert_eq!(sgd.lr, Some(0.1));
    }
}

#[test]
fn scores_are_what_the_last_epoch_says() {
    let mut comparison = comparison(&THREE, TRAINING);
    let last = to_the_end(&mut comparison).pop().unwrap();
    let scores = comparison.scores().unwrap();
    for (record, [train, test]) in last.epochs.iter().zip(scores) {
        assert_eq!((record.train_loss, record.train_accuracy), (train.loss, train.accuracy));
        assert_eq!((record.test_loss, record.test_accuracy), (test.loss, test.accuracy));
    }
    let predictions = comparison.predictions(2).unwrap();
    let targets = moons().test.targets.to_vec1::<u32>().unwrap();
    let right = predictions.classes.iter().zip(&targets).filter(|(a, b)| a == b).count();
    let [_, test] = comparison.scores().unwrap()[2];
    assert_eq!(right as f64 / targets.len() as f64, test.accuracy);
    assert!(predictions.probabilities.iter().all(|p| (0.5..=1.0).contains(p)));
}

#[test]
fn a_saved_state_goes_on_with_the_same_bits() {
    for specs in [&THREE[..], &AVERAGED] {
        let mut straight = comparison(specs, TRAINING);
        let ticks = to_the_end(&mut straight);
        for pause in [0, 1, 6, 11, 18] {
            let mut first = comparison(specs, TRAINING);
            for _ in 0..pause {
                first.advance().unwrap();
            }
            let (state, scores) = (first.state().unwrap(), first.scores().unwrap());
            drop(first);
            let mut second = comparison(specs, TRAINING);
            second.restore(&state).unwrap();
            assert_eq!(second.scores().unwrap(), scores);
            assert_eq!(to_the_end(&mut second), ticks[pause..]);
            for method in 0..specs.len() {
                assert_eq!(
                    second.weights(method).flat().unwrap(),
                    straight.weights(method).flat().unwrap()
                );
            }
        }
    }
}

#[test]
fn a_method_is_evaluated_with_its_evaluation_weights() {
    let data = moons();
    let mut comparison = comparison(&AVERAGED, TRAINING);
    let last = to_the_end(&mut comparison).pop().unwrap();
    let [train, test] = [&data.train, &data.test].map(|it| comparison.loss_at(it).unwrap());
    for (method, spec) in AVERAGED.iter().enumerate() {
        let is_averaged = *spec != "adam:lr=0.01";
        assert_eq!(comparison.has_evaluation_weights(method), is_averaged);
        let weights = comparison.evaluation_weights(method).unwrap();
        let (evaluated, training) =
            (weights.flat().unwrap(), comparison.weights(method).flat().unwrap());
        assert_eq!(evaluated != training, is_averaged, "{spec}");
        let record = &last.epochs[method];
        assert_eq!([train(&evaluated), test(&evaluated)], [record.train_loss, record.test_loss]);
        let network: Network = "mlp:12,8".parse().unwrap();
        let network = network.build(&weights.builder(), 2, 2).unwrap();
        let scores = network.scores(&data.test.inputs, Mode::Evaluation).unwrap();
        let classes: Vec<u32> = scores.argmax(1).unwrap().to_vec1().unwrap();
        assert_eq!(comparison.predictions(method).unwrap().classes, classes);
        let expected = scores.to_vec2::<f32>().unwrap();
        let scores = comparison.evaluate(method, &data.test.inputs).unwrap();
        assert_eq!(scores.to_vec2::<f32>().unwrap(), expected);
    }
}

#[test]
fn evaluating_does_not_change_training() {
    let inputs = moons().test.inputs;
    let [mut evaluated, mut trained] = [(); 2].map(|()| comparison(&AVERAGED, TRAINING));
    // The first epoch has six steps: before its last one, the second comparison is never evaluated.
    for _ in 1..6 {
        let tick = evaluated.advance().unwrap();
        for method in 0..AVERAGED.len() {
            evaluated.scores().unwrap();
            evaluated.predictions(method).unwrap();
            evaluated.evaluate(method, &inputs).unwrap();
        }
        assert_eq!(tick, trained.advance().unwrap());
        let states = [&evaluated, &trained].map(|it| it.state().unwrap().methods);
        for (evaluated, trained) in states[0].iter().zip(&states[1]) {
            assert_eq!(evaluated.values, trained.values);
            assert_eq!(evaluated.optimizer, trained.optimizer);
        }
    }
}

#[test]
fn a_state_of_another_comparison_is_refused() {
    let state = comparison(&THREE, TRAINING).state().unwrap();
    let error = comparison(&["sgd"], TRAINING).restore(&state).unwrap_err().to_string();
    assert_eq!(error, "the saved state is of the methods sgd, momentum, adam");
    let mut longer = comparison(&["adam"], TRAINING);
    to_the_end(&mut longer);
    let state = longer.state().unwrap();
    let short = Training { epochs: 1, ..TRAINING };
    let error = comparison(&["adam"], short).restore(&state).unwrap_err().to_string();
    assert_eq!(error, "the saved state is of step 18 of a longer run");
}

#[test]
fn a_method_that_diverges_is_left_and_the_others_go_on() {
    // A rate near the largest number: the update is infinite while loss and gradient are not yet.
    let mut infinite = comparison(&["sgd:lr=3e38"], TRAINING);
    for tick in to_the_end(&mut infinite) {
        assert!(tick.steps.iter().all(|it| it.update_norm.is_finite()));
    }
    let mut both = comparison(&["sgd:lr=1e30", "adam:lr=0.01"], TRAINING);
    let ticks = to_the_end(&mut both);
    let end = both.diverged_at(0).unwrap();
    assert!(end > 1 && end < 18, "{end}");
    assert_eq!(ticks.len(), 18);
    for tick in &ticks {
        assert_eq!(tick.diverged, if tick.step == end { vec![0] } else { vec![] });
        assert!(tick.steps.iter().all(|it| it.loss.is_finite() && it.update_norm.is_finite()));
    }
    let mut alone = comparison(&["adam:lr=0.01"], TRAINING);
    to_the_end(&mut alone);
    assert_eq!(alone.weights(0).flat().unwrap(), both.weights(1).flat().unwrap());
    // Nothing is left to do once all have.
    let mut doomed = comparison(&["sgd:lr=1e30"], TRAINING);
    assert_eq!(to_the_end(&mut doomed).len() as u64, end);
}

#[test]
fn the_loss_elsewhere_is_that_of_a_network_with_those_weights() {
    let mut comparison = comparison(&THREE, TRAINING);
    to_the_end(&mut comparison);
    let data = moons();
    let loss = comparison.loss_at(&data.train).unwrap();
    for (method, [train, _]) in comparison.scores().unwrap().into_iter().enumerate() {
        assert_eq!(loss(&comparison.weights(method).flat().unwrap()), train.loss);
    }
    assert!(loss(&[0.0]).is_nan());
}

/// A custom model: a residual layer, as candle programs write them.
struct Residual {
    first: Linear,
    second: Linear,
    seen: Arc<Mutex<Vec<Vec<f32>>>>,
}

impl Module for Residual {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.seen.lock().unwrap().push(x.flatten_all()?.to_vec1()?);
        let h = self.first.forward(x)?;
        self.second.forward(&(h.relu()? + h)?)
    }
}

#[test]
fn any_candle_model_is_compared_and_all_methods_see_the_same_batches() {
    let data = moons();
    let seen: Arc<Mutex<Vec<Vec<f32>>>> = Arc::default();
    let kept = Arc::clone(&seen);
    let task = Task::classification(move |vars: VarBuilder| {
        let (first, second) = (linear(2, 8, vars.pp("first"))?, linear(8, 2, vars.pp("second"))?);
        Ok(Residual { first, second, seen: Arc::clone(&kept) })
    });
    let methods = methods(&["sgd:lr=0.1", "adam:lr=0.01"]).unwrap();
    let training = Training { epochs: 1, batch: 75, seed: 3 };
    let mut comparison =
        Comparison::new(&data.train, &data.test, task, &methods, training).unwrap();
    assert_eq!(
        comparison.weights(0).names(),
        ["first.weight", "first.bias", "second.weight", "second.bias"]
    );
    assert_eq!(comparison.weights(0).flat().unwrap(), comparison.weights(1).flat().unwrap());
    seen.lock().unwrap().clear();
    comparison.advance().unwrap();
    comparison.advance().unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 4);
    assert!(seen[0] == seen[1] && seen[2] == seen[3] && seen[0] != seen[2]);
    assert_eq!(seen[0].len(), 150);
}

#[test]
fn a_variable_that_would_never_be_learnt_is_named() {
    struct Cut(Linear, Linear);
    impl Module for Cut {
        fn forward(&self, x: &Tensor) -> Result<Tensor> {
            self.1.forward(&self.0.forward(x)?.detach())
        }
    }
    let data = moons();
    let task = Task::classification(|vars: VarBuilder| {
        Ok(Cut(linear(2, 4, vars.pp("under"))?, linear(4, 2, vars.pp("over"))?))
    });
    let made =
        Comparison::new(&data.train, &data.test, task, &methods(&["sgd"]).unwrap(), TRAINING);
    let message = made.err().unwrap().to_string();
    assert!(
        message.starts_with("the loss gives no gradient to under.weight, under.bias: "),
        "{message}"
    );
}

#[test]
fn sequences_are_scored_token_by_token() {
    let device = &Device::Cpu;
    let scores =
        Tensor::new(&[[[2.0_f32, 0.0], [0.0, 1.0]], [[0.5, 0.0], [3.0, 0.0]]], device).unwrap();
    let targets = Tensor::new(&[[0_u32, 1], [1, 0]], device).unwrap();
    let loss = cross_entropy(&scores, &targets).unwrap().to_scalar::<f32>().unwrap();
    // −ln softmax at the target, by hand: ln(1 + e⁻²), ln(1 + e⁻¹), ln(1 + e^0.5), ln(1 + e⁻³).
    let expected = [-2.0_f64, -1.0, 0.5, -3.0].map(|x| x.exp().ln_1p()).iter().sum::<f64>() / 4.0;
    assert!((f64::from(loss) - expected).abs() < 1e-6);
}

#[test]
fn what_cannot_be_compared_says_why() {
    let data = moons();
    let says = |train: &Samples, specs: &[&str], training: Training, classes: usize| {
        let network: Network = "softmax".parse().unwrap();
        let task = Task::classification(move |vars| network.build(&vars, 2, classes));
        let methods = methods(specs).unwrap();
        let made = Comparison::new(train, &data.test, task, &methods, training);
        made.err().unwrap().to_string()
    };
    let train = &data.train;
    assert_eq!(says(train, &[], TRAINING, 2), "there is no method to train with");
    assert_eq!(
        says(train, &["adam", "adam"], TRAINING, 2),
        "`adam` is given twice; give each method once, or with other settings"
    );
    let none = Training { batch: 0, ..TRAINING };
    assert_eq!(says(train, &["sgd"], none, 2), "batch is 0; it must be at least 1");
    let uneven = Samples { targets: train.targets.narrow(0, 0, 9).unwrap(), ..train.clone() };
    let message = says(&uneven, &["sgd"], TRAINING, 2);
    assert_eq!(message, "there are 225 training inputs and 9 targets; the numbers must be equal");
    let empty = Samples {
        inputs: train.inputs.narrow(0, 0, 0).unwrap(),
        targets: train.targets.narrow(0, 0, 0).unwrap(),
    };
    assert_eq!(says(&empty, &["sgd"], TRAINING, 2), "there are no training samples");
    let message = says(train, &["sgd"], TRAINING, 1);
    assert!(
        message.starts_with(
            "for targets of shape [2] the network gives outputs of shape [2, 1]; it must"
        ),
        "{message}"
    );
    let wide = Samples {
        inputs: Tensor::cat(&[&train.inputs, &train.inputs], 1).unwrap(),
        ..train.clone()
    };
    let message = says(&wide, &["sgd"], TRAINING, 2);
    assert!(message.starts_with("the network does not fit the data: "), "{message}");
    assert!(methods(&["adamm"]).unwrap_err().to_string().contains("adam"));
}

#[test]
fn labels_are_names_or_whole_specs_where_names_are_shared() {
    let labels = |specs: &[&str]| -> Vec<String> {
        methods(specs).unwrap().into_iter().map(|it| it.label).collect()
    };
    assert_eq!(labels(&["sgd:lr=0.1", "adam"]), ["sgd", "adam"]);
    assert_eq!(labels(&["sgd:lr=0.1", "sgd", "adam"]), ["sgd:lr=0.1", "sgd", "adam"]);
    assert_eq!(labels(&["adam: lr=.1", "adam"]), ["adam:lr=0.1", "adam"]);
}
