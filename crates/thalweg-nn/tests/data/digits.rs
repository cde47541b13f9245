//! The bundled digits, against published facts about them.

use std::path::Path;

use thalweg_nn::data::{Dataset, Kind};

use crate::{is_well_formed, load, rows};

fn digits() -> Dataset {
    load(Path::new(""), "digits").unwrap()
}

#[test]
fn there_are_1797_images_and_a_quarter_is_the_test_split() {
    let digits = digits();
    is_well_formed(&digits);
    assert_eq!(digits.name, "digits");
    assert_eq!(digits.kind, Kind::Images { height: 8, width: 8 });
    assert_eq!(digits.classes, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    // The sizes that scikit-learn's `train_test_split` gives for the same data.
    assert_eq!((digits.train.len(), digits.test.len()), (1347, 450));
    assert_eq!(digits.features(), 64);
}

/// The counts are those of the data set's description in scikit-learn and at UCI.
#[test]
fn every_digit_comes_as_often_as_in_the_original() {
    let mut counts = [0; 10];
    rows(&digits()).iter().for_each(|(_, digit)| counts[*digit as usize] += 1);
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
}

/// `load_digits().images[0]`, as scikit-learn's example prints it.
#[test]
fn the_first_image_is_among_them_in_sixteenths() {
    #[rustfmt::skip]
    let first = [
        0., 0., 5., 13., 9., 1., 0., 0.,
        0., 0., 13., 15., 10., 15., 5., 0.,
        0., 3., 15., 2., 0., 11., 8., 0.,
        0., 4., 12., 0., 0., 8., 8., 0.,
        0., 5., 8., 0., 0., 9., 8., 0.,
        0., 4., 11., 0., 1., 12., 7., 0.,
        0., 2., 14., 5., 10., 12., 0., 0.,
        0., 0., 6., 13., 10., 0., 0., 0.,
    ].map(|x: f32| x / 16.0);
    let rows = rows(&digits());
    let found: Vec<u32> =
        rows.iter().filter(|(pixels, _)| pixels[..] == first).map(|(_, class)| *class).collect();
    assert_eq!(found, [0]);
}

#[test]
fn pixels_are_from_0_to_1() {
    let rows = rows(&digits());
    let pixels = || rows.iter().flat_map(|(pixels, _)| pixels).copied();
    assert_eq!(pixels().fold(f32::MAX, f32::min), 0.0);
    assert_eq!(pixels().fold(f32::MIN, f32::max), 1.0);
}
