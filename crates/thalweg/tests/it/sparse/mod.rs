//! Sparse gradients: the bits of a dense step in these rows, and nothing anywhere else.

mod coalesce;
mod refusals;
mod torch;

use crate::common::{self, Number, STORES, bits, builder, elementwise_specs, pools};
use thalweg::{
    Builder, Clip, Dtype, Element, Error, Measure, NonFinite, Optimizer, Parameter, Real, Report,
    Rounding, Rows, Simd, Spec, bf16, f16,
};

const F64: [(Dtype, Rounding); 1] = [(Dtype::F64, Rounding::Nearest)];

/// Width and number of rows of tables whose rows lie within blocks of state and across them.
const TABLES: [(usize, usize); 4] = [(1, 40), (3, 700), (64, 40), (1500, 5)];

/// A way to set up an optimizer.
type Way<R> = fn(Builder<R, Spec>) -> Builder<R, Spec>;

/// Rows of step `t` in ascending order: two thirds of them.
fn some(rows: usize, t: usize) -> Vec<u32> {
    (0..rows as u32).filter(|row| !(*row as usize + t).is_multiple_of(3)).collect()
}

/// A step of a table with a sparse gradient.
fn sparse<R: Real, T: Element<R>, G: Element<R>>(
    optimizer: &mut Optimizer<R>,
    w: &mut [T],
    g: &[G],
    width: usize,
    indices: &[u32],
) -> Result<Report, Error> {
    optimizer.step([Parameter::from(("table", w, g)).with_rows(Rows { width, indices })])
}

/// Every number of an optimizer's state and of the table, each with the row it belongs to.
fn by_row<R: Real, T: Number>(optimizer: &Optimizer<R>, w: &[T], width: usize) -> Vec<Vec<u64>> {
    let mut numbers = vec![bits(w)];
    for slot in optimizer.state_names() {
        let state = optimizer.state("table", &slot).unwrap_or_default();
        numbers.push(state.iter().map(|x| x.to_f64().to_bits()).collect());
    }
    let row = |row: usize| {
        let of_row =
            |numbers: &Vec<u64>| numbers.iter().skip(row * width).take(width).copied().collect();
        numbers.iter().flat_map(|numbers| -> Vec<u64> { of_row(numbers) }).collect()
    };
    (0..w.len() / width).map(row).collect()
}

/// Sparse steps, each beside a dense step from the same state with gradients of 0 elsewhere.
fn beside_dense<R: Real, T, G>(make: impl Fn() -> Optimizer<R>, (width, rows): (usize, usize))
where
    T: Number + Element<R>,
    G: Number + Element<R>,
{
    let (mut optimizer, mut w) = (make(), common::start::<T>(rows * width));
    for t in 0..3 {
        let (mut dense, mut w_dense) = (make(), w.clone());
        dense.restore(&optimizer.to_checkpoint()).unwrap();
        let before = by_row(&optimizer, &w, width);

        let (indices, g) = (some(rows, t), common::gradient::<G>(rows * width, t));
        let row_of = |row: u32| &g[row as usize * width..][..width];
        let mut g_dense = vec![G::of(0.0); g.len()];
        for &row in &indices {
            g_dense[row as usize * width..][..width].copy_from_slice(row_of(row));
        }
        let g: Vec<G> = indices.iter().flat_map(|row| row_of(*row)).copied().collect();
        sparse(&mut optimizer, &mut w, &g, width, &indices).unwrap();
        dense.step([("table", &mut w_dense, &g_dense)]).unwrap();

        let (after, expected) = (by_row(&optimizer, &w, width), by_row(&dense, &w_dense, width));
        for row in 0..rows {
            let what = format!("{:?}: row {row} of {width}, step {t}", optimizer.method());
            if indices.contains(&(row as u32)) {
                assert!(after[row] == expected[row], "{what}");
            } else {
                // Before the first step there is no state.
                assert!(after[row].starts_with(&before[row]), "{what} has changed");
            }
        }
        assert_eq!(optimizer.steps("table"), t as u64 + 1);
    }
}

/// Every elementwise method, on tables of every kind.
fn as_dense<R: Real, T, G>(stores: &[(Dtype, Rounding)], way: Way<R>)
where
    T: Number + Element<R>,
    G: Number + Element<R>,
{
    for spec in elementwise_specs() {
        for &store in stores {
            let make = || way(builder(spec, store, Simd::widest())).build().unwrap();
            TABLES.into_iter().for_each(|table| beside_dense::<R, T, G>(make, table));
        }
    }
}

