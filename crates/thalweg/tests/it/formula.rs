//! Formulas: what people read, and the program that has the same bits as the compiled loop.

use std::fmt::Write;

use crate::common::{Left, Number, STORES, gradient, pools, run, specs};
use proptest::prelude::*;
use thalweg::{
    Accepts, Clip, Dtype, Element, Formula, Interpreted, Measure, Method, Optimizer, Real,
    Registry, Rounding, Simd, Spec, Value, bf16, chain, f16, rules::*,
};

const F64: (Dtype, Rounding) = (Dtype::F64, Rounding::Nearest);

/// Every method of the library as text and as LaTeX, with its defaults and with other options.
#[test]
fn formulas_read_as_in_the_papers() {
    let others =
        ["adam:weight_decay=0.1,amsgrad=true", "adagrad:lr_decay=0.1", "adamw:eps_root=1e-8"];
    let mut text = String::new();
    let defaults: Vec<_> = Registry::standard().entries().map(|entry| entry.name).collect();
    for spec in defaults.into_iter().chain(specs()).chain(others) {
        let method: Spec = spec.parse().unwrap();
        let formula = method.formula().unwrap();
        writeln!(text, "{spec}\n    {formula}").unwrap();
        writeln!(text, "    {}", formula.clone().with_values()).unwrap();
        formula.latex().iter().for_each(|line| writeln!(text, "    {line}").unwrap());
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_0_or_off_vanishes_and_what_is_1_does_not() {
    let text = |spec: &str| spec.parse::<Spec>().unwrap().formula().unwrap().to_string();
    assert!(text("adamw").ends_with("W ← W − lr·(m̂/(√v̂ + ε) + λW)"));
    assert!(text("adamw:weight_decay=0").ends_with("W ← W − lr·m̂/(√v̂ + ε)"));
    assert!(text("adamw:eps=0,weight_decay=0").ends_with("W ← W − lr·m̂/√v̂"));
    assert!(text("sgd:lr=1").ends_with("W ← W − lr·g"));
    assert!(text("sgd:momentum=1").starts_with("b ← μb + g"));
}

#[test]
fn the_first_step_is_its_own_case_where_a_rule_treats_it_so() {
    let spec: Spec = "sgd:momentum=0.9,dampening=0.5".parse().unwrap();
    let formula = spec.formula().unwrap();
    let first: Vec<String> = formula.first_step().iter().map(ToString::to_string).collect();
    assert_eq!(first, ["b ← μb + g"]);
    assert_eq!(formula.to_string(), "b ← μb + (1 − τ)g;  W ← W − lr·b;  at t = 1: b ← μb + g");
}

/// Two rules with the same slot name, an old value that is used after its change, equal quantities.
#[test]
fn any_chain_has_a_formula() {
    let trace = Trace { momentum: 0.5, dampening: 0.0, nesterov: false };
    let twice = chain!(trace, trace, Scale(-2.0)).formula().unwrap();
    assert_eq!(twice.to_string(), "b ← μb + g;  b₂ ← μb₂ + b;  W ← W − 2b₂");
    assert_eq!(Formula::of(&Scale(0.0)).to_string(), "W ← W");
    assert_eq!(Formula::of(&Scale(-1.0)).to_string(), "W ← W − g");
}

/// A run with the compiled loop and one with the program leave the same behind.
fn interpreted<R: Real, T, G>(spec: &Spec, store: (Dtype, Rounding), len: usize, more: bool)
where
    T: Number + Element<R>,
    G: Number + Element<R>,
{
    let gradients: Vec<Vec<G>> = (0..4).map(|t| gradient(len, t)).collect();
    let compiled = left::<R, T, G>(spec.clone(), store, Simd::widest(), &gradients, more);
    for simd in Simd::available() {
        let tape = left::<R, T, G>(Interpreted(spec.clone()), store, simd, &gradients, more);
        assert!(compiled.parameters == tape.parameters, "{spec}: {store:?}, {len}, {simd}");
        assert!(compiled.slots() == tape.slots(), "{spec}: state, {store:?}, {len}, {simd}");
        assert!(compiled.reports == tape.reports, "{spec}: reports, {store:?}, {len}, {simd}");
    }
}

fn left<R: Real, T, G>(
    method: impl Method,
    store: (Dtype, Rounding),
    simd: Simd,
    gradients: &[Vec<G>],
    more: bool,
) -> Left
where
    T: Number + Element<R>,
    G: Number + Element<R>,
{
    let mut builder =
        Optimizer::<R>::builder(method).state_type(store.0).rounding(store.1).simd(simd);
    if more {
        builder = builder.average(0.9).clip(Clip::Value(0.1)).measure(Measure::PerParameter);
    }
    run::<R, T, G>(&mut builder.build().unwrap(), &[1025], gradients)
}

/// Every hyperparameter of a method, somewhere in its range, where it is consistent.
fn any_hyperparameters(spec: &mut Spec, shares: &[f64]) {
    let described = spec.hyperparameters();
    for ((known, _), share) in described.into_iter().zip(shares.iter().cycle()) {
        let value = match known.accepts {
            Accepts::Number(range) => {
                let max = if range.max.is_finite() { range.max } else { range.min + 2.0 };
                Value::Number(range.min + share * (max - range.min))
            }
            Accepts::Flag => Value::Flag(*share > 0.5),
            Accepts::Choice(words) => Value::from(words[(share * words.len() as f64) as usize]),
            _ => continue,
        };
        let _ = spec.set(known.name, value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_program_has_the_bits_of_the_compiled_loop(
        spec in prop::sample::select(specs()),
        // Also exactly 0, where formulas simplify.
        shares in prop::collection::vec(prop_oneof![Just(0.0), 0.0..0.999_f64], 1..9),
        own: bool,
        store in prop::sample::select(STORES.to_vec()),
        len in prop_oneof![2 => 0_usize..600, 2 => 960_usize..1300, 1 => 0_usize..5000],
        more: bool,
    ) {
        let mut spec: Spec = spec.parse().unwrap();
        if !own {
            any_hyperparameters(&mut spec, &shares);
        }
        interpreted::<f32, f32, f32>(&spec, store, len, more);
        interpreted::<f32, bf16, bf16>(&spec, store, len, more);
        interpreted::<f32, f16, f32>(&spec, store, len, more);
        interpreted::<f64, f64, f64>(&spec, F64, len, more);
    }
}

#[test]
fn threads_change_no_bit_of_the_program() {
    let gradients: Vec<Vec<f32>> = (0..2).map(|t| gradient(70_003, t)).collect();
    for spec in specs() {
        let spec: Spec = spec.parse().unwrap();
        let mut lefts = pools().into_iter().map(|pool| {
            pool.install(|| {
                let interpreted = Interpreted(spec.clone());
                left::<f32, f32, f32>(interpreted, STORES[0], Simd::widest(), &gradients, false)
            })
        });
        let first = lefts.next().unwrap();
        assert!(lefts.all(|left| left == first), "{spec}");
    }
}
