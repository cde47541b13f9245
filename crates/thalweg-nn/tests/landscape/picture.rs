//! The landscape of a real network, as a picture and as a video.

use std::sync::LazyLock;

use thalweg_draw::numbers::number;
use thalweg_nn::landscape::{Directions, Landscape, Trajectory};

use crate::spirals::{gradient, initial, loss, parameters, trained};
use crate::{on_threads, path};

static PATHS: LazyLock<Vec<Trajectory>> = LazyLock::new(|| {
    let methods = ["sgd:lr=0.5", "momentum:lr=0.1", "rmsprop:lr=0.01", "adam:lr=0.02"];
    let paths = methods.iter().enumerate();
    paths.map(|(i, spec)| trained(&spec[..spec.find(':').unwrap()], i, spec, 20, 6)).collect()
});

fn landscape(paths: &[Trajectory], resolution: usize) -> Landscape {
    let directions = Directions::Principal;
    Landscape::new("spirals", paths, directions, resolution, &loss, &|_, _| {}).unwrap()
}

static LANDSCAPE: LazyLock<Landscape> = LazyLock::new(|| landscape(&PATHS, 20));

/// The number of frames in an MP4, from its sample size box.
fn pictures(video: &[u8]) -> usize {
    let at = video.windows(4).position(|w| w == b"stsz").unwrap();
    u32::from_be_bytes(video[at + 12..at + 16].try_into().unwrap()) as usize
}

#[test]
fn the_gradient_of_the_small_network_is_that_of_its_loss() {
    let (weights, gradient) = (initial(3), gradient(&initial(3)));
    assert_eq!(weights.len(), parameters());
    for i in (0..weights.len()).step_by(37) {
        let at = |shift: f32| {
            let mut moved = weights.clone();
            moved[i] += shift;
            loss(&moved)
        };
        let slope = (at(0.01) - at(-0.01)) / 0.02;
        assert!((slope - f64::from(gradient[i])).abs() < 2e-4, "{i}: {slope}, {}", gradient[i]);
    }
}

#[test]
fn every_path_begins_at_the_start_and_descends_the_surface() {
    let start = PATHS[0].losses[0];
    assert!((LANDSCAPE.surface.at([0.0, 0.0]) - start).abs() < 0.01 * start);
    for (drawn, path) in LANDSCAPE.paths().iter().zip(PATHS.iter()) {
        assert_eq!(drawn.points[0], [0.0, 0.0], "{}", drawn.label);
        assert_eq!(drawn.points.len(), 21);
        assert_eq!(drawn.values, path.losses);
        let below = LANDSCAPE.surface.at(drawn.points[20]);
        assert!(path.losses[20] < 0.3 * start && below < 0.6 * start, "{}: {below}", drawn.label);
    }
}

#[test]
fn the_title_says_how_much_of_the_variance_the_plane_holds() {
    let svg = LANDSCAPE.scene().svg();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let title = document.descendants().find(|n| n.tag_name().name() == "title").unwrap();
    let shares: f64 = LANDSCAPE.plane.explained().iter().sum();
    assert!(shares > 0.6 && shares < 1.0);
    let expected = format!("spirals: principal plane, {} %", number((100.0 * shares).round()));
    assert!(title.text().unwrap().starts_with(&expected), "{:?}", title.text());
}

#[test]
fn picture_and_video_are_the_same_bytes_on_any_number_of_threads() {
    let draw = || {
        let landscape = landscape(&PATHS, 12);
        (landscape.scene().svg(), landscape.video().unwrap())
    };
    let [one, two] = [1, 2].map(|threads| on_threads(threads, draw));
    assert!(one == two);
}

#[test]
fn the_video_has_the_frames_it_says_and_holds_the_last() {
    assert_eq!(LANDSCAPE.frames(), 21);
    assert_eq!(pictures(&LANDSCAPE.video().unwrap()), 21 + 14);
}

#[test]
fn a_long_run_makes_a_short_video() {
    let point = |j: usize| vec![j as f32, (j * j) as f32 / 400.0, 1.0];
    let path = path((0..401).map(point).collect());
    let bowl = |w: &[f32]| w.iter().map(|w| f64::from(w * w)).sum::<f64>();
    let long = Landscape::new("t", &[path], Directions::Principal, 8, &bowl, &|_, _| {}).unwrap();
    assert_eq!(long.frames(), 150);
    assert_eq!(pictures(&long.video().unwrap()), 150 + 14);
}

#[test]
fn methods_keep_step_when_their_snapshots_do_not() {
    let often = path((0..=8).map(|j| vec![j as f32, 0.0, 1.0]).collect());
    let mut seldom = path([0.0, 1.0, 2.0].map(|y| vec![0.0, y, 1.0]).to_vec());
    seldom.steps = vec![0, 3, 10];
    let mut ended = path(vec![vec![0.0, 0.0, 1.0], vec![-1.0, 0.0, 1.0], vec![f32::NAN; 3]]);
    let recorded = vec![4.0, 5.0, f64::NAN];
    (ended.losses, ended.diverged) = (recorded.clone(), true);
    let paths = [often, seldom, ended];
    let landscape =
        Landscape::new("t", &paths, Directions::Principal, 8, &|_| 1.0, &|_, _| {}).unwrap();
    assert_eq!(landscape.steps(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]);
    let [often, seldom, ended] = landscape.paths() else { panic!("three paths") };
    assert_eq!((often.points.len(), seldom.points.len(), ended.points.len()), (9, 10, 2));
    let y: Vec<f64> = seldom.points.iter().map(|p| p[1].abs().round()).collect();
    assert_eq!(y, [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
    assert_eq!(ended.values, recorded[..2]);
    assert!(ended.diverged && !often.diverged);
    assert_eq!(landscape.frames(), 10);
    assert_eq!(pictures(&landscape.video().unwrap()), 10 + 14);
}

#[test]
fn a_surface_without_values_is_drawn() {
    let half = |w: &[f32]| if w[0] > 1.0 { f64::NAN } else { 1.0 + f64::from(w[0] * w[0]) };
    for loss in [&half as &(dyn Fn(&[f32]) -> f64 + Sync), &|_| f64::NAN, &|_| 0.0, &|_| -3.0] {
        let path = path(vec![vec![0.0, 0.0], vec![2.0, 1.0], vec![3.0, 0.0]]);
        for directions in [Directions::Principal, Directions::Random { seed: 1 }] {
            let made =
                Landscape::new("t", std::slice::from_ref(&path), directions, 9, loss, &|_, _| {});
            let landscape = made.unwrap();
            assert!(landscape.scene().png(0.5).unwrap().starts_with(b"\x89PNG"));
            assert_eq!(pictures(&landscape.video().unwrap()), 3 + 14);
        }
    }
}
