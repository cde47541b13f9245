//! Decision regions.

use thalweg_draw::Domain;
use thalweg_draw::plot::{Colour, Regions, RegionsFigure, Sample, style};

use crate::{DOMAIN, Function, at, wave};

/// Panels in which each class's score is a function of the point.
fn regions(scores: &[&Function], panels: usize) -> RegionsFigure {
    let points = Regions::points(DOMAIN, 41, 31);
    let scores = points.iter().flat_map(|&p| scores.iter().map(move |s| s(p) as f32));
    let scores: Vec<f32> = scores.collect();
    let panel = Regions { title: "panel".into(), columns: 41, rows: 31, scores };
    let classes = panel.scores.len() / points.len();
    RegionsFigure {
        classes: (0..classes).map(|class| format!("class {class}")).collect(),
        panels: vec![panel; panels],
        ..RegionsFigure::new("regions", DOMAIN)
    }
}

/// How far a colour is from white.
fn depth(colour: Option<Colour>) -> u32 {
    colour.map_or(0, |c| [c.r, c.g, c.b].map(|v| 255 - u32::from(v)).iter().sum())
}

#[test]
fn a_region_has_a_tint_of_its_class_that_grows_with_the_odds() {
    // The odds of class 1 are e to the x; those that matter are 3, 9 and 99.
    let figure = regions(&[&|_| 0.0, &|[x, _]| x], 1);
    let picture = figure.scene().raster(1.0).expect("raster");
    let colour = |x: f64| at(&picture, figure.to_pixel(0, [x, 1.0]));
    for side in [-1.0, 1.0] {
        let tints = [0.8, 1.6, 3.4, 6.0].map(|x| colour(side * x));
        assert!(tints.is_sorted_by(|a, b| depth(*a) < depth(*b)), "{tints:?}");
        assert_eq!(tints[0], colour(side * 0.9));
        assert_eq!(tints[3], colour(side * 9.0));
        let Colour { r, b, .. } = tints[3].expect("a colour");
        // Class 0 is vermilion, class 1 blue.
        assert_eq!(side > 0.0, b > r);
    }
}

#[test]
fn the_border_runs_where_two_classes_are_as_likely() {
    let figure = regions(&[&|[x, y]| x + y, &|[x, y]| 2.0 * x - y, &|_| -100.0], 4);
    let picture = figure.scene().raster(1.0).expect("raster");
    for panel in 0..4 {
        // x + y = 2x − y on x = 2y.
        for y in [-4.0, -1.0, 0.5, 3.0] {
            let [px, py] = figure.to_pixel(panel, [2.0 * y, y]);
            let dark = (-2..=2).any(|d| depth(at(&picture, [px + f64::from(d), py])) > 350);
            assert!(dark, "{panel} {y}");
            assert!(depth(at(&picture, [px + 8.0, py])) < 200);
            assert!(depth(at(&picture, [px - 8.0, py])) < 200);
        }
    }
}

#[test]
fn a_sample_has_its_class_s_colour_and_a_wrong_test_sample_a_ring() {
    let sample = |x: f64, class, held_out| Sample { at: [x, 2.0], class, held_out };
    let samples = (0..5).flat_map(|class| {
        let x = 3.0 * class as f64 - 7.0;
        [sample(x, class, false), sample(x + 1.5, class, true)]
    });
    // Everywhere class 0, by a little.
    let mut five: Vec<&Function> = vec![&|_| 0.0; 5];
    five[0] = &|_| 0.5;
    let mut figure = regions(&five, 1);
    figure.samples = samples.collect();
    // Of no class, nowhere: left out.
    figure.samples.extend([
        sample(0.0, 9, true),
        sample(f64::NAN, 0, true),
        sample(1e300, 0, true),
    ]);
    let picture = figure.scene().raster(1.0).expect("raster");
    for sample in &figure.samples[..10] {
        let [x, y] = figure.to_pixel(0, sample.at);
        assert_eq!(at(&picture, [x, y]), Some(style(sample.class).colour), "{sample:?}");
        let around = (6..16).map(|d| depth(at(&picture, [x + f64::from(d), y])));
        let is_wrong = sample.held_out && sample.class != 0;
        assert_eq!(around.max() > Some(350), is_wrong, "{sample:?}");
    }
    // Where all are as likely, the first's weakest tint; no sample of a class that there is not.
    assert_eq!(at(&picture, figure.to_pixel(0, [0.0, -2.0])), Some(Colour::hex(0xfaeee0)));
    assert_eq!(at(&picture, figure.to_pixel(0, [0.0, 2.0])), Some(Colour::hex(0xfaeee0)));
}

