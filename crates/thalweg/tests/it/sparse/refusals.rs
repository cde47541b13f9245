//! Sparse gradients that are errors.

use super::{Way, sparse};
use crate::common::{self, bits, whole_tensor_specs};
use thalweg::{Clip, Error, Optimizer, Parameter, Rows, Spec};

/// Makes a step that is refused, of `a` and some rows of `table`, and checks that neither what is
/// there nor the steps that follow differ from those of a twin that never saw it.
fn refused(spec: &str, way: Way<f64>, width: usize, indices: &[u32], g: &[f64]) -> Error {
    let make = || way(Optimizer::builder(spec.parse().unwrap())).build().unwrap();
    let (mut optimizer, mut twin) = (make(), make());
    let good = |optimizer: &mut Optimizer<f64>, w: &mut Vec<f64>| {
        optimizer.step_with_loss(1.5, [("table", w, &vec![0.5; 12])]).unwrap();
    };
    let (mut w, mut w_twin) = (common::start(12), common::start(12));
    good(&mut optimizer, &mut w);
    good(&mut twin, &mut w_twin);
    let (mut a, before) = ([1.0, 2.0], w.clone());
    let error = optimizer
        .step_with_loss(
            1.5,
            [
                Parameter::from(("a", &mut a, &[1.0, 1.0])),
                Parameter::from(("table", &mut w, g)).with_rows(Rows { width, indices }),
            ],
        )
        .unwrap_err();
    assert_eq!((a, &w), ([1.0, 2.0], &before), "{error}");
    assert_eq!(optimizer.to_checkpoint(), twin.to_checkpoint(), "{error}");
    good(&mut optimizer, &mut w);
    good(&mut twin, &mut w_twin);
    assert_eq!((bits(&w), optimizer.to_checkpoint()), (bits(&w_twin), twin.to_checkpoint()));
    error
}

#[test]
fn rows_that_do_not_fit_change_nothing() {
    let refused = |width, indices: &[u32], g: &[f64]| {
        refused("adam", |builder| builder, width, indices, g).to_string()
    };
    for width in [0, 5, 13] {
        assert_eq!(
            refused(width, &[0], &vec![1.0; width]),
            format!(
                "`table` has 12 elements, which is not a whole number of rows of {width} elements"
            )
        );
    }
    let mut optimizer = Optimizer::<f64>::from_spec("adam").unwrap();
    let (mut none, width) = (Vec::<f64>::new(), 0);
    let error = sparse(&mut optimizer, &mut none, &[0.0; 0], width, &[]).unwrap_err();
    assert_eq!(error, Error::RowWidth { name: "table".into(), parameter: 0, width });
    assert_eq!(
        refused(4, &[0, 1], &[1.0; 7]),
        "the gradient of `table` has 7 elements, but its 2 rows have 4 each"
    );
    for (indices, row, at) in [(&[3][..], 3, 0), (&[2, 0, u32::MAX, 7], u32::MAX, 2)] {
        assert_eq!(
            refused(4, indices, &vec![1.0; 4 * indices.len()]),
            format!(
                "the gradient of `table` has row {row} (index {at}), but the parameter has 3 rows"
            )
        );
    }
}

#[test]
fn gradients_that_are_not_finite_change_nothing() {
    let at = |indices: &[u32], g: &[f64]| match refused(
        "adam",
        |builder| builder.clip(Clip::GlobalNorm(1.0)),
        2,
        indices,
        g,
    ) {
        Error::NonFiniteGradient { name, index, value } if name == "table" => (index, value),
        error => panic!("{error}"),
    };
    assert_eq!(at(&[1, 4], &[0.0, 1.0, 2.0, f64::INFINITY]), (9, f64::INFINITY));
    assert_eq!(
        at(&[4, 1, 4], &[0.0, 1.0, 2.0, f64::NEG_INFINITY, 0.0, 0.0]),
        (3, f64::NEG_INFINITY)
    );
    // Each is finite, their sum is not.
    assert_eq!(at(&[5, 5], &[1e308, 0.0, 1e308, 0.0]), (10, f64::INFINITY));
    assert!(at(&[0, 1], &[0.0, f64::NAN, 2.0, f64::NAN]).1.is_nan());
}

#[test]
fn methods_of_whole_parameters_and_averages_refuse_rows() {
    for spec in whole_tensor_specs() {
        let error = refused(spec, |builder| builder, 4, &[1], &[1.0; 4]);
        let optimizer = spec.split(':').next().unwrap().to_owned();
        assert_eq!(error, Error::SparseWholeTensor { name: "table".into(), optimizer });
    }
    let in_a_group = refused("adam", |b| b.group("ta*: lamb".parse().unwrap()), 4, &[1], &[1.0; 4]);
    assert_eq!(
        in_a_group.to_string(),
        "the gradient of `table` is sparse, but lamb needs that of the whole parameter"
    );
    let error = refused("adam", |builder| builder.average(0.9), 4, &[1], &[1.0; 4]);
    assert_eq!(
        error.to_string(),
        "the gradient of `table` is sparse, but the average of the parameters needs every row"
    );
    // A frozen parameter is not stepped, by whatever method.
    let builder = Optimizer::<f64>::builder("lamb".parse::<Spec>().unwrap()).average(0.5);
    let mut optimizer = builder.group("table: frozen".parse().unwrap()).build().unwrap();
    let mut w = [1.0, 2.0];
    assert_eq!(sparse(&mut optimizer, &mut w, &[1.0], 1, &[1]).unwrap().elements, 0);
    assert!(sparse(&mut optimizer, &mut w, &[1.0], 1, &[2]).is_err());
    assert_eq!(w, [1.0, 2.0]);
}
