//! Dropout and batch normalisation in comparisons: masks from seed and step, statistics that belong to
//! the network and are not trained.

use candle_core::{Device, Result, Tensor};
use thalweg_nn::compare::{Comparison, Task, Tick, Training, methods};
use thalweg_nn::data::{Dataset, Source, Split};
use thalweg_nn::network::Network;
use thalweg_nn::{Mode, Trainable, Values, Weights};

const TRAINING: Training = Training { epochs: 2, batch: 64, seed: 3 };

fn digits() -> Dataset {
    let mut data = Dataset::load(&Source::Digits, &Split::default()).unwrap();
    let few = |count: u32| (0..count).collect::<Vec<u32>>();
    data.train = data.train.subset(&few(321)).unwrap();
    data.test = data.test.subset(&few(100)).unwrap();
    data
}

fn comparison(network: &str, specs: &[&str]) -> (Dataset, Comparison) {
    let data = digits();
    let network: Network = network.parse().unwrap();
    let (sample, classes) = (data.shape(), data.classes.len());
    let task = Task::classification(move |vars| network.build(&vars, sample, classes));
    let methods = methods(specs).unwrap();
    let comparison = Comparison::new(&data.train, &data.test, task, &methods, TRAINING).unwrap();
    (data, comparison)
}

fn to_the_end(comparison: &mut Comparison) -> Vec<Tick> {
    std::iter::from_fn(|| comparison.advance().unwrap()).collect()
}

/// Weights and running statistics of each method.
fn values(comparison: &Comparison) -> Vec<Values> {
    comparison.state().unwrap().methods.into_iter().map(|method| method.values).collect()
}

const NETWORKS: [&str; 3] =
    ["mlp:20,10,norm=batch,dropout=0.3", "cnn:3,4,kernel=3,norm=batch,dropout=0.2", "cnn:2"];

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for network in NETWORKS {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let (_, mut comparison) = comparison(network, &["sgd:lr=0.1", "adam"]);
                let ticks = to_the_end(&mut comparison);
                (ticks, values(&comparison))
            })
        };
        assert_eq!(run(1), run(3), "{network}");
    }
}

#[test]
fn a_run_resumes_with_its_masks_and_statistics() {
    for network in NETWORKS {
        let specs = ["adam", "schedule-free-sgd:lr=0.1"];
        let (_, mut straight) = comparison(network, &specs);
        let (_, mut first) = comparison(network, &specs);
        let ticks = to_the_end(&mut straight);
        for _ in 0..8 {
            first.advance().unwrap();
        }
        let (_, mut second) = comparison(network, &specs);
        second.restore(&first.state().unwrap()).unwrap();
        assert_eq!(to_the_end(&mut second), ticks[8..], "{network}");
        assert_eq!(values(&second), values(&straight), "{network}");
    }
}

#[test]
fn methods_of_a_comparison_see_the_same_masks() {
    // Two methods that do the same step must stay equal, alone and together.
    let network = "mlp:30,30,dropout=0.5";
    let (_, mut both) = comparison(network, &["sgd:lr=0.1", "momentum:lr=0.1,momentum=0"]);
    let (_, mut alone) = comparison(network, &["sgd:lr=0.1"]);
    let (ticks, _) = (to_the_end(&mut both), to_the_end(&mut alone));
    assert!(ticks.iter().all(|tick| tick.steps[0].loss == tick.steps[1].loss));
    assert_eq!(both.weights(0).flat().unwrap(), alone.weights(0).flat().unwrap());
    assert_eq!(both.weights(0).flat().unwrap(), both.weights(1).flat().unwrap());
}

/// A network with dropout and normalisation, and inputs for it.
fn network() -> (Weights, Box<dyn Trainable>, Tensor) {
    let weights = Weights::new(1);
    let network: Network = "mlp:40,dropout=0.5,norm=batch".parse().unwrap();
    let model = network.build(&weights.builder(), 4, 3).unwrap();
    let x: Vec<f32> = (0..32).map(|i| (i * 7 % 13) as f32).collect();
    (weights, model, Tensor::from_vec(x, (8, 4), &Device::Cpu).unwrap())
}

#[test]
fn masks_are_a_function_of_seed_and_step_and_evaluation_has_none() {
    let (weights, model, x) = network();
    let scores = |seed, step| -> Result<Vec<Vec<f32>>> {
        model.scores(&x, Mode::Training { seed, step })?.to_vec2()
    };
    let first = scores(0, 1).unwrap();
    assert_eq!(first, scores(0, 1).unwrap());
    assert_ne!(first, scores(0, 2).unwrap());
    assert_ne!(first, scores(1, 1).unwrap());
    let (before, values) = (weights.flat().unwrap(), weights.values().unwrap());
    let evaluated = || model.scores(&x, Mode::Evaluation).unwrap().to_vec2::<f32>().unwrap();
    let once = evaluated();
    assert_eq!(once, evaluated());
    model.scores(&x, Mode::OwnStatistics).unwrap();
    assert_eq!(weights.values().unwrap(), values);
    assert_eq!(weights.flat().unwrap(), before);
    scores(0, 3).unwrap();
    assert_ne!(weights.values().unwrap().buffers, values.buffers);
    assert_ne!(once, evaluated());
}

#[test]
fn one_sample_changes_no_statistics() {
    let (weights, model, x) = network();
    let before = weights.values().unwrap();
    let one = x.narrow(0, 0, 1).unwrap();
    let scores = model.scores(&one, Mode::Training { seed: 0, step: 1 }).unwrap();
    assert!(scores.to_vec2::<f32>().unwrap()[0].iter().all(|score| score.is_finite()));
    assert_eq!(weights.values().unwrap(), before);
}

#[test]
fn statistics_of_a_step_that_diverges_are_not_kept() {
    let (data, mut comparison) = comparison("mlp:20,norm=batch", &["sgd:lr=1e38"]);
    to_the_end(&mut comparison);
    assert!(comparison.diverged_at(0).is_some());
    let kept = values(&comparison).remove(0);
    assert!(kept.buffers.iter().all(|value| value.is_finite()), "{:?}", kept.buffers);
    comparison.score_at(&kept, &data.test).unwrap();
}

#[test]
fn scores_are_those_of_the_kept_values() {
    for spec in ["adam", "schedule-free-sgd:lr=0.1"] {
        let (data, mut comparison) = comparison("mlp:20,norm=batch", &[spec]);
        to_the_end(&mut comparison);
        let [_, test] = comparison.scores().unwrap()[0];
        let weights = comparison.evaluation_weights(0).unwrap();
        let kept = weights.values().unwrap();
        assert_eq!(kept.buffers.len(), 40);
        assert_eq!(comparison.score_at(&kept, &data.test).unwrap(), test);
        let without = Values { buffers: Vec::new(), ..kept };
        assert!(comparison.score_at(&without, &data.test).is_err());
    }
}

#[test]
fn a_loss_surface_does_not_depend_on_running_statistics() {
    let (data, mut comparison) = comparison("mlp:20,norm=batch", &["adam"]);
    let start = comparison.weights(0).flat().unwrap();
    let loss = |comparison: &Comparison| comparison.loss_at(&data.train).unwrap()(&start);
    let before = loss(&comparison);
    to_the_end(&mut comparison);
    assert_eq!(loss(&comparison), before);
    assert!(before.is_finite());
}
