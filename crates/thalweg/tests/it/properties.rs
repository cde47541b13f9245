//! What holds for every optimizer, whatever the numbers: same bits, no panic.

use crate::common::{
    Left, Number, STORES, builder, elementwise_specs, gradient, pools, run, specs,
};
use proptest::prelude::*;
use thalweg::{
    Builder, Clip, Dtype, Element, Measure, NonFinite, Real, Registry, Rounding, Simd, Spec, bf16,
    f16,
};

const CLIPS: [Clip; 4] = [Clip::Off, Clip::Value(1.0), Clip::Norm(1e-3), Clip::GlobalNorm(1.0)];

const POLICIES: [NonFinite; 3] = [NonFinite::Error, NonFinite::Skip, NonFinite::Propagate];

/// Enough for several threads, and no multiple of a block.
const LARGE: usize = 70_003;

/// A way to set up an optimizer.
type Way<R> = fn(Builder<R, Spec>) -> Builder<R, Spec>;

const F64: [(Dtype, Rounding); 1] = [(Dtype::F64, Rounding::Nearest)];

#[test]
fn the_specs_cover_every_optimizer() {
    for entry in Registry::standard().entries() {
        assert!(specs().iter().any(|spec| spec.split(':').next() == Some(entry.name)));
    }
}

#[test]
fn plain_instructions_are_always_there_and_the_widest_come_last() {
    let available = Simd::available();
    assert_eq!(available[0], Simd::Plain);
    assert_eq!(*available.last().unwrap(), Simd::widest());
}

/// The same run on every number of threads with every instruction set; all leave the same behind.
fn on_everything<R: Real, T, G>(
    stores: &[(Dtype, Rounding)],
    more: impl Fn(Builder<R, Spec>) -> Builder<R, Spec> + Sync,
) where
    T: Number + Element<R>,
    G: Number + Element<R>,
{
    let gradients: Vec<Vec<G>> = (0..3).map(|t| gradient(LARGE, t)).collect();
    let pools = pools();
    for spec in specs() {
        for &store in stores {
            let mut first: Option<Left> = None;
            for simd in Simd::available() {
                for pool in &pools {
                    let mut optimizer = more(builder(spec, store, simd)).build().unwrap();
                    let left = pool.install(|| run::<R, T, G>(&mut optimizer, &[1], &gradients));
                    let first = first.get_or_insert_with(|| left_again(&left));
                    let threads = pool.current_num_threads();
                    assert!(left == *first, "{spec}: {store:?} on {threads} threads, {simd}");
                }
            }
        }
    }
}

fn left_again(left: &Left) -> Left {
    let Left { parameters, checkpoint, reports } = left;
    Left {
        parameters: parameters.clone(),
        checkpoint: checkpoint.clone(),
        reports: reports.clone(),
    }
}

#[test]
fn threads_and_simd_change_no_bit_in_f32() {
    on_everything::<f32, f32, f32>(&STORES, |builder| builder);
}

#[test]
fn threads_and_simd_change_no_bit_in_f64() {
    on_everything::<f64, f64, f64>(&F64, |builder| builder);
}

#[test]
fn threads_and_simd_change_no_bit_in_bf16() {
    on_everything::<f32, bf16, bf16>(&STORES, |builder| builder);
}

#[test]
fn threads_and_simd_change_no_bit_in_f16() {
    on_everything::<f32, f16, f16>(&STORES, |builder| builder);
}

#[test]
fn threads_and_simd_change_no_bit_in_mixed_types() {
    on_everything::<f32, bf16, f32>(&STORES[..1], |builder| builder);
    on_everything::<f32, f32, f16>(&STORES[1..2], |builder| builder);
    on_everything::<f32, f16, bf16>(&STORES[2..], |builder| builder);
}

/// Norms are among what is compared: all of a report is.
#[test]
fn threads_and_simd_change_no_bit_of_norms_averages_and_clipping() {
    let clips = [Clip::GlobalNorm(3.0), Clip::Norm(3.0), Clip::Value(0.05)];
    for clip in clips {
        let more = |builder: Builder<f32, Spec>| {
            builder.clip(clip).average(0.9).measure(Measure::PerParameter).loss_scale(3.0)
        };
        on_everything::<f32, f32, f32>(&STORES[..1], more);
        on_everything::<f32, bf16, bf16>(&STORES[2..], more);
    }
    on_everything::<f64, f64, f64>(&F64, |builder| {
        builder.clip(Clip::GlobalNorm(3.0)).measure(Measure::Norms).average(0.5)
    });
}

/// The ways through the engine: one with and one without a copy of each block.
fn both_ways<R: Real, T, G>(stores: &[(Dtype, Rounding)])
where
    T: Number + Element<R>,
    G: Number + Element<R>,
{
    let gradients: Vec<Vec<G>> = (0..3).map(|t| gradient(3000, t)).collect();
    // None of these has any effect on what is compared, at these numbers.
    let ways: [Way<R>; 5] = [
        |builder| builder.average(0.9),
        |builder| builder.measure(Measure::PerParameter),
        |builder| builder.clip(Clip::Value(1e6)),
        |builder| builder.clip(Clip::GlobalNorm(1e6)),
        |builder| builder.non_finite(NonFinite::Propagate).large_pages(true),
    ];
    for spec in specs() {
        for &store in stores {
            let run = |way: Way<R>| {
                let mut optimizer = way(builder(spec, store, Simd::widest())).build().unwrap();
                run::<R, T, G>(&mut optimizer, &[1025], &gradients)
            };
            let direct = run(|builder| builder);
            for (i, way) in ways.into_iter().enumerate() {
                let left = run(way);
                assert!(left.parameters == direct.parameters, "{spec}: {store:?}, way {i}");
                let mut slots = left.slots();
                slots.remove("average");
                assert!(slots == direct.slots(), "{spec}: {store:?}, state of way {i}");
            }
        }
    }
}

