//! Samples selected by index.

use candle_core::{Device, Tensor};
use thalweg_nn::data::Samples;

fn six() -> Samples {
    let inputs = Tensor::arange(0_f32, 24.0, &Device::Cpu).unwrap();
    let targets = Tensor::arange(0_u32, 6, &Device::Cpu).unwrap();
    Samples { inputs: inputs.reshape((6, 4)).unwrap(), targets }
}

#[test]
fn a_subset_has_the_samples_asked_for_in_that_order() {
    let chosen = six().subset(&[4, 0, 4]).unwrap();
    assert_eq!(chosen.len(), 3);
    assert_eq!(chosen.labels().unwrap(), [4, 0, 4]);
    assert_eq!(chosen.row(0).unwrap(), [16.0, 17.0, 18.0, 19.0]);
    assert_eq!(chosen.row(1).unwrap(), [0.0, 1.0, 2.0, 3.0]);
    assert!(chosen.inputs.is_contiguous());
}

#[test]
fn a_subset_of_nothing_is_empty() {
    let none = six().subset(&[]).unwrap();
    assert!(none.is_empty());
    assert_eq!(none.inputs.dims(), [0, 4]);
}

#[test]
fn samples_of_more_dimensions_have_rows_and_subsets() {
    let all = six();
    let all = Samples { inputs: all.inputs.reshape((6, 1, 2, 2)).unwrap(), ..all };
    assert_eq!(all.len(), 6);
    assert_eq!(all.subset(&[5, 1]).unwrap().inputs.dims(), [2, 1, 2, 2]);
    assert_eq!(all.row(5).unwrap(), [20.0, 21.0, 22.0, 23.0]);
}

#[test]
fn a_subset_of_columns_that_do_not_lie_together_is_contiguous() {
    let all = six();
    let inputs = all.inputs.t().unwrap().contiguous().unwrap().t().unwrap();
    assert!(!inputs.is_contiguous());
    let chosen = Samples { inputs, ..all }.subset(&[2]).unwrap();
    assert!(chosen.inputs.is_contiguous());
    assert_eq!(chosen.row(0).unwrap(), [8.0, 9.0, 10.0, 11.0]);
}

#[test]
fn a_number_that_no_sample_has_is_refused() {
    for number in [6, u32::MAX] {
        let message = six().subset(&[0, number]).unwrap_err().to_string();
        assert!(message.contains("subset") && message.contains(&number.to_string()), "{message}");
    }
    assert!(six().row(6).is_err());
}
