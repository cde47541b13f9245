//! Sixteen bits: what is lost, what is not, and what the random bits are a function of.

use crate::common::{self, Number, STORES, bits, builder, gradient, run};
use half::slice::HalfFloatSliceExt;
use proptest::prelude::*;
use thalweg::{
    Builder, Dtype, Measure, Method, NonFinite, Optimizer, Rounding, Simd, Spec, bf16, f16,
};

fn optimizer(spec: &str, state: Dtype, rounding: Rounding) -> Builder<f32, Spec> {
    builder(spec, (state, rounding), Simd::widest())
}

/// One step of sgd by `change`, in which nothing but the rounding of the parameter can be lost.
fn moved<T: Number + thalweg::Element<f32>>(from: &[T], change: f32, rounding: Rounding) -> Vec<T> {
    let mut optimizer = optimizer("sgd:lr=1", Dtype::F32, rounding).build().unwrap();
    let (mut w, g) = (from.to_vec(), vec![-change; from.len()]);
    optimizer.step([("w", &mut w, &g)]).unwrap();
    w
}

#[test]
fn every_bf16_and_every_f16_survives_a_step_that_adds_nothing() {
    let all = || (0..=u16::MAX).map(bf16::from_bits).filter(|x| x.is_finite()).collect::<Vec<_>>();
    for rounding in [Rounding::Nearest, Rounding::Stochastic { seed: 1 }] {
        assert!(bits(&moved(&all(), -0.0, rounding)) == bits(&all()));
    }
    let all: Vec<f16> = (0..=u16::MAX).map(f16::from_bits).filter(|x| x.is_finite()).collect();
    assert!(bits(&moved(&all, -0.0, Rounding::Nearest)) == bits(&all));
}

/// The expected numbers are those of the crate `half`, one at a time and without hardware.
#[test]
fn parameters_are_rounded_to_the_nearest() {
    let numbers: Vec<f32> = (0..40_000_u32)
        .map(|i| f32::from_bits(i.wrapping_mul(0x9e37_79b9)))
        .filter(|x| x.is_finite())
        .collect();
    let mut optimizer = Optimizer::<f32>::from_spec("sgd:lr=1").unwrap();
    let (mut to_bf16, mut to_f16) =
        (vec![bf16::ZERO; numbers.len()], vec![f16::ZERO; numbers.len()]);
    let g: Vec<f32> = numbers.iter().map(|x| -x).collect();
    optimizer.step([("bf16", &mut to_bf16, &g)]).unwrap();
    optimizer.step([("f16", &mut to_f16, &g)]).unwrap();
    for ((x, to_bf16), to_f16) in numbers.iter().zip(to_bf16).zip(to_f16) {
        assert_eq!(to_bf16, bf16::from_f32_const(*x), "{x}");
        assert_eq!(to_f16, f16::from_f32_const(*x), "{x}");
    }
}

#[test]
fn half_precision_beyond_65_504_is_infinite() {
    let w = moved(&[f16::MAX, f16::MIN, f16::ONE], 16.0, Rounding::Nearest);
    assert_eq!(w, [f16::INFINITY, f16::from_f32(-65_488.0), f16::from_f32(17.0)]);
}

#[test]
fn stochastic_rounding_is_right_on_average() {
    const N: usize = 200_000;
    // A sixteenth of the way from 1 to the next bfloat16.
    let change = 1.0 / 128.0 / 16.0;
    let w = moved(&vec![bf16::ONE; N], change, Rounding::Stochastic { seed: 3 });
    let above = w.iter().filter(|w| **w != bf16::ONE).count() as f64;
    let (expected, deviation) = (N as f64 / 16.0, (N as f64 * 15.0 / 256.0).sqrt());
    assert!((above - expected).abs() < 4.0 * deviation, "{above} of {N}");
    assert!(w.iter().all(|w| *w == bf16::ONE || w.to_f32() == 1.0 + 1.0 / 128.0));
    assert_eq!(moved(&[bf16::ONE], change, Rounding::Nearest), [bf16::ONE]);
}

/// A weight that takes 1,000 steps of a 64th of its last bit.
#[test]
fn small_steps_are_lost_to_nearest_and_kept_by_chance() {
    let end = |rounding| {
        let mut optimizer = optimizer("sgd:lr=1", Dtype::F32, rounding).build().unwrap();
        let (mut w, g) = (vec![bf16::ONE; 1000], vec![-1.0_f32 / 8192.0; 1000]);
        for _ in 0..1000 {
            optimizer.step([("w", &mut w, &g)]).unwrap();
        }
        w.iter().map(|w| w.to_f64()).sum::<f64>() / 1000.0
    };
    assert_eq!(end(Rounding::Nearest), 1.0);
    let mean = end(Rounding::Stochastic { seed: 5 });
    // A walk of 1,000 coins for each of 1,000 weights: 0.0001 is three deviations of the mean.
    assert!((mean - (1.0 + 1000.0 / 8192.0)).abs() < 1e-3, "{mean}");
}

