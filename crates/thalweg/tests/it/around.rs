//! What surrounds a step: clipping, loss scale, reports, accumulation, non-finite gradients.

use crate::common::{self, Named, bits, clipped, near, plain, step};
use proptest::prelude::*;
use thalweg::rules::Sgd;
use thalweg::{
    Accumulator, Clip, Group, Measure, NonFinite, Optimizer, Parameter, ParameterReport, Report,
    Spec, bf16,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Straightforward code, with the size of the numbers as unit so that nothing overflows.
    #[test]
    fn clipping_is_right_at_any_size(
        tensors in prop::collection::vec(prop::collection::vec(-1.0_f64..1.0, 0..70), 1..6),
        exponent in -300_i32..300,
        bound in 0.01_f64..20.0,
        of_bound in -3_i32..4,
    ) {
        let unit = 10.0_f64.powi(exponent);
        let bound = bound * unit * 10.0_f64.powi(of_bound);
        let scaled = |g: &Vec<f64>| g.iter().map(|g| g * unit).collect();
        let g: Named = (0..).map(|k: u32| k.to_string()).zip(tensors.iter().map(scaled)).collect();
        let norm = |g: &[f64]| g.iter().map(|g| (g / unit).powi(2)).sum::<f64>().sqrt() * unit;
        let all: Vec<f64> = g.values().flatten().copied().collect();
        for clip in [Clip::Norm(bound), Clip::GlobalNorm(bound)] {
            let (ours, report) = clipped(clip, &g);
            prop_assert!(near(report.gradient_norm.unwrap(), norm(&all), 1e-13));
            for (name, g) in &g {
                let norm = if let Clip::Norm(_) = clip { norm(g) } else { norm(&all) };
                let share = if norm > bound { bound / norm } else { 1.0 };
                for (ours, g) in ours[name].iter().zip(g) {
                    let subnormal = (ours - g * share).abs() < 1e-307;
                    prop_assert!(near(*ours, g * share, 1e-12) || subnormal);
                }
            }
        }
        let (ours, _) = clipped(Clip::Value(bound), &g);
        for (ours, g) in ours.values().flatten().zip(&all) {
            prop_assert_eq!(*ours, g.clamp(-bound, bound));
        }
    }

    #[test]
    fn clipping_is_right_for_any_f32(
        g in prop::collection::vec(prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL, 1..100),
        bound in 1e-3_f64..1e3,
    ) {
        let builder = Optimizer::<f32>::builder("sgd:lr=1".parse::<Spec>().unwrap());
        let mut optimizer = builder.clip(Clip::GlobalNorm(bound)).build().unwrap();
        let mut w = vec![0.0_f32; g.len()];
        let report = optimizer.step([("w", &mut w, &g)]).unwrap();
        let norm = |x: &[f32]| x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
        prop_assert!(near(report.gradient_norm.unwrap(), norm(&g), 1e-13));
        let expected = norm(&g).min(bound);
        prop_assert!(near(norm(&w), expected, 1e-5), "{} {}", norm(&w), expected);
    }

    #[test]
    fn reports_equal_straightforward_code(
        lens in prop::collection::vec(0_usize..3000, 1..5),
        scale in prop::sample::select(vec![1.0, 8.0, 3.0]),
    ) {
        let named = |values: fn(usize, usize) -> Vec<f64>| -> Named {
            lens.iter().enumerate().map(|(k, len)| (k.to_string(), values(*len, k))).collect()
        };
        let (mut w, g) = (named(|len, _| common::start(len)), named(common::gradient));
        let builder = plain("adam:lr=0.1").measure(Measure::PerParameter).loss_scale(scale);
        let before = w.clone();
        let report = step(&mut builder.build().unwrap(), &mut w, &g);
        let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
        let all = |of: fn(&ParameterReport) -> f64| {
            norm(&report.parameters.iter().map(of).collect::<Vec<_>>())
        };
        prop_assert_eq!(report.elements, lens.iter().sum::<usize>() as u64);
        prop_assert_eq!((report.step, report.clipped, &report.skipped), (1, false, &None));
        prop_assert!(near(report.gradient_norm.unwrap(), all(|p| p.gradient_norm), 1e-13));
        prop_assert!(near(report.update_norm.unwrap(), all(|p| p.update_norm), 1e-13));
        prop_assert!(near(report.parameter_norm.unwrap(), all(|p| p.parameter_norm), 1e-13));
        prop_assert!(report.parameters.iter().map(|p| &p.name).eq(w.keys()));
        for p in &report.parameters {
            let (w, before) = (&w[&p.name], &before[&p.name]);
            let change: Vec<f64> = w.iter().zip(before).map(|(a, b)| a - b).collect();
            prop_assert_eq!((p.elements, p.clipped), (w.len() as u64, false));
            prop_assert!(near(p.gradient_norm, norm(&g[&p.name]) / scale, 1e-13));
            prop_assert!(near(p.update_norm, norm(&change), 1e-13));
            prop_assert!(near(p.parameter_norm, norm(w), 1e-13));
        }
    }
}

