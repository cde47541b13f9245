//! The plane through paths.

use serde_json::Value;
use thalweg_nn::landscape::{Directions, LandscapeError, Plane, Trajectory};

use crate::{dot, on_threads, path};

const RANDOM: Directions = Directions::Random { seed: 5 };

/// Weight k of point j of a path, as `golden/make_plane.py` has it.
fn weight(path: usize, j: usize, k: usize) -> f32 {
    let part = |value: usize, modulus: usize, half: f32, below: f32| {
        ((value % modulus) as f32 - half) / below
    };
    let start = part(k * 131, 97, 48.0, 32.0);
    let ahead = part(k * 7919 + path * 104_729, 64, 32.0, 64.0);
    let aside = part(k * 613 + path * 911, 32, 16.0, 64.0);
    let noise = part((k * 31 + j * 17 + path * 5) * (j + 3), 29, 14.0, 256.0);
    let t = j as f32 / 8.0;
    if j == 0 { start } else { start + (ahead * t + aside * t * t + noise) }
}

/// Three paths of nine points with 1300 weights.
fn three() -> Vec<Trajectory> {
    let point = |p: usize, j: usize| (0..1300).map(|k| weight(p, j, k)).collect();
    (0..3).map(|p| path((0..9).map(|j| point(p, j)).collect())).collect()
}

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/plane.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn assert_near(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= within, "{f} instead of {e}");
    }
}

fn assert_orthonormal(plane: &Plane) {
    let [a, b] = plane.axes();
    assert_near(&[dot(a, a), dot(b, b), dot(a, b)], &[1.0, 1.0, 0.0], 1e-12);
}

#[test]
fn the_plane_is_the_one_that_numpy_finds() {
    let (paths, golden) = (three(), golden());
    let plane = Plane::through(&paths, Directions::Principal).unwrap();
    assert_near(&plane.explained(), &numbers(&golden["explained"]), 1e-12);
    for (axis, begin) in plane.axes().iter().zip(golden["axes_begin"].as_array().unwrap()) {
        assert_near(&axis[..20], &numbers(begin), 1e-11);
    }
    let points = paths.iter().flat_map(|p| &p.points);
    let expected = golden["coordinates"].as_array().unwrap();
    assert_eq!(expected.len(), 27);
    for (point, expected) in points.zip(expected) {
        assert_near(&plane.coordinates(point), &numbers(expected), 1e-10);
    }
}

#[test]
fn axes_are_orthonormal() {
    for directions in [Directions::Principal, RANDOM] {
        assert_orthonormal(&Plane::through(&three(), directions).unwrap());
    }
}

#[test]
fn the_start_lies_in_the_plane_at_0_0() {
    let paths = three();
    for directions in [Directions::Principal, RANDOM] {
        let plane = Plane::through(&paths, directions).unwrap();
        assert_eq!(plane.coordinates(&paths[1].points[0]), [0.0, 0.0]);
        assert_eq!(plane.point([0.0, 0.0]), paths[1].points[0]);
    }
}

#[test]
fn points_that_lie_in_a_plane_keep_their_distances() {
    // Two orthogonal directions of length √2 in 600 dimensions.
    let place =
        |i: usize| [f64::from((i * i % 17) as u32) - 6.0, f64::from((i * 5 % 13) as u32) - 4.0];
    let point = |i: usize| {
        let ([x, y], mut weights) = (place(i), vec![0.25; 600]);
        (weights[3], weights[599]) = ((0.25 + x) as f32, (0.25 + x) as f32);
        (weights[200], weights[201]) = ((0.25 + y) as f32, (0.25 - y) as f32);
        weights
    };
    let points: Vec<Vec<f32>> = (0..16).map(point).collect();
    let plane = Plane::through(&[path(points.clone())], Directions::Principal).unwrap();
    assert_near(&[plane.explained().iter().sum()], &[1.0], 1e-12);
    for i in 0..16 {
        for j in 0..16 {
            let ([a, b], [p, q]) =
                ([i, j].map(|i| plane.coordinates(&points[i])), [place(i), place(j)]);
            let expected = 2f64.sqrt() * (p[0] - q[0]).hypot(p[1] - q[1]);
            assert_near(&[(a[0] - b[0]).hypot(a[1] - b[1])], &[expected], 1e-9);
        }
    }
}

