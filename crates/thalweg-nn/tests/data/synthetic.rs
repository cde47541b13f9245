//! Spirals, moons and blobs, against their formulas.

use std::f32::consts::{FRAC_1_SQRT_2, PI};
use std::path::Path;

use thalweg_nn::data::{DataError, Dataset, Kind, Shape, Source, Split, Synthetic};

use crate::{is_well_formed, load, load_with, rows};

fn made(source: &str) -> Dataset {
    load(Path::new(""), source).unwrap()
}

/// The points of a class, by their first coordinate.
fn class(data: &Dataset, class: u32) -> Vec<[f32; 2]> {
    let rows = rows(data).into_iter().filter(|(_, of)| *of == class);
    let mut points: Vec<[f32; 2]> = rows.map(|(row, _)| [row[0], row[1]]).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    points
}

fn are_near(found: &[[f32; 2]], expected: &[[f32; 2]]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!((a - b).abs() < 1e-6, "{found:?} is not {expected:?}");
    }
}

#[test]
fn each_has_600_points_of_the_plane_by_default() {
    for (source, classes) in [("spirals", 3), ("moons", 2), ("blobs", 3)] {
        let data = made(source);
        is_well_formed(&data);
        assert_eq!((data.name.as_str(), &data.kind), (source, &Kind::Plane));
        assert_eq!((data.train.len(), data.test.len(), data.features()), (450, 150, 2));
        assert_eq!(data.classes.len(), classes);
        for k in 0..classes as u32 {
            assert_eq!(class(&data, k).len(), 600 / classes);
        }
    }
}

#[test]
fn the_first_classes_have_what_is_left_over() {
    let data = made("blobs:classes=3,samples=20");
    assert_eq!([0, 1, 2].map(|k| class(&data, k).len()), [7, 7, 6]);
}

/// `make_moons(n_samples=10, shuffle=False)`: linspace(0, π, 5) on both half circles.
#[test]
fn moons_without_noise_are_those_of_scikit_learn() {
    let moons = made("moons:samples=10,noise=0");
    let s = FRAC_1_SQRT_2;
    are_near(&class(&moons, 0), &[[-1.0, 0.0], [-s, s], [0.0, 1.0], [s, s], [1.0, 0.0]]);
    are_near(
        &class(&moons, 1),
        &[[0.0, 0.5], [1.0 - s, 0.5 - s], [1.0, -0.5], [1.0 + s, 0.5 - s], [2.0, 0.5]],
    );
}

#[test]
fn blobs_without_noise_are_their_centres() {
    let blobs = made("blobs:classes=4,samples=40,noise=0");
    for (k, centre) in [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]].into_iter().enumerate() {
        are_near(&class(&blobs, k as u32), &[centre; 10]);
    }
}

/// φ = 2πk/K + 4r at r = 1/2 and r = 1, two points an arm.
#[test]
fn spirals_without_noise_wind_by_four_radians() {
    let spirals = made("spirals:classes=2,samples=4,noise=0");
    let arm = |turn: f32| {
        let at = |r: f32| [r * (turn + 4.0 * r).sin(), r * (turn + 4.0 * r).cos()];
        let mut arm = [at(0.5), at(1.0)];
        arm.sort_by(|a, b| a[0].total_cmp(&b[0]));
        arm
    };
    are_near(&class(&spirals, 0), &arm(0.0));
    are_near(&class(&spirals, 1), &arm(PI));
}

#[test]
fn another_seed_makes_other_points() {
    for source in ["spirals", "moons", "blobs"] {
        let of = |seed| {
            let options = Split { seed, test: None };
            let data = load_with(Path::new(""), source, &options).unwrap();
            [0, 1].map(|k| class(&data, k))
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}

/// The standard deviation of 10,000 draws is within 3% of σ for all but one seed in ten thousand.
#[test]
fn noise_is_the_deviation_around_the_centre() {
    let blobs = made("blobs:classes=2,samples=20000,noise=0.5");
    for axis in [0, 1] {
        let around = class(&blobs, 0).into_iter().map(|point| point[axis] - [1.0, 0.0][axis]);
        let variance = around.map(|d| f64::from(d * d)).sum::<f64>() / 10_000.0;
        assert!((variance.sqrt() - 0.5).abs() < 0.015, "{}", variance.sqrt());
    }
}

#[test]
fn settings_out_of_range_are_refused_however_they_are_given() {
    let check = |synthetic: Synthetic, message: &str| {
        let refused = Dataset::load(&Source::Synthetic(synthetic), &Split::default()).unwrap_err();
        assert!(matches!(refused, DataError::InvalidSetting { .. }));
        assert_eq!(refused.to_string(), message);
    };
    let (spirals, moons) = (Synthetic::from(Shape::Spirals), Synthetic::from(Shape::Moons));
    check(
        Synthetic { classes: usize::MAX, ..spirals },
        "spirals: classes=18446744073709551615 is refused; classes is a whole number from 2 to 100",
    );
    check(Synthetic { classes: 3, ..moons }, "moons: classes=3 is refused; classes is 2");
    check(
        Synthetic { samples: 5, ..spirals },
        "spirals: samples=5 is refused; samples is a whole number from 6 to 1000000, at least two per class",
    );
    check(
        Synthetic { samples: usize::MAX, ..spirals },
        "spirals: samples=18446744073709551615 is refused; samples is a whole number from 6 to \
         1000000, at least two per class",
    );
    check(
        Synthetic { noise: f64::NAN, ..moons },
        "moons: noise=NaN is refused; noise is a number from 0 to 1000",
    );
}