#[test]
fn a_loss_scale_that_is_a_power_of_two_changes_no_bit() {
    for spec in common::specs() {
        for scale in [2.0_f64.powi(-20), 2.0, 65_536.0] {
            let run = |scale: f64| {
                let mut optimizer = plain(spec).clip(Clip::GlobalNorm(2.0)).build().unwrap();
                optimizer.set_loss_scale(scale).unwrap();
                let mut w = common::start::<f64>(1030);
                for t in 0..3 {
                    let mut g = common::gradient::<f64>(1030, t);
                    g.iter_mut().for_each(|g| *g *= scale);
                    optimizer.step_with_loss(1.5, [("w", &mut w, &g)]).unwrap();
                }
                (
                    bits(&w),
                    optimizer.state("w", &optimizer.state_names().join("")).map(|s| bits(&s)),
                )
            };
            assert!(run(scale) == run(1.0), "{spec}, {scale}");
        }
    }
}

#[test]
fn clipping_is_of_gradients_without_the_loss_scale() {
    let g = [8.0, -4.0, 1.0];
    let cases = [
        (Clip::Value(0.75), [0.75, -0.75, 0.25]),
        (Clip::Norm(1.125), [1.0, -0.5, 0.125]),
        (Clip::GlobalNorm(1.125), [1.0, -0.5, 0.125]),
    ];
    for (clip, expected) in cases {
        let builder = plain("sgd:lr=1").clip(clip).loss_scale(4.0).measure(Measure::Norms);
        let mut w = [0.0; 3];
        let report = builder.build().unwrap().step([("w", &mut w, &g)]).unwrap();
        assert_eq!((w.map(|w| -w), report.clipped), (expected, true), "{clip}");
        assert_eq!(report.gradient_norm, Some(2.25));
        // What the loss scale brings below the bound is not clipped.
        let builder = plain("sgd:lr=1").clip(clip).loss_scale(16.0);
        let mut w = [0.0; 3];
        let report = builder.build().unwrap().step([("w", &mut w, &g)]).unwrap();
        assert_eq!((w, report.clipped), (g.map(|g| -g / 16.0), false), "{clip}");
    }
}

/// 40,000 elements are added on several threads.
#[test]
fn accumulation_takes_the_step_of_the_mean_gradient() {
    const LEN: usize = 40_003;
    for count in [1, 2, 3, 4] {
        let (mut a, mut b) = (plain("adam").build().unwrap(), plain("adam").build().unwrap());
        let (mut wa, mut wb) = (common::start::<f64>(LEN), common::start::<f64>(LEN));
        let mut accumulator = Accumulator::new();
        for t in 0..3 {
            let batches: Vec<Vec<f64>> =
                (0..count).map(|k| common::gradient(LEN, 10 * t + k)).collect();
            for g in &batches {
                accumulator.add([("w", g)]).unwrap();
            }
            assert_eq!(accumulator.count(), count as u64);
            accumulator.step(&mut a, [("w", &mut wa)]).unwrap();
            assert_eq!(accumulator.count(), 0);
            let mean: Vec<f64> = (0..LEN)
                .map(|i| batches.iter().map(|g| g[i]).sum::<f64>() * (1.0 / count as f64))
                .collect();
            b.step([("w", &mut wb, &mean)]).unwrap();
            assert!(bits(&wa) == bits(&wb), "{count} batches, step {t}");
        }
    }
}