/// What is reported and averaged is what was kept, not what was computed.
#[test]
fn norms_and_averages_are_of_what_was_kept() {
    let builder = optimizer("sgd:lr=1", Dtype::F32, Rounding::Nearest);
    let mut optimizer = builder.measure(Measure::Norms).average(0.5).build().unwrap();
    let mut w = [bf16::ONE; 4];
    let report = optimizer.step([("w", &mut w, &[1.0_f32 / 1024.0; 4])]).unwrap();
    assert_eq!((report.update_norm, report.parameter_norm), (Some(0.0), Some(2.0)));
    assert_eq!((w, optimizer.average("w")), ([bf16::ONE; 4], Some(&[1.0; 4][..])));
    let report = optimizer.step([("w", &mut w, &[0.5_f32 + 1.0 / 1024.0; 4])]).unwrap();
    assert_eq!((report.update_norm, report.parameter_norm), (Some(1.0), Some(1.0)));
    assert_eq!(optimizer.average("w"), Some(&[0.75; 4][..]));
}

/// This is why stochastic rounding is there.
#[test]
fn a_mean_square_falls_again_by_chance_and_stands_still_to_nearest() {
    let v_after = |rounding| {
        let builder = optimizer("adam:lr=0,beta2=0.999", Dtype::Bf16, rounding);
        let mut optimizer = builder.build().unwrap();
        let mut w = vec![0.0_f32; 4096];
        let mean = |o: &Optimizer<f32>| o.state("w", "v").unwrap().iter().sum::<f32>() / 4096.0;
        let mut before = 0.0;
        for t in 0..1500 {
            let g = if t < 500 { 1.0 } else { 0.0 };
            optimizer.step([("w", &mut w, &vec![g; 4096])]).unwrap();
            if t == 499 {
                before = mean(&optimizer);
            }
        }
        (before, mean(&optimizer))
    };
    let (before, after) = v_after(Rounding::Nearest);
    assert_eq!(before, after);
    let (before, after) = v_after(Rounding::Stochastic { seed: 9 });
    let rises = 1.0 - 0.999_f32.powi(500);
    assert!((before / rises - 1.0).abs() < 0.01, "{before}, exactly {rises}");
    let falls = 0.999_f32.powi(1000);
    assert!((after / before / falls - 1.0).abs() < 0.02, "{}, exactly {falls}", after / before);
}

/// The number of an element among all is what its random bits come from, not its name or place.
#[test]
fn other_seeds_steps_and_elements_have_other_random_bits() {
    let run = |seed| {
        let rounding = Rounding::Stochastic { seed };
        let mut optimizer = optimizer("adam:lr=0", Dtype::Bf16, rounding).build().unwrap();
        let mut w = [vec![0.0_f32; 512], vec![0.0; 512]];
        let mut seen = Vec::new();
        for _ in 0..2 {
            let g = vec![0.7_f32; 512];
            optimizer.step(["a", "b"].into_iter().zip(&mut w).map(|(n, w)| (n, w, &g))).unwrap();
            seen.extend(["a", "b"].map(|name| bits(&optimizer.state(name, "m").unwrap())));
        }
        seen
    };
    let seen = run(1);
    assert_eq!(seen, run(1));
    assert_ne!(seen, run(2));
    assert_ne!(seen[0], seen[1]);
    let values = |bits: &[u64]| bits.iter().map(|b| f64::from_bits(*b)).sum::<f64>() / 512.0;
    // The same in each slot would show as dependence of m and v; means are right for each.
    assert!((values(&seen[0]) / 0.07 - 1.0).abs() < 1e-3);
    assert!((values(&seen[2]) / 0.133 - 1.0).abs() < 1e-3);
}

/// All payloads of NaN, the one of all ones above all: rounding it up would make it a number.
#[test]
fn a_nan_in_a_gradient_stays_one_in_state_of_sixteen_bits() {
    let payloads = [0x7f80_0001, 0x7fbf_ffff, 0x7fc0_0000, 0x7fff_ffff, 0xff80_8000, 0xffff_ffff];
    for spec in common::elementwise_specs() {
        for store in STORES {
            for simd in Simd::available() {
                let builder = builder::<f32>(spec, store, simd).non_finite(NonFinite::Propagate);
                for average in [false, true] {
                    let builder = builder.clone();
                    let builder = if average { builder.average(0.5) } else { builder };
                    let mut optimizer = builder.build().unwrap();
                    let (mut w, mut w_bf16) = (vec![1.0_f32; 70], vec![bf16::ONE; 70]);
                    let mut g = vec![0.5_f32; 70];
                    for (i, payload) in payloads.into_iter().enumerate() {
                        g[11 * i + 3] = f32::from_bits(payload);
                    }
                    optimizer.step([("w", &mut w, &g)]).unwrap();
                    optimizer.step([("w16", &mut w_bf16, &g)]).unwrap();
                    let slots = optimizer.state_names();
                    for i in 0..70 {
                        let bad = g[i].is_nan();
                        assert_eq!((w[i].is_nan(), w_bf16[i].is_nan()), (bad, bad), "{spec} {i}");
                        for (name, slot) in
                            ["w", "w16"].iter().flat_map(|n| slots.iter().map(move |s| (n, s)))
                        {
                            // The largest of two cannot tell what a NaN is, and W₀ has none.
                            let state = optimizer.state(name, slot).unwrap()[i];
                            assert!(
                                state.is_nan() == bad || matches!(&**slot, "v_max" | "start"),
                                "{spec} {slot} {i}"
                            );
                        }
                    }
                }
            }
        }
    }
}

