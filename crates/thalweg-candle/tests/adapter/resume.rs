//! Runs that stop and resume.

use candle_core::{DType, Var};
use candle_nn::{Optimizer, VarMap};
use thalweg_candle::{Clip, Rounding, Schedule, VarOptimizer, rules, thalweg};

use crate::{elements, gradients, message, tensor, variable};

const STEPS: usize = 12;

fn start(dtype: DType) -> VarMap {
    let varmap = VarMap::new();
    for (i, name) in ["a.bias", "a.weight", "b"].into_iter().enumerate() {
        let var = variable(&[5, 30 * i + 1], dtype, i);
        varmap.data().lock().unwrap().insert(name.to_owned(), var);
    }
    varmap
}

fn optimizer(varmap: &VarMap, halved: bool) -> VarOptimizer<rules::Adam> {
    let mut settings = VarOptimizer::builder(rules::Adam { lr: 0.01, ..rules::Adam::default() })
        .schedule("lr", Schedule::parse("cosine:steps=12").unwrap())
        .clip(Clip::GlobalNorm(1.0))
        .average(0.9);
    if halved {
        settings =
            settings.state_type(thalweg::Dtype::Bf16).rounding(Rounding::Stochastic { seed: 3 });
    }
    VarOptimizer::over(varmap, settings).unwrap()
}

fn step(optimizer: &mut VarOptimizer<rules::Adam>, step: usize) {
    let vars: Vec<Var> = optimizer.vars().to_vec();
    let pairs = vars.iter().enumerate();
    // The second variable has a gradient at every other step only.
    let pairs = pairs.filter(|(i, _)| *i != 1 || step.is_multiple_of(2));
    let grads = pairs.map(|(i, var)| (var, tensor(var.dims(), var.dtype(), 10 * step + i)));
    optimizer.step(&gradients(grads)).unwrap();
}

fn all(varmap: &VarMap) -> Vec<Vec<f64>> {
    let data = varmap.data().lock().unwrap();
    ["a.bias", "a.weight", "b"].iter().map(|name| elements(&data[*name])).collect()
}

#[test]
fn a_resumed_run_gives_the_bits_of_one_that_never_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (weights, state) =
        (folder.path().join("weights.safetensors"), folder.path().join("state.safetensors"));
    let types =
        [(DType::F32, false), (DType::F64, false), (DType::BF16, true), (DType::F16, false)];
    for (dtype, halved) in types {
        let whole = start(dtype);
        let mut optimizer_of_whole = optimizer(&whole, halved);
        (0..STEPS).for_each(|i| step(&mut optimizer_of_whole, i));

        for stop in [0, 1, 5, 11] {
            let first = start(dtype);
            let mut before = optimizer(&first, halved);
            (0..stop).for_each(|i| step(&mut before, i));
            first.save(&weights).unwrap();
            before.save(&state).unwrap();
            drop((first, before));

            let mut second = start(dtype);
            let mut after = optimizer(&second, halved);
            second.load(&weights).unwrap();
            after.load(&state).unwrap();
            assert_eq!(after.steps_taken(), stop as u64);
            (stop..STEPS).for_each(|i| step(&mut after, i));

            assert!(all(&second) == all(&whole), "{dtype:?} stopped after {stop}");
            let average = |of: &VarOptimizer<rules::Adam>| elements(&of.average("b").unwrap());
            assert!(average(&after) == average(&optimizer_of_whole), "{dtype:?}");
        }
    }
}

#[test]
fn a_checkpoint_of_another_model_is_refused_before_the_first_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    let varmap = start(DType::F32);
    let mut saved = optimizer(&varmap, false);
    step(&mut saved, 0);
    saved.save(&path).unwrap();

    let more = start(DType::F32);
    more.data().lock().unwrap().insert("c".to_owned(), variable(&[2], DType::F32, 1));
    assert_eq!(
        message(optimizer(&more, false).load(&path)),
        "the checkpoint does not fit: it has no parameter `c`"
    );
    let fewer = start(DType::F32);
    fewer.data().lock().unwrap().remove("b");
    assert_eq!(
        message(optimizer(&fewer, false).load(&path)),
        "the checkpoint does not fit: it has a parameter `b`, which is not known here"
    );
    let other = start(DType::F32);
    other.data().lock().unwrap().insert("b".to_owned(), variable(&[61, 5], DType::F32, 1));
    assert_eq!(
        message(optimizer(&other, false).load(&path)),
        "the checkpoint does not fit: its shape of `b` is [5, 61], and here it is [61, 5]"
    );
    assert_eq!(
        message(optimizer(&start(DType::F64), false).load(&path)),
        "the checkpoint does not fit: its arithmetic is f32, and here it is f64"
    );
    let missing = message(saved.load(folder.path().join("nothing")));
    assert!(missing.contains("nothing") && missing.contains("no such file"), "{missing}");
}

#[test]
fn a_loaded_checkpoint_brings_its_learning_rate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    let varmap = start(DType::F32);
    let mut saved = optimizer(&varmap, false);
    saved.set_learning_rate(0.5);
    saved.save(&path).unwrap();
    let mut loaded = optimizer(&varmap, false);
    loaded.set_learning_rate(-1.0);
    loaded.load(&path).unwrap();
    assert_eq!(loaded.learning_rate(), 0.5);
    step(&mut loaded, 0);
}
