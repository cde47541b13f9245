//! Landscapes.

use thalweg_draw::plot::{Animation, Colour, LandscapeFigure, Levels, Path, style};
use thalweg_draw::{Domain, Point};

use crate::{ARTICLE_LEVELS, Function, at, decoded, dots, figure, path, ravine, wave};

#[test]
fn a_path_of_31_points_is_31_dots_where_the_mapping_says() {
    let figure = figure(&ravine, vec![path(wave(), 0)]);
    let picture = decoded(&figure.scene().png(1.0).expect("png"));
    let found = dots(&picture, style(0).colour, 6);
    assert_eq!(found.len(), 31);
    for point in wave() {
        let [x, y] = figure.to_pixel(point);
        let near = found.iter().filter(|d| (d[0] - x).hypot(d[1] - y) < 0.8).count();
        assert_eq!(near, 1, "{point:?} at {x}, {y}");
    }
}

#[test]
fn the_mapping_agrees_with_the_ticks() {
    const MUTED: Option<Colour> = Some(Colour::MUTED);
    let figure = figure(&ravine, vec![]);
    let picture = figure.scene().raster(1.0).expect("raster");
    for tick in [-4.0, -2.0, 0.0, 2.0, 4.0] {
        let [x, y] = figure.to_pixel([-10.0, tick]);
        let left = |dy: f64| at(&picture, [x - 5.0, y + dy]);
        assert!(left(-3.0) != MUTED && left(3.0) != MUTED);
        assert!(left(-1.0) == MUTED || left(0.0) == MUTED, "y = {tick}");
    }
    for tick in [-10.0, -5.0, 0.0, 5.0, 10.0] {
        let [x, y] = figure.to_pixel([tick, -5.0]);
        let below = |dx: f64| at(&picture, [x + dx, y + 5.0]);
        assert!(below(-3.0) != MUTED && below(3.0) != MUTED);
        assert!(below(-1.0) == MUTED || below(0.0) == MUTED, "x = {tick}");
    }
}

#[test]
fn twice_the_scale_is_the_same_picture_twice_as_large() {
    let figure = figure(&ravine, vec![path(wave(), 0)]);
    let picture = figure.scene().raster(2.0).expect("raster");
    assert_eq!((picture.width, picture.height), (2400, 2100));
    for point in wave() {
        assert_eq!(at(&picture, figure.to_pixel(point).map(|v| 2.0 * v)), Some(style(0).colour));
    }
}

#[test]
fn the_plot_is_blank_where_the_function_is_not_finite() {
    let logarithm = |[x, _]: Point| x.ln();
    let infinite = |[x, y]: Point| if x > 0.0 { ravine([x, y]) } else { f64::INFINITY };
    for (function, levels) in [
        (&logarithm as &Function, Levels::Auto),
        (&infinite, Levels::Auto),
        (&infinite, Levels::Given(ARTICLE_LEVELS.to_vec())),
    ] {
        let figure = LandscapeFigure { levels, ..figure(function, vec![]) };
        let picture = figure.scene().raster(1.0).expect("raster");
        for y in [-4.5, -2.0, 0.1, 2.1, 4.4] {
            for x in [-9.5, -5.0, -1.0, -0.1] {
                assert_eq!(at(&picture, figure.to_pixel([x, y])), Some(Colour::WHITE), "{x}, {y}");
            }
            for x in [0.2, 3.0, 9.5] {
                assert_ne!(at(&picture, figure.to_pixel([x, y])), Some(Colour::WHITE), "{x}, {y}");
            }
        }
    }
}

#[test]
fn no_false_slope_runs_along_the_edge_of_the_blank_part() {
    let infinite = |[x, y]: Point| if x > 0.0 { ravine([x, y]) } else { f64::INFINITY };
    let figure = figure(&infinite, vec![]);
    let picture = figure.scene().raster(1.0).expect("raster");
    let colour = |x: f64| at(&picture, figure.to_pixel([x, 1.2]));
    assert_eq!(colour(0.06), colour(0.6));
}

#[test]
fn functions_without_relief_and_without_values_are_drawn() {
    let nowhere = |_: Point| f64::NAN;
    let everywhere = |_: Point| 3.0;
    let vast = |[x, _]: Point| if x > 0.0 { f64::MAX } else { f64::MIN };
    for levels in
        [Levels::Auto, Levels::Given(vec![3.0]), Levels::Given(vec![f64::NAN, 9.0, -9.0, 9.0])]
    {
        for (function, blank) in
            [(&nowhere as &Function, true), (&everywhere, false), (&vast, false)]
        {
            let figure = LandscapeFigure { levels: levels.clone(), ..figure(function, vec![]) };
            let picture = figure.scene().raster(1.0).expect("raster");
            assert_eq!(at(&picture, figure.to_pixel([4.0, 2.0])) == Some(Colour::WHITE), blank);
        }
    }
}

