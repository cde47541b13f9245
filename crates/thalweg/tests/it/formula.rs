//! Formulas: what people read, and the program that has the same bits as the compiled loop.

use std::fmt::Write;

use crate::common::{self, Left, STORES, gradient, pools, run, specs};
use proptest::prelude::*;
use thalweg::{
    Accepts, Clip, Dtype, Element, Formula, Interpreted, Measure, Method, Number, Optimizer, Real,
    Registry, Rounding, Rule, Simd, Spec, Value, Wide, bf16, chain, f16, rules::*,
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

/// A hyperparameter that a formula had twice could not be told from another of its name: to read a
/// value, to change it, to take a derivative.
#[test]
fn no_registered_method_has_a_hyperparameter_twice() {
    for spec in specs() {
        let formula = spec.parse::<Spec>().unwrap().formula().unwrap();
        let names = formula.graph().hyperparameters.iter().map(|(name, _)| name);
        let mut names: Vec<&String> = names.filter(|name| !name.is_empty()).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{spec}: {names:?}");
    }
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

/// State that moves between slots, constants that are computed for each element, quantities that are
/// used twice or not at all.
#[derive(Debug, Clone)]
struct Shuffle;

impl Rule for Shuffle {
    type State<N: Number> = [N; 4];
    type Constants<N: Number> = N;
    const SLOT_NAMES: &'static [&'static str] = &["a", "b", "last_w", "last_g"];

    fn prepare<N: Number>(&self, t: N::Wide) -> N {
        N::from_wide(N::Wide::at_first(t, N::Wide::from_f64(3.0), t.sqrt()))
    }

    fn apply<N: Number>(&c: &N, g: N, w: N, [a, b, last_w, last_g]: &mut [N; 4]) -> N {
        let hundredth = N::from_f64(0.1) * N::from_f64(0.1);
        let _unused = g / w;
        (*a, *b) = (*b, *a + w * w);
        let u = *last_g - c * *last_w;
        (*last_w, *last_g) = (w, g);
        let curved = (-u.abs()).exp() + (N::one() + w * w).ln() + b.abs().powf(c) + g.atan2(u);
        (u * hundredth + u.abs().min(curved)) * g.sign() - hundredth
    }
}

#[test]
fn a_rule_of_ones_own_has_a_program_with_the_same_bits() {
    fn compare<R: Real, T: common::Number + Element<R>>(store: (Dtype, Rounding)) {
        let gradients: Vec<Vec<T>> = (0..4).map(|t| gradient(3000, t)).collect();
        let compiled = left::<R, T, T>(Shuffle, store, Simd::widest(), &gradients, false);
        let tape = left::<R, T, T>(Interpreted(Shuffle), store, Simd::widest(), &gradients, false);
        assert!(numbers(&compiled) == numbers(&tape));
    }
    compare::<f32, f32>(STORES[0]);
    compare::<f32, bf16>(STORES[1]);
    compare::<f64, f64>(F64);
    assert_eq!(
        Formula::of(&Shuffle).to_string(),
        "u₂ = last_g − √t·last_w;  last_g ← g;  last_w ← W;  u = W²;  u₃ = |u₂|;  a′ = a;  a ← b;  \
         b ← a′ + u;  W ← W + (0.01u₂ + min(u₃, exp(−u₃) + ln(1 + u) + |b|^√t + atan2(g, u₂)))·sign(g) \
         − 0.01;  at t = 1: u₂ = last_g − 3·last_w;  at t = 1: W ← W + (0.01u₂ + min(u₃, exp(−u₃) + \
         ln(1 + u) + |b|^3 + atan2(g, u₂)))·sign(g) − 0.01"
    );
}

/// A run with the compiled loop and one with the program leave the same behind.
fn interpreted<R: Real, T, G>(spec: &Spec, store: (Dtype, Rounding), run: (usize, f64, bool))
where
    T: common::Number + Element<R>,
    G: common::Number + Element<R>,
{
    let (len, size, more) = run;
    let sized = |g: G| G::of(g.to() * size);
    let gradients = (0..4).map(|t| gradient(len, t).into_iter().map(sized).collect());
    let gradients: Vec<Vec<G>> = gradients.collect();
    let compiled = left::<R, T, G>(spec.clone(), store, Simd::widest(), &gradients, more);
    for simd in Simd::available() {
        let tape = left::<R, T, G>(Interpreted(spec.clone()), store, simd, &gradients, more);
        assert!(numbers(&compiled) == numbers(&tape), "{spec}: {store:?}, {run:?}, {simd}");
    }
}

/// What a run left behind; of a NaN only that it is one, as its sign and its payload depend on which
/// operand the compiler puts first.
fn numbers(left: &Left) -> (Vec<u64>, Vec<u64>, String) {
    let tidy = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    let parameters = left.parameters.iter().map(|bits| tidy(f64::from_bits(*bits)));
    let slots = left.checkpoint.parameters.iter().flat_map(|parameter| &parameter.slots);
    let state = slots.flat_map(|slot| {
        slot.bytes.chunks_exact(slot.dtype.size()).map(|bytes| match *bytes {
            [a, b] => bf16::from_le_bytes([a, b]).to_f64(),
            [a, b, c, d] => f32::from_le_bytes([a, b, c, d]).into(),
            _ => f64::from_le_bytes(bytes.try_into().unwrap()),
        })
    });
    (parameters.collect(), state.map(tidy).collect(), format!("{:?}", left.reports))
}

fn left<R: Real, T, G>(
    method: impl Method,
    store: (Dtype, Rounding),
    simd: Simd,
    gradients: &[Vec<G>],
    more: bool,
) -> Left
where
    T: common::Number + Element<R>,
    G: common::Number + Element<R>,
{
    let mut builder =
        Optimizer::<R>::builder(method).state_type(store.0).rounding(store.1).simd(simd);
    if more {
        builder = builder.average(0.9).clip(Clip::Value(0.1)).measure(Measure::PerParameter);
    }
    run::<R, T, G>(&mut builder.build().unwrap(), &[1025], gradients)
}

/// Every hyperparameter of a method, somewhere in its range, where it is consistent.
pub fn any_hyperparameters(spec: &mut Spec, shares: &[f64]) {
    let described = spec.hyperparameters();
    for ((known, _), share) in described.into_iter().zip(shares.iter().cycle()) {
        let value = match known.accepts {
            Accepts::Number(range) => {
                let min = range.min.max(-2.0);
                let max = if range.max.is_finite() { range.max } else { min + 2.0 };
                Value::Number(min + share * (max - min))
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
        // Small enough that state becomes subnormal, which is stored as 0.
        size in prop::sample::select(vec![1.0, 1.0, 1e-37, 1e-40]),
        more: bool,
    ) {
        let run = (len, size, more);
        let mut spec: Spec = spec.parse().unwrap();
        if !own {
            any_hyperparameters(&mut spec, &shares);
        }
        interpreted::<f32, f32, f32>(&spec, store, run);
        interpreted::<f32, bf16, bf16>(&spec, store, run);
        interpreted::<f32, f16, f32>(&spec, store, run);
        interpreted::<f64, f64, f64>(&spec, F64, run);
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