#[test]
fn the_coordinates_of_a_point_of_the_plane_are_its_own() {
    for directions in [Directions::Principal, RANDOM] {
        let plane = Plane::through(&three(), directions).unwrap();
        for at in [[0.0, 0.0], [3.0, -1.5], [-0.25, 40.0]] {
            assert_near(&plane.coordinates(&plane.point(at)), &at, 1e-5);
        }
    }
}

#[test]
fn the_plane_is_the_same_bits_on_any_number_of_threads() {
    for directions in [Directions::Principal, RANDOM] {
        let planes =
            [1, 2, 5].map(|n| on_threads(n, || Plane::through(&three(), directions).unwrap()));
        assert!(planes[0] == planes[1] && planes[0] == planes[2]);
    }
}

#[test]
fn the_largest_component_of_a_principal_direction_is_positive() {
    let mut mirrored = three();
    for weights in mirrored.iter_mut().flat_map(|p| &mut p.points) {
        weights.iter_mut().for_each(|w| *w = -*w);
    }
    let mut turned = three();
    turned.reverse();
    let plane = Plane::through(&three(), Directions::Principal).unwrap();
    for paths in [mirrored, turned] {
        let other = Plane::through(&paths, Directions::Principal).unwrap();
        for (axis, other) in plane.axes().iter().zip(other.axes()) {
            assert_near(axis, other, 1e-10);
            let largest = axis.iter().max_by(|a, b| a.abs().total_cmp(&b.abs()));
            assert!(largest.is_some_and(|&v| v > 0.0));
        }
    }
}

#[test]
fn where_points_span_no_plane_directions_are_drawn() {
    let still = vec![vec![1.0; 40]; 5];
    let line: Vec<Vec<f32>> =
        (0..9).map(|j| (0..40).map(|k| (j * k) as f32 / 8.0).collect()).collect();
    let cases = [
        (vec![path(vec![vec![0.5; 40]])], [0.0, 0.0]),
        (vec![path(still.clone()), path(still)], [0.0, 0.0]),
        (vec![path(line)], [1.0, 0.0]),
        (vec![path(vec![vec![0.0, 0.0], vec![3.0, 4.0]])], [1.0, 0.0]),
    ];
    for (paths, explained) in cases {
        for directions in [Directions::Principal, RANDOM] {
            let plane = Plane::through(&paths, directions).unwrap();
            assert_orthonormal(&plane);
            let domain = plane.domain(&paths);
            assert!(domain.x[0] < domain.x[1] && domain.y[0] < domain.y[1]);
            if directions == Directions::Principal {
                assert_near(&plane.explained(), &explained, 1e-12);
            }
        }
    }
}

#[test]
fn points_that_are_not_finite_are_left_out() {
    let (clean, mut spoilt) = (three(), three());
    for (at, value) in [(2, f32::NAN), (5, f32::INFINITY)] {
        let mut point = spoilt[at / 2].points[4].clone();
        point[at] = value;
        spoilt[at / 2].points.push(point);
        spoilt[at / 2].steps.push(9);
    }
    let [clean_plane, plane] =
        [&clean, &spoilt].map(|paths| Plane::through(paths, Directions::Principal).unwrap());
    assert!(plane == clean_plane);
    assert!(plane.domain(&spoilt) == clean_plane.domain(&clean));
}

#[test]
fn a_run_thrown_far_away_does_not_rule_the_plane() {
    for recorded in [true, false] {
        let (clean, mut thrown) = (three(), three());
        let far: Vec<f32> = (0..1300).map(|k| if k % 2 == 0 { 1e18 } else { -3.0 }).collect();
        thrown.push(path(vec![clean[0].points[0].clone(), far]));
        thrown[3].diverged = true;
        if recorded {
            for (i, path) in thrown.iter_mut().enumerate() {
                let loss = |j: usize| if i < 3 { 1.0 / (j + 1) as f64 } else { 1.0 + j as f64 };
                path.losses = (0..path.points.len()).map(loss).collect();
            }
        }
        let plane = Plane::through(&thrown, Directions::Principal).unwrap();
        let expected = Plane::through(&clean, Directions::Principal).unwrap();
        // The start is there once more.
        assert_near(&plane.explained(), &expected.explained(), 1e-9);
        assert_near(&plane.domain(&thrown).x, &expected.domain(&clean).x, 1e-9);
    }
}