#[test]
fn touched_rows_have_the_bits_of_a_dense_step_in_f32() {
    as_dense::<f32, f32, f32>(&STORES, |builder| builder);
}

#[test]
fn touched_rows_have_the_bits_of_a_dense_step_in_f64() {
    as_dense::<f64, f64, f64>(&F64, |builder| builder.clip(Clip::Value(0.05)).loss_scale(3.0));
}

#[test]
fn touched_rows_have_the_bits_of_a_dense_step_in_bf16() {
    as_dense::<f32, bf16, bf16>(&STORES, |builder| builder);
}

#[test]
fn touched_rows_have_the_bits_of_a_dense_step_in_f16_and_mixed_types() {
    as_dense::<f32, f16, f16>(&STORES[..1], |builder| builder.measure(Measure::Norms));
    as_dense::<f32, f16, bf16>(&STORES[2..], |builder| builder.clip(Clip::Value(0.05)));
    as_dense::<f32, bf16, f32>(&STORES[2..], |builder| builder.measure(Measure::Norms));
}

/// More touched elements than one thread steps: random bits are those of the element, wherever the
/// table is cut.
#[test]
fn touched_rows_have_the_bits_of_a_dense_step_on_several_threads() {
    let make = || builder("adamw:lr=0.1", STORES[2], Simd::widest()).build().unwrap();
    beside_dense::<f32, bf16, bf16>(make, (40, 1700));
}

/// Elements, norms and clipping, too, on several threads.
#[test]
fn all_rows_in_order_are_a_dense_step() {
    let (width, rows) = (40, 1700);
    let all: Vec<u32> = (0..rows as u32).collect();
    for store in STORES {
        let make = || {
            let builder = builder::<f32>("adamw:lr=0.1", store, Simd::widest()).loss_scale(2.0);
            builder.clip(Clip::GlobalNorm(3.0)).measure(Measure::PerParameter).build().unwrap()
        };
        let (mut optimizer, mut w) = (make(), common::start::<bf16>(rows * width));
        let (mut dense, mut w_dense) = (make(), w.clone());
        for t in 0..3 {
            let g = common::gradient::<bf16>(w.len(), t);
            let report = sparse(&mut optimizer, &mut w, &g, width, &all).unwrap();
            assert_eq!(report, dense.step([("table", &mut w_dense, &g)]).unwrap());
            assert_eq!(bits(&w), bits(&w_dense));
            assert_eq!(optimizer.to_checkpoint(), dense.to_checkpoint());
        }
    }
}

/// Enough elements for several threads, in rows that are given in no order and some of them twice.
#[test]
fn threads_and_simd_change_no_bit() {
    let (width, rows) = (37, 3001);
    let mut random = common::Random(7);
    let indices: Vec<u32> = (0..2500).map(|_| random.below(rows) as u32).collect();
    let g = common::gradient::<f32>(indices.len() * width, 1);
    for (spec, store) in
        [("adamw", STORES[0]), ("adam:amsgrad=true", STORES[2]), ("adagrad", STORES[1])]
    {
        let mut first = None;
        for simd in Simd::available() {
            for pool in pools() {
                let more = builder::<f32>(spec, store, simd).clip(Clip::GlobalNorm(3.0));
                let mut optimizer = more.measure(Measure::PerParameter).build().unwrap();
                let mut w = common::start::<bf16>(rows * width);
                let reports: Vec<Report> = pool.install(|| {
                    let mut step = |_| sparse(&mut optimizer, &mut w, &g, width, &indices).unwrap();
                    (0..3).map(&mut step).collect()
                });
                let left = (bits(&w), optimizer.to_checkpoint(), reports);
                assert!(left.2[0].elements > 1 << 15);
                let first = first.get_or_insert_with(|| left.clone());
                assert!(left == *first, "{spec} on {} threads, {simd}", pool.current_num_threads());
            }
        }
    }
}

/// An element that is not touched may be anything: nothing reads it.
#[test]
fn rows_that_are_not_given_are_not_read() {
    let builder = Optimizer::<f64>::builder("adamw:lr=0.1".parse::<Spec>().unwrap());
    let mut optimizer = builder.measure(Measure::PerParameter).build().unwrap();
    let mut w = [f64::NAN, 3.0, 4.0, f64::INFINITY];
    let report = sparse(&mut optimizer, &mut w, &[0.0, 1.0], 1, &[2, 1]).unwrap();
    let own = &report.parameters[0];
    assert_eq!((report.elements, own.elements), (2, 2));
    // The weights decay by 0.1 · 0.01, and one takes a step of 0.1.
    let expected = [2.997 - 0.1, 3.996];
    assert!(common::near(w[1], expected[0], 1e-8) && common::near(w[2], expected[1], 1e-12));
    assert!(common::near(report.parameter_norm.unwrap(), w[1].hypot(w[2]), 1e-12));
    assert!(common::near(own.update_norm, (3.0 - w[1]).hypot(4.0 - w[2]), 1e-12));
    assert!(w[0].is_nan() && w[3].is_infinite());
}

