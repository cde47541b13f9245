//! Gradients of the same row are added; rows come in any order.

use super::sparse;
use crate::common::{self, bits};
use thalweg::{Optimizer, Parameter, Rows, bf16};

/// 2²⁴ + 1 + 1 − 2²⁴ is 0 in f32, from left to right: a unit is lost each time.
#[test]
fn gradients_of_one_row_are_added_in_the_order_given() {
    let step = |indices: &[u32], g: &[f32]| {
        let mut optimizer = Optimizer::<f32>::from_spec("sgd:lr=1").unwrap();
        let mut w = [0.0_f32; 4];
        sparse(&mut optimizer, &mut w, g, 1, indices).unwrap();
        w.map(|w| -w)
    };
    let large = (1 << 24) as f32;
    assert_eq!(step(&[2, 0, 2, 2, 2], &[large, 5.0, 1.0, 1.0, -large]), [5.0, 0.0, 0.0, 0.0]);
    assert_eq!(step(&[2, 2, 2, 0, 2], &[1.0, 1.0, large, 5.0, -large]), [5.0, 0.0, 2.0, 0.0]);
    assert_eq!(step(&[2, 2, 2, 2, 0], &[large, -large, 1.0, 1.0, 5.0]), [5.0, 0.0, 2.0, 0.0]);
    // A single gradient is not added to 0, which would lose the sign of −0.
    let negative = |indices: &[u32]| {
        let (mut optimizer, mut w) = (Optimizer::<f32>::from_spec("sgd").unwrap(), [-0.0_f32; 2]);
        sparse(&mut optimizer, &mut w, &[-0.0_f32; 2], 1, indices).unwrap();
        w.map(f32::to_bits)
    };
    assert_eq!(negative(&[1, 0]), negative(&[0, 1]));
}

/// The sums of bfloat16 gradients are of the arithmetic's type.
#[test]
fn sums_are_not_rounded_to_the_type_of_the_gradients() {
    let mut optimizer = Optimizer::<f32>::from_spec("sgd:lr=1").unwrap();
    let (mut w, g) = ([0.0_f32; 2], [256.0, 1.0].map(bf16::from_f32));
    sparse(&mut optimizer, &mut w, &g, 1, &[1, 1]).unwrap();
    assert_eq!(w, [0.0, -257.0]);
}

/// Two tables and a bias in one step are as each alone, whichever has to be coalesced.
#[test]
fn dense_parameters_and_several_tables_mix_in_a_step() {
    let starts: [Vec<f64>; 3] = [common::start(12), common::start(5), common::start(14)];
    let gradients: [Vec<f64>; 3] =
        [common::gradient(9, 1), common::gradient(5, 2), common::gradient(6, 3)];
    let a = Rows { width: 3, indices: &[3, 0, 3] };
    for indices in [[6, 2, 4], [2, 4, 6], [6, 3, 3]] {
        let all = [Some(a), None, Some(Rows { width: 2, indices: &indices })];
        let mut together = Optimizer::<f64>::from_spec("adam").unwrap();
        let mut w = starts.clone();
        let parameters = ["a", "bias", "b"].into_iter().zip(&mut w).zip(&gradients).zip(all);
        together
            .step(
                parameters.map(|(((name, w), g), rows)| Parameter { rows, ..(name, w, g).into() }),
            )
            .unwrap();
        for (k, rows) in all.into_iter().enumerate() {
            let (mut alone, mut own) =
                (Optimizer::<f64>::from_spec("adam").unwrap(), starts[k].clone());
            alone.step([Parameter { rows, ..("x", &mut own, &gradients[k]).into() }]).unwrap();
            assert_eq!(bits(&w[k]), bits(&own));
        }
    }
}

/// Whatever is given, it is an error or subtracts every gradient from its row.
#[test]
fn any_rows_are_stepped_or_an_error() {
    let mut random = common::Random(3);
    let (mut stepped, mut errors) = (0, 0);
    for _ in 0..3000 {
        let (width, len) = (random.below(4), random.below(13));
        let indices: Vec<u32> = (0..random.below(5)).map(|_| random.below(6) as u32).collect();
        let extra = random.below(8) / 7;
        let g = common::gradient::<f64>(indices.len() * width + extra, random.below(9));
        let (mut w, mut expected) = (common::start::<f64>(len), common::start::<f64>(len));
        let mut optimizer = Optimizer::<f64>::from_spec("sgd:lr=1").unwrap();
        if sparse(&mut optimizer, &mut w, &g, width, &indices).is_err() {
            assert_eq!(w, expected);
            errors += 1;
            continue;
        }
        for (k, g) in g.iter().enumerate() {
            expected[indices[k / width] as usize * width + k % width] -= g;
        }
        assert!(w.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12));
        stepped += 1;
    }
    assert!(stepped > 300 && errors > 300, "{stepped} {errors}");
}