/// Its norm is NaN, too.
#[test]
fn a_nan_in_a_gradient_reaches_all_of_a_parameter_whose_norm_is_taken() {
    for spec in common::whole_tensor_specs() {
        for store in STORES {
            let builder = builder::<f32>(spec, store, Simd::widest());
            let mut optimizer = builder.non_finite(NonFinite::Propagate).build().unwrap();
            let (mut w, mut g) = (vec![1.0_f32; 70], vec![0.5_f32; 70]);
            g[3] = f32::NAN;
            // What some methods keep of it has an effect later.
            for _ in 0..3 {
                optimizer.step_with_loss(1.5, [("w", &mut w, &g)]).unwrap();
            }
            // These take no norms, but keep sums of their rates; Nero takes one of W alone.
            if !spec.starts_with("schedule-free") && spec != "nero" {
                assert!(w.iter().all(|w| w.is_nan()), "{spec} {store:?}");
            }
        }
    }
}

#[test]
fn state_of_sixteen_bits_is_rounded_state_of_thirty_two() {
    for spec in common::specs() {
        let gradients: Vec<Vec<f32>> = vec![gradient(1100, 3)];
        let formula = spec.parse::<Spec>().unwrap().formula().unwrap();
        let starts = formula.slots().iter().any(|slot| slot.start != 0.0);
        let left = |store| {
            let mut optimizer = builder(spec, store, Simd::widest()).build().unwrap();
            run::<f32, f32, f32>(&mut optimizer, &[], &gradients);
            let slots = optimizer.state_names();
            // Some are only those of matrices.
            slots.iter().filter_map(|slot| optimizer.state("w0", slot)).collect::<Vec<_>>()
        };
        let (full, half) = (left(STORES[0]), left(STORES[1]));
        for ((full, half), slot) in full.iter().zip(half).zip(formula.slots()) {
            // What is kept for the whole parameter has the type of the arithmetic.
            let round = |x: f32| if slot.is_whole { x } else { bf16::from_f32(x).to_f32() };
            // An accumulator that does not start from 0 is rounded before the first step, too.
            let near = |x: f32, y: f32| match starts {
                true => (x - y).abs() <= x.abs() / 64.0,
                false => round(x) == y,
            };
            assert!(full.iter().zip(&half).all(|(x, y)| near(*x, *y)), "{spec}");
        }
    }
}

proptest! {
    #[test]
    fn sixteen_bits_are_read_exactly(numbers in prop::collection::vec(any::<u16>(), 1..200)) {
        // A weight of 0 that takes the gradient itself as its step is what the gradient was.
        let g = numbers.iter().map(|b| bf16::from_bits(*b));
        let g: Vec<bf16> = g.filter(|g| g.is_finite()).collect();
        let mut optimizer = Optimizer::<f32>::from_spec("sgd:lr=1").unwrap();
        let mut w = vec![0.0_f32; g.len()];
        optimizer.step([("w", &mut w, &g)]).unwrap();
        prop_assert!(w.iter().zip(&g).all(|(w, g)| -w == g.to_f32()));
        let g = numbers.iter().map(|b| f16::from_bits(*b));
        let g: Vec<f16> = g.filter(|g| g.is_finite()).collect();
        let mut w = vec![0.0_f32; g.len()];
        optimizer.step([("w16", &mut w, &g)]).unwrap();
        let mut expected = vec![0.0_f32; g.len()];
        g.convert_to_f32_slice(&mut expected);
        prop_assert!(w.iter().zip(&expected).all(|(w, g)| -w == *g));
    }
}

#[test]
fn state_fades_to_zero_and_never_below_the_normal_numbers() {
    for (state, rounding) in STORES {
        // One gradient, then none: m is multiplied by 0.9 in each step and passes 2⁻¹²⁶ at about the 810th.
        let mut optimizer = optimizer("adam", state, rounding).build().unwrap();
        let mut w = [1.0_f32];
        for step in 0..1000 {
            let gradient = if step == 0 { [1.0_f32] } else { [0.0] };
            optimizer.step([("w", &mut w, &gradient)]).unwrap();
            let m = optimizer.state("w", "m").unwrap()[0];
            assert!(m == 0.0 || m.is_normal(), "{m:e} after step {step}");
        }
        if state == Dtype::F32 {
            assert_eq!(optimizer.state("w", "m").unwrap(), [0.0]);
        }
    }
}