#[test]
fn norms_and_clipping_are_of_the_sums() {
    let (indices, g) = ([1, 0, 1], [3.0, 4.0, 5.0]); // sums 4 and 8
    for (clip, factor) in [(Clip::Norm(1.0), 80.0), (Clip::GlobalNorm(1.0), 84.0)] {
        let builder = Optimizer::<f64>::builder("sgd:lr=1".parse::<Spec>().unwrap());
        let builder = builder.clip(clip).measure(Measure::PerParameter).loss_scale(2.0);
        let (mut optimizer, mut w, mut other) = (builder.build().unwrap(), [0.0; 3], [0.0]);
        let report = optimizer
            .step([
                Parameter::from(("table", &mut w, &g))
                    .with_rows(Rows { width: 1, indices: &indices }),
                Parameter::from(("other", &mut other, &[2.0])),
            ])
            .unwrap();
        assert!(
            report.clipped && common::near(report.gradient_norm.unwrap(), 21.0_f64.sqrt(), 1e-15)
        );
        assert!(common::near(report.parameters[0].gradient_norm, 20.0_f64.sqrt(), 1e-15));
        let expected = [4.0, 8.0].map(|sum| -sum / f64::sqrt(factor));
        assert!(common::near(w[0], expected[0], 1e-15) && common::near(w[1], expected[1], 1e-15));
    }
}

/// State of a table is the state of any parameter: steps of both kinds follow one another, and a run
/// resumes from a checkpoint.
#[test]
fn a_run_resumes_from_a_checkpoint() {
    let make =
        |store| builder::<f32>("adam:lr=0.1,amsgrad=true", store, Simd::widest()).build().unwrap();
    let (width, rows) = (48, 50);
    for store in STORES {
        let step = |optimizer: &mut Optimizer<f32>, w: &mut Vec<bf16>, t: usize| {
            let g = common::gradient::<bf16>(width * rows, t);
            let indices = some(rows, t);
            if t == 4 {
                optimizer.step([("table", w, &g)]).unwrap();
            } else {
                sparse(optimizer, w, &g[..indices.len() * width], width, &indices).unwrap();
            }
        };
        let (mut whole, mut w) = (make(store), common::start(width * rows));
        for stop in 1..7 {
            let (mut resumed, mut w_resumed) = (make(store), w.clone());
            resumed.restore(&whole.to_checkpoint()).unwrap();
            step(&mut whole, &mut w, stop);
            step(&mut resumed, &mut w_resumed, stop);
            assert_eq!(bits(&w), bits(&w_resumed));
            assert_eq!(whole.to_checkpoint(), resumed.to_checkpoint());
        }
    }
}

/// A step without rows is a step: the parameter's count goes up, as in PyTorch.
#[test]
fn no_rows_are_a_step() {
    let (mut optimizer, mut w) = (Optimizer::<f64>::from_spec("adam").unwrap(), [1.0, 2.0]);
    let report = sparse(&mut optimizer, &mut w, &[0.0; 0], 2, &[]).unwrap();
    assert_eq!((report.step, report.elements, optimizer.steps("table")), (1, 0, 1));
    let none: [f64; 0] = [];
    let report = optimizer
        .step([Parameter::from(("empty", &mut [0.0; 0], &none))
            .with_rows(Rows { width: 3, indices: &[] })]);
    assert_eq!(report.unwrap().elements, 0);
    assert_eq!(w, [1.0, 2.0]);
}

#[test]
fn gradients_that_are_not_finite_are_skipped_or_propagate() {
    for (policy, expected) in [(NonFinite::Skip, 2.0), (NonFinite::Propagate, f64::NEG_INFINITY)] {
        let builder = Optimizer::<f64>::builder("sgd:lr=1".parse::<Spec>().unwrap());
        let (mut optimizer, mut w) = (builder.non_finite(policy).build().unwrap(), [1.0, 2.0]);
        let report = sparse(&mut optimizer, &mut w, &[f64::INFINITY], 1, &[1]).unwrap();
        assert_eq!(w, [1.0, expected]);
        assert_eq!(report.skipped.map(|at| at.index), (policy == NonFinite::Skip).then_some(1));
    }
}
