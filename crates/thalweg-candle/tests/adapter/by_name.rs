//! Variables by their names in a `VarMap`.

use candle_core::{DType, Tensor, Var};
use candle_nn::{Init, Optimizer, VarMap};
use thalweg_candle::{Clip, Group, Measure, Schedule, VarOptimizer, rules};

use crate::{CPU, elements, gradients, tensor, variable};

const PATHS: [&str; 5] = ["b10.bias", "b10.weight", "b2.bias", "b2.weight", "head"];

/// A map of the same variables, inserted in some order.
fn map_of(order: impl Iterator<Item = usize>) -> VarMap {
    let varmap = VarMap::new();
    for i in order {
        let mut data = varmap.data().lock().unwrap();
        data.insert(PATHS[i].to_owned(), variable(&[3, 50], DType::F32, i));
    }
    varmap
}

fn of(varmap: &VarMap, path: &str) -> Var {
    varmap.data().lock().unwrap()[path].clone()
}

fn same_gradients(varmap: &VarMap, seed: usize) -> Vec<(Var, Tensor)> {
    let each = PATHS.iter().enumerate();
    each.map(|(i, path)| (of(varmap, path), tensor(&[3, 50], DType::F32, seed + i))).collect()
}

fn step(optimizer: &mut VarOptimizer<rules::Adam>, varmap: &VarMap, seed: usize) {
    let pairs = same_gradients(varmap, seed);
    optimizer.step(&gradients(pairs.iter().map(|(var, g)| (var, g.clone())))).unwrap();
}

#[test]
fn names_are_the_paths_in_their_order() {
    let varmap = map_of([3, 1, 4, 0, 2].into_iter());
    let optimizer = VarOptimizer::from_spec("adam:lr=0.1", &varmap).unwrap();
    assert_eq!(optimizer.names(), PATHS);
    for (path, var) in PATHS.iter().zip(optimizer.vars()) {
        assert_eq!(var.id(), of(&varmap, path).id());
    }
}

#[test]
fn the_order_in_which_a_map_was_filled_changes_no_bit() {
    // Clipping by the global norm adds up over variables, in an order that has to be the same.
    let run = |order: &[usize]| {
        let varmap = map_of(order.iter().copied());
        let settings = VarOptimizer::builder(rules::Adam::default())
            .clip(Clip::GlobalNorm(0.1))
            .measure(Measure::PerParameter);
        let mut optimizer = VarOptimizer::over(&varmap, settings).unwrap();
        let reports: Vec<_> = (0..3)
            .map(|seed| {
                let pairs = same_gradients(&varmap, seed);
                let grads = gradients(pairs.iter().map(|(var, g)| (var, g.clone())));
                optimizer.step_report(&grads).unwrap()
            })
            .collect();
        let names = reports[0].parameters.iter().map(|p| p.name.as_str());
        assert!(names.eq(PATHS));
        (PATHS.map(|path| elements(&of(&varmap, path))), reports)
    };
    let first = run(&[0, 1, 2, 3, 4]);
    assert!(first.1[0].clipped);
    for order in [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [0, 1, 2, 3, 4]] {
        assert!(run(&order) == first);
    }
}

#[test]
fn groups_find_their_variables_by_path() {
    let varmap = map_of(0..5);
    let before = PATHS.map(|path| elements(&of(&varmap, path)));
    let settings = VarOptimizer::builder(rules::Adam { lr: 0.1, ..rules::Adam::default() })
        .group(Group::matching("b10.*").frozen())
        .group(Group::matching("*.bias").set("lr", 0.01))
        .group(Group::matching("head").optimizer("sgd:lr=1".parse().unwrap()));
    let mut optimizer = VarOptimizer::over(&varmap, settings).unwrap();
    assert_eq!(optimizer.current("lr", Some("b2.bias")), Some(0.01.into()));
    assert_eq!(optimizer.current("lr", Some("b10.bias")), None);
    step(&mut optimizer, &varmap, 9);
    let moved = |i: usize| {
        let after = elements(&of(&varmap, PATHS[i]));
        after.iter().zip(&before[i]).map(|(a, b)| b - a).collect::<Vec<_>>()
    };
    assert!(moved(0).iter().chain(&moved(1)).all(|&m| m == 0.0));
    // The first step of Adam has the length of the learning rate.
    assert!(moved(2).iter().all(|m| (m.abs() - 0.01).abs() < 1e-5));
    assert!(moved(3).iter().all(|m| (m.abs() - 0.1).abs() < 1e-5));
    let gradient = elements(&tensor(&[3, 50], DType::F32, 9 + 4));
    assert!(moved(4).iter().zip(gradient).all(|(m, g)| (m - g).abs() < 1e-6));
}