#[test]
fn gradients_of_sixteen_bits_are_summed_in_the_type_of_the_arithmetic() {
    let mut optimizer = Optimizer::<f32>::from_spec("sgd:lr=1").unwrap();
    let mut accumulator = Accumulator::new();
    // In bfloat16 257 numbers of 1 would be 256.
    for _ in 0..257 {
        accumulator.add([("w", &[bf16::ONE])]).unwrap();
    }
    let mut w = [0.0_f32];
    accumulator.step(&mut optimizer, [("w", &mut w)]).unwrap();
    assert_eq!(w, [-257.0 * (1.0_f32 / 257.0)]);
}

#[test]
fn what_has_no_gradient_since_the_last_step_is_left_alone() {
    let mut optimizer = plain("momentum:lr=1,momentum=0.5").build().unwrap();
    let mut accumulator = Accumulator::new();
    let (mut a, mut b) = ([0.0], [0.0]);
    accumulator.add([("a", &[1.0]), ("b", &[1.0])]).unwrap();
    accumulator.step(&mut optimizer, [("a", &mut a), ("b", &mut b)]).unwrap();
    accumulator.add([("a", &[1.0])]).unwrap();
    accumulator.step(&mut optimizer, [("a", &mut a), ("b", &mut b)]).unwrap();
    assert_eq!((a, b), ([-2.5], [-1.0]));
    assert_eq!((optimizer.steps("a"), optimizer.steps("b")), (2, 1));
    // A parameter without a gradient need not be given, and may have another size.
    accumulator.add([("b", &[1.0, 1.0])]).unwrap();
    assert!(optimizer.forget("b"));
    accumulator.step(&mut optimizer, [("b", &mut [0.0, 0.0])]).unwrap();
    let report = accumulator.step(&mut optimizer, [("b", &mut [0.0, 0.0])]).unwrap();
    assert_eq!(report.elements, 0);
}

/// A step with a gradient that is not finite in the second of three parameters.
fn after_nan(policy: NonFinite) -> (Result<Report, thalweg::Error>, Vec<f64>, Optimizer<f64>) {
    let mut optimizer = plain("sgd:lr=1")
        .non_finite(policy)
        .schedule("lr", "exponential:gamma=0.5".parse().unwrap())
        .build()
        .unwrap();
    let mut w = vec![1.0, 2.0, 3.0];
    let g = [1.0, f64::NAN, 1.0];
    let parameters = ["a", "b", "c"].into_iter().zip(w.chunks_mut(1)).zip(g.chunks(1));
    let result = optimizer.step(parameters.map(|((name, w), g)| (name, w, g)));
    (result, w, optimizer)
}

#[test]
fn a_gradient_that_is_not_finite_is_an_error_unless_said_otherwise() {
    assert_eq!(NonFinite::default(), NonFinite::Error);
    let (result, w, optimizer) = after_nan(NonFinite::Error);
    assert!(result.unwrap_err().to_string().contains("the gradient of `b` is NaN at element 0"));
    assert_eq!(w, [1.0, 2.0, 3.0]);
    assert_eq!((optimizer.steps_taken(), optimizer.steps_skipped()), (0, 0));
}

#[test]
fn a_skipped_step_is_reported_and_moves_no_schedule() {
    let (result, w, optimizer) = after_nan(NonFinite::Skip);
    let report = result.unwrap();
    let at = report.skipped.unwrap();
    assert_eq!((at.name.as_str(), at.index, at.value.is_nan()), ("b", 0, true));
    assert_eq!((report.step, report.elements), (0, 0));
    assert_eq!(w, [1.0, 2.0, 3.0]);
    assert_eq!((optimizer.steps_taken(), optimizer.steps_skipped()), (0, 1));
    assert_eq!(optimizer.current("lr", None), Some(1.0.into()));
}

#[test]
fn propagation_reaches_its_own_element_alone() {
    let (result, w, optimizer) = after_nan(NonFinite::Propagate);
    let report = result.unwrap();
    assert_eq!((report.step, report.elements, report.skipped), (1, 3, None));
    assert!(w[0] == 0.0 && w[1].is_nan() && w[2] == 2.0);
    assert_eq!((optimizer.steps_taken(), optimizer.steps_skipped()), (1, 0));
    assert_eq!(optimizer.current("lr", None), Some(0.5.into()));
}