#[test]
fn bands_change_colour_at_their_levels() {
    let figure = figure(&ravine, vec![]);
    let picture = figure.scene().raster(1.0).expect("raster");
    let colour = |y: f64| at(&picture, figure.to_pixel([0.0, y]));
    // f(0, y) = y²: 1.1 and 1.3 lie in the band from 1 to 2, 1.5 in the next.
    assert_eq!(colour(1.1), colour(1.3));
    assert_ne!(colour(1.3), colour(1.5));
    assert_eq!(colour(1.2), colour(-1.2));
}

#[test]
fn points_far_outside_are_cut_off() {
    let far = vec![
        [-7.0, 2.0],
        [1e6, -1e9],
        [1e300, 1e300],
        [f64::MAX, f64::MIN],
        [f64::NAN, 0.0],
        [3.0, f64::INFINITY],
    ];
    let mut figure = figure(&ravine, vec![Path { diverged: true, ..path(far, 1) }]);
    figure.starts = vec![[1e300, f64::NAN]];
    figure.minima = vec![[f64::INFINITY, 0.0], [1e308, -1e308]];
    let picture = figure.scene().raster(1.0).expect("raster");
    assert_eq!(at(&picture, figure.to_pixel([-7.0, 2.0])), Some(style(1).colour));
    let mut animation =
        Animation::new(&LandscapeFigure { width: 600, height: 600, ..figure }).expect("animation");
    for i in 0..animation.frames() {
        animation.frame(i);
    }
}

#[test]
fn odd_domains_and_sizes_do_no_harm() {
    for domain in [
        Domain::new([1.0, 1.0], [2.0, 2.0]),
        Domain::new([5.0, -5.0], [f64::NAN, 1.0]),
        Domain::new([-f64::MAX, f64::MAX], [0.0, 1e-300]),
        Domain::new([1e15, 1e15 + 1.0], [0.0, f64::INFINITY]),
    ] {
        for (width, height) in [(0, 0), (1, 1), (30, 400), (400, 30), (300, 300)] {
            let paths = vec![path(wave(), 0), path(wave(), 12)];
            let figure =
                LandscapeFigure { domain, width, height, paths, ..figure(&ravine, vec![]) };
            assert!(figure.scene().png(1.0).is_ok());
            assert!(
                Animation::new(&figure)
                    .is_ok_and(|mut a| a.frame(99).len() as u32 == 4 * a.width() * a.height())
            );
        }
    }
}

#[test]
fn a_bar_beside_the_plot_has_the_colours_of_the_bands() {
    let figure = LandscapeFigure { bar: true, ..figure(&ravine, vec![]) };
    let picture = figure.scene().raster(1.0).expect("raster");
    let [right, bottom] = figure.to_pixel([10.0, -5.0]);
    let top = figure.to_pixel([10.0, 5.0])[1] + 1.1 * 30.0;
    let field = (bottom - top) / 12.0;
    // f(0, y) = y²: a point of each band, from the lowest, and the field of the bar that belongs to it.
    let heights = [0.05, 0.5, 1.5, 2.5, 3.5, 5.0, 7.0, 9.0, 12.0, 16.0, 21.0];
    for (i, height) in heights.into_iter().enumerate() {
        let band = at(&picture, figure.to_pixel([0.0, f64::sqrt(height)]));
        let bar = at(&picture, [right + 33.0, bottom - (i as f64 + 0.5) * field]);
        assert_eq!(band, bar, "band {i}");
    }
    let without = LandscapeFigure { bar: false, ..figure };
    assert!(without.to_pixel([10.0, 0.0])[0] > right + 100.0);
}

#[test]
fn axes_bear_the_names_they_are_given() {
    let named = |x: &str, y: &str| {
        let names = [x.to_owned(), y.to_owned()];
        LandscapeFigure { names, ..figure(&ravine, vec![]) }.scene().svg()
    };
    assert!(named("x", "y") == figure(&ravine, vec![]).scene().svg());
    assert!(named("u", "y") != named("x", "y") && named("x", "v") != named("x", "y"));
    assert!(roxmltree::Document::parse(&named("", "")).is_ok());
}