#[test]
fn schedules_follow_the_steps_and_what_is_observed() {
    let varmap = map_of(0..5);
    let settings = VarOptimizer::builder(rules::Adam { lr: 0.1, ..rules::Adam::default() })
        .schedule("lr", Schedule::parse("plateau:factor=0.5,patience=0").unwrap());
    let mut optimizer = VarOptimizer::over(&varmap, settings).unwrap();
    assert_eq!(optimizer.schedules()[0].0, "lr");
    assert!(!optimizer.observe(1.0));
    step(&mut optimizer, &varmap, 1);
    assert!(optimizer.observe(1.0));
    assert_eq!(optimizer.current("lr", None), Some(0.05.into()));
    assert_eq!(optimizer.get("lr").unwrap(), 0.1.into());
}

#[test]
fn state_and_average_have_the_shape_of_their_variable() {
    let varmap = map_of(0..5);
    let settings = VarOptimizer::builder(rules::Adam::default()).average(0.5);
    let mut optimizer = VarOptimizer::over(&varmap, settings).unwrap();
    assert_eq!(optimizer.state_names(), ["m", "v"]);
    assert!(optimizer.average("head").is_none() && optimizer.state("head", "m").is_none());
    let before = elements(&of(&varmap, "head"));
    step(&mut optimizer, &varmap, 1);
    let average = optimizer.average("head").unwrap();
    assert_eq!((average.dims(), average.dtype()), (&[3, 50][..], DType::F32));
    let after = elements(&of(&varmap, "head"));
    for ((a, before), after) in elements(&average).into_iter().zip(before).zip(after) {
        assert!((a - (before + after) / 2.0).abs() < 1e-6);
    }
    let m = optimizer.state("head", "m").unwrap();
    assert_eq!(m.dims(), [3, 50]);
    assert!(optimizer.state("head", "velocity").is_none());
    assert!(optimizer.average("nobody").is_none());
    // The average of a variable can be put in its place.
    of(&varmap, "head").set(&average).unwrap();
}

#[test]
fn a_map_that_grows_later_is_stepped_as_it_was() {
    let varmap = map_of(0..2);
    let mut optimizer = VarOptimizer::from_spec("sgd:lr=1", &varmap).unwrap();
    varmap.get(2, "late", Init::Const(1.0), DType::F32, &CPU).unwrap();
    let late = of(&varmap, "late");
    optimizer.step(&gradients([(&late, Tensor::ones(2, DType::F32, &CPU).unwrap())])).unwrap();
    assert_eq!(elements(&late), [1.0, 1.0]);
}

#[test]
fn f64_variables_keep_settings_and_groups() {
    let var = |seed| variable(&[10], DType::F64, seed);
    let (fast, slow) = (var(1), var(2));
    let before = elements(&slow);
    let settings = VarOptimizer::builder(rules::Sgd { lr: 1.0, ..rules::Sgd::default() })
        .group(Group::matching("slow").set("lr", 1e-12))
        .loss_scale(2.0)
        .clip(Clip::Value(0.25));
    let named = [("fast".to_owned(), fast.clone()), ("slow".to_owned(), slow.clone())];
    let mut optimizer = VarOptimizer::named(named, settings).unwrap();
    let ones = || Tensor::ones(10, DType::F64, &CPU).unwrap();
    let report = optimizer.step_report(&gradients([(&fast, ones()), (&slow, ones())])).unwrap();
    assert!(report.clipped);
    for (after, before) in elements(&slow).into_iter().zip(before) {
        // Below the rounding error of f32.
        assert_eq!(after, before - 0.25e-12);
    }
}
