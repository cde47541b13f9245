//! Small networks beside PyTorch in f64; `golden/make_networks.py` wrote the numbers.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use serde::Deserialize;
use thalweg_nn::compare::cross_entropy;
use thalweg_nn::network::{Network, SampleShape};
use thalweg_nn::{Mode, Trainable};

#[derive(Deserialize)]
struct Golden {
    samples: usize,
    classes: usize,
    steps: u64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    network: String,
    activation: String,
    sample: Sample,
    parameters: BTreeMap<String, Vec<f64>>,
    inputs: Vec<f64>,
    targets: Vec<u32>,
    scores: Vec<f64>,
    loss: f64,
    gradients: BTreeMap<String, Vec<f64>>,
    buffers: BTreeMap<String, Vec<f64>>,
    evaluation: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Sample {
    Features(usize),
    Image([usize; 2]),
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Asserts that numbers agree, relative to the largest.
fn assert_near(what: &str, ours: &[f64], golden: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), golden.len(), "{what}");
    let largest = golden.iter().fold(1e-3, |largest: f64, value| largest.max(value.abs()));
    for (ours, golden) in ours.iter().zip(golden) {
        assert!((ours - golden).abs() <= tolerance * largest, "{what}: {ours} and {golden}");
    }
}

#[test]
fn scores_gradients_and_running_statistics_are_those_of_pytorch() {
    let golden: Golden = serde_json::from_str(include_str!("golden/networks.json")).unwrap();
    assert_eq!(golden.cases.len(), 7);
    for case in golden.cases {
        let mut network: Network = case.network.parse().unwrap();
        network.activation = case.activation.parse().unwrap();
        let sample = match case.sample {
            Sample::Features(features) => SampleShape::Features(features),
            Sample::Image([height, width]) => SampleShape::Image { height, width },
        };
        let vars = VarMap::new();
        let builder = VarBuilder::from_varmap(&vars, DType::F64, &Device::Cpu);
        let model = network.build(&builder, sample, golden.classes).unwrap();
        let var = |name: &String| vars.data().lock().unwrap()[name].clone();
        for (name, start) in &case.parameters {
            let start = Tensor::from_slice(start, var(name).shape(), &Device::Cpu).unwrap();
            var(name).set(&start).unwrap();
        }
        assert_eq!(
            vars.data().lock().unwrap().len(),
            case.parameters.len() + case.buffers.len(),
            "{}",
            case.network
        );
        let shape = (golden.samples, sample.features());
        let x = Tensor::from_vec(case.inputs, shape, &Device::Cpu).unwrap();
        let y = Tensor::from_vec(case.targets, golden.samples, &Device::Cpu).unwrap();
        let mut scores = None;
        for step in 1..=golden.steps {
            scores = Some(model.scores(&x, Mode::Training { seed: 0, step }).unwrap());
        }
        let scores = scores.unwrap();
        let loss = cross_entropy(&scores, &y).unwrap();
        let gradients = loss.backward().unwrap();

        let of = |what: &str| format!("{what} of {} with {}", case.network, case.activation);
        // candle's derivative of gelu has a constant of six digits.
        let slack = if case.activation == "gelu" { 1e-6 } else { 1e-11 };
        assert_near(&of("scores"), &values(&scores), &case.scores, 1e-11);
        assert_near(&of("loss"), &[loss.to_scalar().unwrap()], &[case.loss], 1e-11);
        for (name, golden) in &case.gradients {
            let gradient = values(gradients.get(&var(name)).unwrap());
            assert_near(&of(name), &gradient, golden, slack);
        }
        for (name, golden) in &case.buffers {
            assert_near(&of(name), &values(&var(name)), golden, 1e-11);
        }
        let evaluation = model.scores(&x, Mode::Evaluation).unwrap();
        assert_near(&of("evaluation"), &values(&evaluation), &case.evaluation, 1e-11);
        // Without dropout, training is what the samples' own statistics give.
        let own = model.scores(&x, Mode::OwnStatistics).unwrap();
        assert_eq!(values(&own), values(&scores), "{}", case.network);
    }
}