#[test]
fn what_is_asked_for_besides_changes_no_bit_of_a_step() {
    both_ways::<f32, f32, f32>(&STORES);
    both_ways::<f32, bf16, bf16>(&STORES);
    both_ways::<f32, f16, f32>(&STORES);
    both_ways::<f64, f64, f64>(&F64);
}

/// One tensor and the same elements in many leave the same behind, where no norm is taken of a tensor.
fn cut<R: Real, T, G>(
    spec: &str,
    store: (Dtype, Rounding),
    len: usize,
    cuts: &[usize],
    more: impl Fn(Builder<R, Spec>) -> Builder<R, Spec>,
) -> Result<(), TestCaseError>
where
    T: Number + Element<R>,
    G: Number + Element<R>,
{
    let gradients: Vec<Vec<G>> = (0..3).map(|t| gradient(len, t)).collect();
    let left = |cuts: &[usize]| {
        let mut optimizer = more(builder(spec, store, Simd::widest())).build().unwrap();
        run::<R, T, G>(&mut optimizer, cuts, &gradients)
    };
    let (whole, pieces) = (left(&[]), left(cuts));
    prop_assert!(whole.parameters == pieces.parameters, "{}: {:?}", spec, store);
    prop_assert!(whole.slots() == pieces.slots(), "{}: state in {:?}", spec, store);
    Ok(())
}

/// Around the borders of the blocks and pieces that work is divided into.
fn border() -> impl Strategy<Value = usize> {
    let borders = [0_usize, 64, 1024, 2048, 16_384, 32_768, 65_536];
    (prop::sample::select(borders.to_vec()), 0_usize..3)
        .prop_map(|(border, off)| (border + off).saturating_sub(1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn cutting_a_tensor_in_many_changes_no_bit(
        spec in prop::sample::select(elementwise_specs()),
        store in prop::sample::select(STORES.to_vec()),
        len in prop_oneof![3 => 0_usize..300, 3 => border(), 1 => 0_usize..70_000],
        cuts in prop::collection::vec(prop_oneof![border(), any::<usize>()], 0..6),
        average: bool,
    ) {
        let more = |builder: Builder<f32, Spec>| {
            if average { builder.average(0.9).clip(Clip::Value(0.1)) } else { builder }
        };
        cut::<f32, f32, f32>(spec, store, len, &cuts, more)?;
        cut::<f32, bf16, bf16>(spec, store, len, &cuts, more)?;
        cut::<f32, f16, f32>(spec, store, len, &cuts, more)?;
        cut::<f64, f64, f64>(spec, F64[0], len, &cuts, |builder| builder)?;
    }

    #[test]
    fn any_finite_gradient_is_stepped_without_panic(
        spec in prop::sample::select(specs()),
        store in prop::sample::select(STORES.to_vec()),
        clip in prop::sample::select(CLIPS.to_vec()),
        w in prop::collection::vec(any::<f32>(), 0..100),
        g in prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO,
    ) {
        let builder = builder::<f32>(spec, store, Simd::widest());
        let mut optimizer = builder.clip(clip).measure(Measure::PerParameter).build().unwrap();
        let mut stepped = w.clone();
        let gradient = vec![g; w.len()];
        for _ in 0..3 {
            optimizer.step_with_loss(1.5, [("w", &mut stepped, &gradient)]).unwrap();
        }
        prop_assert_eq!(optimizer.steps("w"), 3);
    }

    #[test]
    fn no_gradient_at_all_makes_a_step_panic(
        spec in prop::sample::select(specs()),
        store in prop::sample::select(STORES.to_vec()),
        clip in prop::sample::select(CLIPS.to_vec()),
        policy in prop::sample::select(POLICIES.to_vec()),
        numbers in prop::collection::vec((any::<u32>(), any::<u32>()), 0..100),
    ) {
        let builder = builder::<f32>(spec, store, Simd::widest()).clip(clip).average(0.5);
        let mut optimizer = builder.non_finite(policy).measure(Measure::Norms).build().unwrap();
        let (mut w, g): (Vec<f32>, Vec<f32>) =
            numbers.into_iter().map(|(w, g)| (f32::from_bits(w), f32::from_bits(g))).unzip();
        let finite = g.iter().all(|g| g.is_finite());
        let result = optimizer.step_with_loss(1.5, [("w", &mut w, &g)]);
        prop_assert_eq!(result.is_err(), !finite && policy == NonFinite::Error);
        prop_assert_eq!(optimizer.steps_skipped(), u64::from(!finite && policy == NonFinite::Skip));
    }

    #[test]
    fn no_text_makes_the_spec_parser_panic(
        text in any::<String>(),
        tail in "[a-z0-9_=,:. -]{0,40}",
    ) {
        let _ = Spec::parse(&text);
        let _ = Spec::parse(&format!("adam:{tail}"));
    }

    #[test]
    fn a_spec_survives_printing(lr in 0.0..1e6_f64, beta1 in 0.0..0.999_f64, amsgrad: bool) {
        let text = format!("adam:lr={lr:?},beta1={beta1:?},amsgrad={amsgrad}");
        let spec = Spec::parse(&text).unwrap();
        prop_assert_eq!(Spec::parse(&spec.to_string()).unwrap(), spec);
    }
}