#[test]
fn a_norm_that_is_not_finite_clips_nothing() {
    for clip in [Clip::Norm(1.0), Clip::GlobalNorm(1.0)] {
        for bad in [f64::NAN, f64::INFINITY] {
            let builder = plain("sgd:lr=1").clip(clip).non_finite(NonFinite::Propagate);
            let (mut optimizer, mut w) = (builder.build().unwrap(), [0.0, 0.0]);
            let report = optimizer.step([("w", &mut w, &[bad, 3.0])]).unwrap();
            assert!(!report.clipped && w[1] == -3.0, "{clip}, {bad}: {w:?}");
        }
    }
}

/// The norm of these is larger than any number; they are clipped all the same.
#[test]
fn a_norm_beyond_the_largest_number_still_clips() {
    for clip in [Clip::Norm(1.0), Clip::GlobalNorm(1.0)] {
        let (mut optimizer, mut w) = (plain("sgd:lr=1").clip(clip).build().unwrap(), [0.0; 4]);
        let report = optimizer.step([("w", &mut w, &[1e308; 4])]).unwrap();
        assert_eq!((report.clipped, report.gradient_norm), (true, Some(f64::MAX)));
        assert!(w.iter().all(|w| near(*w, -0.556, 1e-3)), "{w:?}");
    }
}

/// The norm of all is over what is stepped: a frozen parameter's gradient does not count.
#[test]
fn a_frozen_gradient_is_not_even_looked_at() {
    let builder = plain("sgd:lr=1").group(Group::matching("frozen").frozen());
    let mut optimizer = builder.clip(Clip::GlobalNorm(1.0)).build().unwrap();
    let (mut a, mut b) = ([0.0], [7.0]);
    let report = optimizer.step([("a", &mut a, &[0.5]), ("frozen", &mut b, &[f64::NAN])]).unwrap();
    assert_eq!((a, b), ([-0.5], [7.0]));
    assert_eq!((report.gradient_norm, report.elements, report.clipped), (Some(0.5), 1, false));
}

#[test]
fn a_report_tells_which_parameters_are_clipped() {
    let mut optimizer = Optimizer::<f64>::builder(Sgd { lr: 1.0, ..Sgd::default() })
        .clip(Clip::Norm(1.0))
        .measure(Measure::PerParameter)
        .build()
        .unwrap();
    let (mut a, mut b) = ([0.0, 0.0], [0.0]);
    let report = optimizer
        .step([
            Parameter::from(("long", &mut a, &[3.0, 4.0])),
            Parameter::from(("short", &mut b, &[0.5])),
        ])
        .unwrap();
    let clipped: Vec<(&str, bool)> =
        report.parameters.iter().map(|p| (&*p.name, p.clipped)).collect();
    assert_eq!(clipped, [("long", true), ("short", false)]);
    assert_eq!((report.parameters[0].gradient_norm, report.parameters[0].update_norm), (5.0, 1.0));
    assert!(report.clipped && b == [-0.5]);
}

#[test]
fn a_report_is_empty_unless_it_is_asked_for() {
    let mut optimizer = plain("sgd:lr=1").build().unwrap();
    let report = optimizer.step([("w", &mut [1.0, 2.0], &[1.0, 1.0])]).unwrap();
    assert_eq!(report, Report { step: 1, elements: 2, ..Report::default() });
}

#[test]
fn what_is_measured_does_not_change_what_is_done() {
    let (len, g) = (3000, |i: usize| (i as f32 * 0.7).sin());
    let run = |measure: Measure| {
        let spec = Spec::parse("adam").unwrap();
        let mut optimizer = Optimizer::<f32>::builder(spec).measure(measure).build().unwrap();
        let (mut w, g) = (vec![1.0_f32; len], (0..len).map(g).collect::<Vec<_>>());
        (0..3).for_each(|_| drop(optimizer.step([("w", &mut w, &g)]).unwrap()));
        let report = optimizer.step([("w", &mut w, &g)]).unwrap();
        (w, report)
    };
    let (w, all) = run(Measure::Norms);
    assert!(all.parameter_norm > Some(0.0) && all.update_norm > Some(0.0));
    let (without, some) = run(Measure::Updates);
    assert!(without == w && some == Report { parameter_norm: None, ..all });
    assert_eq!(run(Measure::Off).0, w);
}