#[test]
fn regions_are_blank_where_there_are_no_scores() {
    let half: &Function = &|[x, _]| if x > 0.0 { f64::NAN } else { 3.0 };
    for place in 0..3 {
        let mut scores: [&Function; 3] = [&|_| 0.0, &|[x, y]| x + y, &|[_, y]| y];
        scores[place] = half;
        let figure = regions(&scores, 1);
        let picture = figure.scene().raster(1.0).expect("raster");
        assert_eq!(at(&picture, figure.to_pixel(0, [3.0, 1.0])), Some(Colour::WHITE));
        assert_ne!(at(&picture, figure.to_pixel(0, [-3.0, 1.0])), Some(Colour::WHITE));
    }
    let whole = || regions(&[&|_| 0.0, &|[x, _]| x], 1);
    let mut odd: Vec<RegionsFigure> = (0..5).map(|_| whole()).collect();
    odd[0].panels[0].scores.pop();
    odd[1].panels[0].columns = usize::MAX;
    odd[2].panels[0] = Regions { columns: 1, rows: 0, ..Regions::default() };
    odd[3].classes.truncate(1);
    odd[4].classes.clear();
    for figure in odd {
        let picture = figure.scene().raster(1.0).expect("raster");
        assert_eq!(at(&picture, figure.to_pixel(0, [-3.0, 1.0])), Some(Colour::WHITE));
    }
    let turned = RegionsFigure { domain: Domain::new([10.0, -10.0], [-5.0, 5.0]), ..whole() };
    let picture = turned.scene().raster(1.0).expect("raster");
    assert_eq!(at(&picture, turned.to_pixel(0, [10.0, 1.0])), Some(Colour::WHITE));
}

#[test]
fn regions_of_odd_domains_and_sizes_do_no_harm() {
    for domain in [
        Domain::new([1.0, 1.0], [2.0, 2.0]),
        Domain::new([5.0, -5.0], [f64::NAN, 1.0]),
        Domain::new([-f64::MAX, f64::MAX], [0.0, 1e-300]),
        Domain::new([0.0, 1.0], [0.0, f64::INFINITY]),
    ] {
        for (width, panels) in [(0, 1), (1, 7), (30, 2), (900, 0), (300, 9)] {
            let figure =
                RegionsFigure { domain, width, ..regions(&[&|_| 0.0, &|[x, y]| x * y], panels) };
            let far = figure.to_pixel(usize::MAX, [0.0, 0.0]);
            assert!(figure.scene().png(1.0).is_ok(), "{domain:?} {width} {panels} {far:?}");
        }
    }
}

#[test]
fn regions_stand_one_a_panel_and_are_the_same_bytes_on_any_number_of_threads() {
    let three: [&Function; 3] = [&|_| 0.0, &|[x, y]| x * y, &|[x, y]| (2.0 * x).sin() - y];
    let samples: Vec<Sample> =
        wave().iter().map(|&at| Sample { at, class: 1, held_out: at[0] > 0.0 }).collect();
    for panels in 1..=6 {
        let figure = RegionsFigure { samples: samples.clone(), ..regions(&three, panels) };
        let draw = || (figure.scene().svg(), figure.scene().png(0.5).expect("png"));
        let pool =
            |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        let once = pool(1).install(draw);
        assert!(once == pool(3).install(draw));
        assert!(roxmltree::Document::parse(&once.0).is_ok());
        assert_eq!(once.0.matches("<svg x=").count(), panels);
        assert!(once.0.len() < 250_000, "{}", once.0.len());
        assert!(!once.0.contains("NaN"));
    }
}
