//! Steps over maps of `ndarray` arrays.

use std::collections::{BTreeMap, HashMap};

use ndarray::{Array2, ArrayD, IxDyn, ShapeBuilder, array};
use thalweg::{Error, Optimizer};

fn momentum() -> Optimizer<f64> {
    Optimizer::from_spec("momentum:lr=0.1").unwrap()
}

#[test]
fn arrays_of_different_dimensions_step_together() {
    let mut params: BTreeMap<String, ArrayD<f64>> = BTreeMap::new();
    params.insert("W1".into(), ArrayD::ones(IxDyn(&[3, 2])));
    params.insert("b1".into(), ArrayD::ones(IxDyn(&[2])));
    params.insert("frozen".into(), ArrayD::ones(IxDyn(&[])));
    let grads = HashMap::from([
        ("W1".to_owned(), ArrayD::ones(IxDyn(&[3, 2]))),
        ("b1".to_owned(), ArrayD::ones(IxDyn(&[2]))),
    ]);
    let mut optimizer = momentum();
    optimizer.step_arrays(&mut params, &grads).unwrap();
    assert!(params["W1"].iter().chain(&params["b1"]).all(|&w| w == 0.9));
    assert_eq!(params["frozen"].first(), Some(&1.0));
    assert_eq!(optimizer.steps("frozen"), 0);
}

#[test]
fn memory_layout_makes_no_difference() {
    let row = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let mut column = Array2::zeros((2, 3).f());
    column.assign(&row);
    let mut fortran = Array2::zeros((2, 3).f());
    fortran.assign(&array![[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]);
    let c_order = fortran.as_standard_layout().into_owned();

    let (mut a, mut b) = (HashMap::from([("W", row.clone())]), HashMap::from([("W", column)]));
    let (mut one, mut two) = (momentum(), momentum());
    for step in 0..4 {
        one.step_arrays(&mut a, &HashMap::from([("W", c_order.clone())])).unwrap();
        if step == 2 {
            // From here on the second one's layout is the first one's.
            let rows = b["W"].as_standard_layout().into_owned();
            b.insert("W", rows);
        }
        two.step_arrays(&mut b, &HashMap::from([("W", fortran.clone())])).unwrap();
        assert_eq!(a["W"], b["W"]);
    }
    assert_ne!(a["W"], row);
}

#[test]
fn a_gradient_of_another_shape_or_without_parameter_changes_nothing() {
    let mut params = HashMap::from([("a", Array2::ones((2, 3))), ("b", Array2::ones((1, 1)))]);
    let mut optimizer = momentum();
    let wrong = HashMap::from([("a", Array2::ones((3, 2))), ("b", Array2::ones((1, 1)))]);
    assert_eq!(
        optimizer.step_arrays(&mut params, &wrong),
        Err(Error::ShapeMismatch { name: "a".into(), parameter: vec![2, 3], gradient: vec![3, 2] })
    );
    let stray = HashMap::from([("b", Array2::ones((1, 1))), ("c", Array2::ones((1, 1)))]);
    assert_eq!(
        optimizer.step_arrays(&mut params, &stray),
        Err(Error::UnknownParameter { name: "c".into() })
    );
    let (one, two) = (Array2::ones((1, 1)), Array2::ones((1, 1)));
    assert_eq!(
        optimizer.step_arrays(&mut params, [(&"b", &one), (&"b", &two)]),
        Err(Error::DuplicateName { name: "b".into() })
    );
    // Of several errors the one of the first name is reported, whatever the map's order.
    let names: Vec<String> = (0..50).map(|i| format!("w{i:02}")).collect();
    let mut many: HashMap<&str, Array2<f64>> =
        names.iter().map(|name| (name.as_str(), Array2::ones((1, 1)))).collect();
    let wrong: HashMap<&str, Array2<f64>> =
        names.iter().map(|name| (name.as_str(), Array2::ones((2, 2)))).collect();
    let error = optimizer.step_arrays(&mut many, &wrong);
    assert!(matches!(error, Err(Error::ShapeMismatch { name, .. }) if name == "w00"));
    assert!(params.values().flatten().all(|&w| w == 1.0));
    assert_eq!(optimizer.names().count(), 0);
}