#[test]
fn a_far_point_that_is_the_best_of_all_counts() {
    let points =
        |reach: f32| path((0..6).map(|j| vec![1.0 + reach * j as f32, 2.0, 3.0]).collect());
    let (mut slow, mut fast) = (points(1e-4), points(1.0));
    slow.losses = (0..6).map(|j| 2.0 - 1e-4 * f64::from(j)).collect();
    fast.losses = (0..6).map(|j| 2.0 - 0.3 * f64::from(j)).collect();
    let paths = [slow.clone(), slow.clone(), slow, fast];
    let plane = Plane::through(&paths, Directions::Principal).unwrap();
    let domain = plane.domain(&paths);
    assert!(domain.contains(plane.coordinates(&paths[3].points[5])), "{domain:?}");
}

#[test]
fn all_points_lie_in_the_domain_with_room_around_them() {
    let paths = three();
    for directions in [Directions::Principal, RANDOM] {
        let plane = Plane::through(&paths, directions).unwrap();
        let domain = plane.domain(&paths);
        let [wide, tall] = [domain.x, domain.y].map(|[low, high]| high - low);
        for point in paths.iter().flat_map(|p| &p.points) {
            let [x, y] = plane.coordinates(point);
            assert!(x - domain.x[0] > 0.1 * wide && domain.x[1] - x > 0.1 * wide);
            assert!(y - domain.y[0] > 0.1 * tall && domain.y[1] - y > 0.1 * tall);
        }
    }
}

#[test]
fn other_seeds_draw_other_directions() {
    let drawn = |seed| Plane::through(&three(), Directions::Random { seed }).unwrap();
    assert!(drawn(1) == drawn(1));
    assert!(dot(drawn(1).axes()[0], drawn(2).axes()[0]).abs() < 0.2);
}

#[test]
fn directions_are_read_as_they_are_written() {
    for directions in [Directions::Principal, Directions::Random { seed: 0 }, RANDOM] {
        assert_eq!(directions.to_string().parse(), Ok(directions));
    }
    assert_eq!("random".parse(), Ok(Directions::Random { seed: 0 }));
    for text in ["", "PCA", "random:", "random:x", "random:-1", "pca:3"] {
        let message = text.parse::<Directions>().unwrap_err().to_string();
        assert!(message.contains("pca, random") && message.contains(text), "{message}");
    }
}

#[test]
fn inconsistent_paths_are_refused() {
    let refused = |paths: &[Trajectory]| Plane::through(paths, Directions::Principal).unwrap_err();
    let good = || path(vec![vec![0.0; 3], vec![1.0; 3]]);
    assert!(matches!(refused(&[]), LandscapeError::NoPoints));
    assert!(matches!(refused(&[path(vec![])]), LandscapeError::NoPoints));
    assert!(matches!(refused(&[path(vec![vec![f32::NAN; 3]])]), LandscapeError::NoPoints));
    let one = refused(&[path(vec![vec![1.0]])]);
    assert!(matches!(one, LandscapeError::Parameters { parameters: 1 }));
    let other = refused(&[good(), path(vec![vec![0.0; 3], vec![0.0; 4]])]);
    assert_eq!(other.to_string(), "point 1 of a has 4 weights; 3 were expected");
    for spoil in [
        |p: &mut Trajectory| p.steps.truncate(1),
        |p: &mut Trajectory| p.steps[1] = 0,
        |p: &mut Trajectory| p.losses.push(1.0),
    ] {
        let mut path = good();
        spoil(&mut path);
        assert!(matches!(refused(&[path]), LandscapeError::Records { .. }));
    }
}
