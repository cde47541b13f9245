//! What holds for every optimizer, whatever the numbers: same bits, all or nothing, no panic.

use proptest::prelude::*;
use rayon::ThreadPoolBuilder;
use thalweg::{OPTIMIZERS, Optimizer, Real, Spec};

/// Specs that between them use every rule and every state layout.
const SPECS: [&str; 12] = [
    "sgd:lr=0.1,weight_decay=0.01",
    "sgd:lr=0.1,momentum=0.9,dampening=0.3",
    "sgd:lr=0.1,momentum=0.9,nesterov=true",
    "momentum:lr=0.1",
    "adagrad:lr=0.5,lr_decay=0.1,initial_accumulator=0.1",
    "rmsprop:lr=0.05",
    "rmsprop:lr=0.05,centered=true,momentum=0.5,eps_root=1e-3",
    "adadelta",
    "adam:lr=0.1,amsgrad=true",
    "adam:lr=0.1,bias_correction=folded,weight_decay=0.1",
    "adam:lr=0.1,bias_correction=off",
    "adamw:lr=0.1",
];

fn gradient<R: Real>(w: &[R], t: usize) -> Vec<R> {
    let wave = |i: usize| R::from_f64(((i * 37 + t * 11) % 97) as f64 / 97.0 - 0.4);
    w.iter().enumerate().map(|(i, &w)| w * R::from_f64(0.3) + wave(i)).collect()
}

fn start<R: Real>(len: usize) -> Vec<R> {
    (0..len).map(|i| R::from_f64((i % 13) as f64 - 6.0)).collect()
}

/// Five steps of one tensor, as bits.
fn whole<R: Real>(spec: &str, len: usize) -> Vec<u64>
where
    Spec: thalweg::Method<R>,
{
    let mut optimizer = Optimizer::<R>::from_spec(spec).unwrap();
    let mut w = start::<R>(len);
    for t in 0..5 {
        let g = gradient(&w, t);
        optimizer.step([("w", &mut w, &g)]).unwrap();
    }
    w.into_iter().map(|x| x.to_f64().to_bits()).collect()
}

/// The same elements as many tensors, cut at the given places.
fn pieces<R: Real>(spec: &str, len: usize, cuts: &[usize]) -> Vec<u64>
where
    Spec: thalweg::Method<R>,
{
    let mut optimizer = Optimizer::<R>::from_spec(spec).unwrap();
    let mut w = start::<R>(len);
    let mut bounds: Vec<usize> = cuts.iter().map(|cut| cut % (len + 1)).chain([0, len]).collect();
    bounds.sort_unstable();
    let names: Vec<String> = (0..bounds.len()).map(|i| format!("w{i}")).collect();
    for t in 0..5 {
        let g = gradient(&w, t);
        let mut rest = &mut w[..];
        let mut parameters = Vec::new();
        for (pair, name) in bounds.windows(2).zip(&names) {
            let (piece, after) = rest.split_at_mut(pair[1] - pair[0]);
            parameters.push((name.as_str(), piece, &g[pair[0]..pair[1]]));
            rest = after;
        }
        optimizer.step(parameters).unwrap();
    }
    w.into_iter().map(|x| x.to_f64().to_bits()).collect()
}

#[test]
fn the_specs_cover_every_optimizer() {
    for entry in OPTIMIZERS {
        assert!(SPECS.iter().any(|spec| spec.split(':').next() == Some(entry.name)));
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let len = 200_003;
    for spec in SPECS {
        let on = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| (whole::<f32>(spec, len), whole::<f64>(spec, len)))
        };
        let one = on(1);
        for threads in [2, 3, 8] {
            assert!(on(threads) == one, "{spec} on {threads} threads");
        }
    }
}

#[test]
fn state_is_the_same_whole_or_in_pieces() {
    const LEN: usize = 100_003;
    const PIECE: usize = 1_000;
    for spec in SPECS {
        let (mut whole, mut pieces) = (
            Optimizer::<f64>::from_spec(spec).unwrap(),
            Optimizer::<f64>::from_spec(spec).unwrap(),
        );
        let (mut a, mut b) = (start::<f64>(LEN), start::<f64>(LEN));
        let names: Vec<String> = (0..LEN.div_ceil(PIECE)).map(|i| i.to_string()).collect();
        for t in 0..3 {
            let g = gradient(&a, t);
            whole.step([("w", &mut a, &g)]).unwrap();
            let cut =
                names.iter().map(String::as_str).zip(b.chunks_mut(PIECE)).zip(g.chunks(PIECE));
            pieces.step(cut.map(|((name, w), g)| (name, w, g))).unwrap();
        }
        assert!(a == b, "{spec}");
        for slot in whole.state_names() {
            let joined: Vec<f64> =
                names.iter().flat_map(|name| pieces.state(name, &slot).unwrap()).collect();
            assert!(whole.state("w", &slot).unwrap() == joined, "{spec}: {slot}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cutting_a_tensor_in_many_does_not_change_a_bit(
        spec in prop::sample::select(SPECS.to_vec()),
        len in prop_oneof![0_usize..300, 1000_usize..1050, 2040_usize..2060],
        cuts in prop::collection::vec(any::<usize>(), 0..6),
    ) {
        prop_assert_eq!(whole::<f64>(spec, len), pieces::<f64>(spec, len, &cuts));
        prop_assert_eq!(whole::<f32>(spec, len), pieces::<f32>(spec, len, &cuts));
    }

    #[test]
    fn any_finite_gradient_is_stepped_without_panic(
        spec in prop::sample::select(SPECS.to_vec()),
        w in prop::collection::vec(any::<f32>(), 1..100),
        g in prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
    ) {
        let mut optimizer = Optimizer::<f32>::from_spec(spec).unwrap();
        let mut stepped = w.clone();
        let gradient = vec![g; w.len()];
        for _ in 0..3 {
            optimizer.step([("w", &mut stepped, &gradient)]).unwrap();
        }
        prop_assert_eq!(optimizer.steps("w"), 3);
    }

    #[test]
    fn no_text_makes_the_spec_parser_panic(text in any::<String>(), tail in "[a-z0-9_=,:. -]{0,40}") {
        let _ = Spec::parse(&text);
        let _ = Spec::parse(&format!("adam:{tail}"));
    }

    #[test]
    fn a_spec_survives_printing(lr in 0.0..1e6_f64, beta1 in 0.0..0.999_f64, amsgrad: bool) {
        let spec = Spec::parse(&format!("adam:lr={lr:?},beta1={beta1:?},amsgrad={amsgrad}")).unwrap();
        prop_assert_eq!(Spec::parse(&spec.to_string()).unwrap(), spec);
    }
}
