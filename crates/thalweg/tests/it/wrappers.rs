//! What is put around a method: lookahead, transformed gradients, clipping by units.

use serde::Deserialize;
use thalweg::{
    Builder, Clip, Error, Group, Lookahead, NonFinite, Optimizer, Outputs, Parameter, Rows,
    Schedule, Spec, Transform, bf16,
};

use crate::common::{self, STORES, bits, gradient, near, plain, pools};
use crate::family::{Case, difference_of};

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

/// A builder with what a case puts around its method.
fn builder(case: &Case) -> Builder<f64, Spec> {
    let builder = plain(&case.spec);
    match case.around.split_once(' ').unwrap() {
        ("lookahead", text) => builder.lookahead(text.parse().unwrap()),
        ("transform", text) => builder.transform(text.parse().unwrap()),
        ("clip", text) => builder.clip(text.parse().unwrap()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_around_a_method_equals_its_reference_at_every_step() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/wrappers.json")).unwrap();
    let differences: Vec<String> = golden
        .cases
        .iter()
        .filter_map(|case| {
            let difference = difference_of(case, builder(case).build().unwrap())?;
            Some(format!("{}: {difference}", case.around))
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let kinds = ["lookahead", "centralize", "orthogonalize", "adaptive:", "adaptive-last:"];
    for kind in kinds {
        assert!(golden.cases.iter().any(|case| case.around.contains(kind)), "{kind}");
    }
}

/// Everything that can be around a method, together.
fn all<R: thalweg::Real>(store: (thalweg::Dtype, thalweg::Rounding)) -> Builder<R, Spec> {
    common::builder("adamw:lr=0.1", store, thalweg::Simd::widest())
        .lookahead(Lookahead { period: 3, share: 0.5 })
        .transform(Transform::Noise { eta: 0.1, gamma: 0.5, seed: 7 })
        .transform(Transform::Orthogonalize)
        .transform(Transform::Centralize)
        .clip(Clip::Adaptive { bound: 0.5, outputs: Outputs::Last })
}

const SHAPE: [usize; 2] = [301, 257];
const LEN: usize = SHAPE[0] * SHAPE[1];

fn run<T: common::Number + thalweg::Element<f32>>(
    optimizer: &mut Optimizer<f32>,
    w: &mut [T],
    steps: std::ops::RangeInclusive<usize>,
) -> Vec<u64> {
    for t in steps {
        let g = gradient::<T>(LEN, t);
        optimizer.step([Parameter::from(("w", &mut *w, &g[..])).with_shape(&SHAPE)]).unwrap();
    }
    bits(w)
}

#[test]
fn bits_do_not_depend_on_threads() {
    for store in STORES {
        let of = |pool: &rayon::ThreadPool| {
            let mut optimizer = all(store).build().unwrap();
            pool.install(|| run(&mut optimizer, &mut common::start::<f32>(LEN), 1..=4))
        };
        let pools = pools();
        assert!(of(&pools[0]) == of(&pools[2]), "{store:?}");
    }
}

#[test]
fn a_resumed_run_has_the_bits_of_one_that_was_never_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.safetensors");
    for store in STORES {
        let mut whole = all(store).build().unwrap();
        let mut w = common::start::<bf16>(LEN);
        run(&mut whole, &mut w, 1..=4);
        whole.save(&path).unwrap();
        let middle = w.clone();
        let end = run(&mut whole, &mut w, 5..=7);
        let mut loaded = all(store).build().unwrap();
        loaded.load(&path).unwrap();
        for mut resumed in [loaded, Optimizer::open(&path).unwrap()] {
            let mut w = middle.clone();
            assert!(run(&mut resumed, &mut w, 5..=7) == end, "{store:?}");
        }
        let other = all::<f32>(store).lookahead(Lookahead { period: 4, share: 0.5 });
        let refused = other.build().unwrap().load(&path).unwrap_err().to_string();
        assert!(refused.contains("lookahead"), "{refused}");
        let other = all::<f32>(store).transform(Transform::Centralize);
        let refused = other.build().unwrap().load(&path).unwrap_err().to_string();
        assert!(refused.contains("transforms"), "{refused}");
    }
}

/// In bfloat16 the weights are the slow ones, rounded.
#[test]
fn weights_of_sixteen_bits_go_back_to_the_slow_ones() {
    let lookahead = Lookahead { period: 2, share: 0.25 };
    let spec: Spec = "sgd:lr=1".parse().unwrap();
    let mut optimizer: Optimizer<f32> =
        Optimizer::builder(spec).lookahead(lookahead).build().unwrap();
    let mut w = [bf16::from_f32(1.0)];
    for _ in 0..2 {
        optimizer.step([("w", &mut w, &[bf16::from_f32(-0.01)])]).unwrap();
    }
    let fast = [1.0_f32, 1.0, 1.0]
        .iter()
        .skip(1)
        .fold(bf16::ONE, |w, _| bf16::from_f32(w.to_f32() + bf16::from_f32(0.01).to_f32()));
    let slow = 1.0 + 0.25 * (fast.to_f32() - 1.0);
    assert_eq!(optimizer.average("w").unwrap(), [slow]);
    assert_eq!(w, [bf16::from_f32(slow)]);
}

#[test]
fn a_lookahead_of_share_one_is_the_method_alone() {
    let mut alone = plain("adam:lr=0.1").build().unwrap();
    let lookahead = Lookahead { period: 1, share: 1.0 };
    let mut around = plain("adam:lr=0.1").lookahead(lookahead).build().unwrap();
    let (mut a, mut b) = (common::start::<f64>(1100), common::start::<f64>(1100));
    for t in 1..=5 {
        let g = gradient::<f64>(1100, t);
        alone.step([("w", &mut a, &g)]).unwrap();
        around.step([("w", &mut b, &g)]).unwrap();
    }
    assert!(a.iter().zip(&b).all(|(a, b)| near(*b, *a, 1e-14)));
}

#[test]
fn noise_has_its_variance_and_is_another_one_for_every_step_name_and_seed() {
    let noise = |name: &str, steps: usize, seed: u64| {
        let noise = Transform::Noise { eta: 4.0, gamma: 1.0, seed };
        let mut optimizer = plain("sgd:lr=1").transform(noise).loss_scale(8.0).build().unwrap();
        let (mut w, g) = (vec![0.0; 40_000], vec![0.0; 40_000]);
        let mut before = Vec::new();
        for _ in 0..steps {
            before = w.clone();
            optimizer.step([(name, &mut w, &g)]).unwrap();
        }
        w.iter().zip(before).map(|(w, before)| w - before).collect::<Vec<f64>>()
    };
    for (steps, variance) in [(1, 4.0), (4, 1.0)] {
        let x = noise("w", steps, 0);
        let moment = |k: i32| x.iter().map(|x| x.powi(k)).sum::<f64>() / x.len() as f64;
        assert!(moment(1).abs() < 0.03, "{}", moment(1));
        assert!(near(moment(2), variance, 0.03), "{}", moment(2));
        // Of a normal distribution.
        assert!(near(moment(4), 3.0 * variance * variance, 0.08), "{}", moment(4));
    }
    let known = noise("w", 1, 0);
    assert_eq!(known, noise("w", 1, 0));
    for other in [noise("v", 1, 0), noise("w", 2, 0), noise("w", 1, 1)] {
        assert!(known.iter().zip(&other).all(|(a, b)| a != b));
    }
}

/// Each group has its own noise, and a schedule changes it.
#[test]
fn a_method_with_noise_is_sgd_with_noise() {
    let noise = Transform::Noise { eta: 0.5, gamma: 0.55, seed: 3 };
    let mut sgd = plain("sgd:lr=0.1").transform(noise).build().unwrap();
    let quiet = Group::matching("quiet").set("eta", 0.0);
    let ends = Schedule::from_fn("ends", |step, eta| if step < 3 { eta } else { 0.0 });
    let builder = plain("noisy-sgd:lr=0.1,eta=0.5,seed=3").group(quiet);
    let mut noisy = builder.schedule("eta", ends).build().unwrap();
    let mut w = [common::start::<f64>(5000), common::start(5000), common::start(5000)];
    for t in 1..=5 {
        let g = gradient::<f64>(5000, t);
        let [a, b, c] = &mut w;
        let before = b.clone();
        sgd.step([("w", &mut *a, &g)]).unwrap();
        noisy.step([("w", &mut *b, &g), ("quiet", &mut *c, &g)]).unwrap();
        let quiet: Vec<f64> = before.iter().zip(&g).map(|(w, g)| w + -0.1 * g).collect();
        if t <= 3 {
            assert_eq!(a, b, "step {t}");
        } else {
            assert_eq!(*b, quiet, "step {t}");
        }
    }
    let mut expected = common::start::<f64>(5000);
    for t in 1..=5 {
        let g = gradient::<f64>(5000, t);
        expected.iter_mut().zip(g).for_each(|(w, g)| *w += -0.1 * g);
    }
    assert_eq!(w[2], expected);
}

/// Rows that are not given have noise, too.
#[test]
fn a_method_with_noise_refuses_sparse_gradients() {
    let mut optimizer = plain("noisy-sgd").build().unwrap();
    let mut w = [0.0; 6];
    let rows = Rows { width: 2, indices: &[1] };
    let parameter = Parameter::from(("w", &mut w[..], &[1.0, 1.0][..])).with_rows(rows);
    let refused = optimizer.step([parameter]).unwrap_err();
    assert_eq!(refused.to_string(), "the gradient of `w` is sparse, but `noise` needs every row");
    assert_eq!(w, [0.0; 6]);
}

/// The gradient that SGD with rate 1 is given.
fn made(builder: Builder<f64, Spec>, w: &[f64], g: &[f64], shape: &[usize]) -> (Vec<f64>, bool) {
    let mut after = w.to_vec();
    let mut optimizer = builder.build().unwrap();
    let parameter = Parameter::from(("w", &mut after[..], g)).with_shape(shape);
    let report = optimizer.step([parameter]).unwrap();
    (w.iter().zip(after).map(|(w, after)| w - after).collect(), report.clipped)
}

#[test]
fn units_are_outputs() {
    let (w, g) = ([3.0, 4.0, 0.0, 0.0], [6.0, 8.0, 0.0, 2.0]);
    let clip = |outputs| plain("sgd:lr=1").clip(Clip::Adaptive { bound: 1.0, outputs });
    // Rows of norms 5 and 0, with gradients of norms 10 and 2.
    let (made_of_rows, clipped) = made(clip(Outputs::First), &w, &g, &[2, 2]);
    assert!(clipped && made_of_rows == [3.0, 4.0, 0.0, 0.001], "{made_of_rows:?}");
    // Columns of norms 3 and 4, with gradients of norms 6 and √68.
    let (made_of_columns, _) = made(clip(Outputs::Last), &w, &g, &[2, 2]);
    let share = 4.0 / 68.0_f64.sqrt();
    for (ours, expected) in made_of_columns.iter().zip([3.0, 8.0 * share, 0.0, 2.0 * share]) {
        assert!(near(*ours, expected, 1e-14), "{made_of_columns:?}");
    }
    let (same, clipped) = made(clip(Outputs::First), &[9.0, 9.0], &[1.0, 1.0], &[2]);
    assert!(!clipped && same == [1.0, 1.0]);
}

#[test]
fn a_loss_scale_does_not_change_what_is_clipped() {
    let (w, g) = ([3.0, 4.0], [6.0, 8.0]);
    let clip = Clip::Adaptive { bound: 1.0, outputs: Outputs::First };
    let builder = plain("sgd:lr=1").clip(clip).loss_scale(0.5);
    let (twice, _) = made(builder, &w, &[3.0, 4.0], &[2]);
    let (once, _) = made(plain("sgd:lr=1").clip(clip), &w, &g, &[2]);
    assert_eq!(twice, once);
}

#[test]
fn texts_are_read_as_they_are_written_and_others_refused() {
    for text in ["centralize", "orthogonalize", "noise:eta=0.5,gamma=0.25,seed=3"] {
        assert_eq!(text.parse::<Transform>().unwrap().to_string(), text);
    }
    let default = Transform::Noise { eta: 0.01, gamma: 0.55, seed: 0 };
    assert_eq!("noise".parse::<Transform>().unwrap(), default);
    for text in ["", "center", "centralize:eta=1", "noise:eta=-1", "noise:eta=x", "noise:a=1"] {
        let error = text.parse::<Transform>().unwrap_err().to_string();
        assert!(error.contains("noise:eta=0.01,gamma=0.55,seed=0"), "{text}: {error}");
    }
    assert_eq!("period=2".parse::<Lookahead>().unwrap().to_string(), "period=2,share=0.5");
    for text in ["", "period=0", "share=2", "period=1.5", "steps=3", "share=NaN"] {
        let error = text.parse::<Lookahead>().unwrap_err().to_string();
        assert!(error.contains("period=5,share=0.5"), "{text}: {error}");
    }
    for text in ["adaptive:0.01", "adaptive-last:0.01"] {
        assert_eq!(text.parse::<Clip>().unwrap().to_string(), text);
    }
    assert!("adaptive:0".parse::<Clip>().is_err());
}

#[test]
fn what_does_not_go_together_is_refused() {
    let both = plain("sgd").average(0.9).lookahead(Lookahead::default()).build();
    let error = both.unwrap_err().to_string();
    assert!(error.contains("lookahead") && error.contains("average"), "{error}");
    let noise = Transform::Noise { eta: f64::NAN, gamma: 0.0, seed: 0 };
    assert!(plain("sgd").transform(noise).build().is_err());
    for (builder, what) in [
        (plain("sgd").transform(Transform::Centralize), "centralize"),
        (plain("sgd").clip("adaptive:0.5".parse().unwrap()), "clip adaptive:0.5"),
    ] {
        let (mut w, g) = ([1.0; 6], [1.0; 2]);
        let parameter = Parameter::from(("w", &mut w[..], &g[..]));
        let rows = Rows { width: 2, indices: &[1] };
        let refused = builder.build().unwrap().step([parameter.with_rows(rows)]);
        let Err(Error::SparseTransform { transform, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!((transform.as_str(), w), (what, [1.0; 6]));
    }
}

/// The element that is named is the one of the gradient as it was given.
#[test]
fn a_nan_is_found_before_it_spreads() {
    for policy in [NonFinite::Error, NonFinite::Skip] {
        let builder = plain("sgd").transform(Transform::Centralize).non_finite(policy);
        let mut optimizer = builder.build().unwrap();
        let (mut w, g) = ([1.0; 4], [0.0, 1.0, f64::NAN, 2.0]);
        let parameter = Parameter::from(("w", &mut w[..], &g[..])).with_shape(&[1, 4]);
        let index = match optimizer.step([parameter]) {
            Err(Error::NonFiniteGradient { index, .. }) => index,
            Ok(report) => report.skipped.unwrap().index,
            Err(other) => panic!("{other}"),
        };
        assert_eq!((index, w), (2, [1.0; 4]));
    }
}
