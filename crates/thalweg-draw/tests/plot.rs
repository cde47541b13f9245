//! What the pictures show, read back from their pixels.

use std::collections::VecDeque;

use thalweg_draw::plot::{
    Animation, Colour, LandscapeFigure, Levels, LineChart, Path, Raster, ReferenceLine, Regions,
    RegionsFigure, Sample, Series, small_multiples, style,
};
use thalweg_draw::{Domain, Point};

type Function = dyn Fn(Point) -> f64 + Sync;

const DOMAIN: Domain = Domain::new([-10.0, 10.0], [-5.0, 5.0]);
const ARTICLE_LEVELS: [f64; 11] = [0.1, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 14.0, 18.0, 24.0];

fn ravine([x, y]: Point) -> f64 {
    x * x / 20.0 + y * y
}

/// 31 points on a wave, far enough apart to be told from each other.
fn wave() -> Vec<Point> {
    (0..31).map(|i| [-9.0 + 0.6 * f64::from(i), 3.0 * (0.7 * f64::from(i)).sin()]).collect()
}

fn path(points: Vec<Point>, style: usize) -> Path {
    Path { label: format!("path {style}"), points, style, ..Path::default() }
}

fn figure(function: &Function, paths: Vec<Path>) -> LandscapeFigure<'_> {
    let levels = Levels::Given(ARTICLE_LEVELS.to_vec());
    LandscapeFigure { levels, paths, ..LandscapeFigure::new("title", function, DOMAIN) }
}

fn decoded(png: &[u8]) -> Raster {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("header");
    let mut rgb = vec![0; reader.output_buffer_size().expect("size")];
    let info = reader.next_frame(&mut rgb).expect("pixels");
    let rgba = rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    Raster { width: info.width, height: info.height, rgba }
}

fn pixel(raster: &Raster, x: i64, y: i64) -> Option<Colour> {
    let inside =
        (0..i64::from(raster.width)).contains(&x) && (0..i64::from(raster.height)).contains(&y);
    let at = if inside { 4 * (y * i64::from(raster.width) + x) as usize } else { 0 };
    inside.then(|| Colour {
        r: raster.rgba[at],
        g: raster.rgba[at + 1],
        b: raster.rgba[at + 2],
        a: 255,
    })
}

fn at(raster: &Raster, [x, y]: Point) -> Option<Colour> {
    pixel(raster, x.floor() as i64, y.floor() as i64)
}

/// Centres of the blobs of a colour into which a disc of some radius fits: dots, but not lines.
fn dots(raster: &Raster, colour: Colour, radius: i64) -> Vec<Point> {
    let (width, height) = (i64::from(raster.width), i64::from(raster.height));
    let disc: Vec<(i64, i64)> = (-radius..=radius)
        .flat_map(|dy| (-radius..=radius).map(move |dx| (dx, dy)))
        .filter(|(dx, dy)| dx * dx + dy * dy <= radius * radius)
        .collect();
    let fits = |x, y| disc.iter().all(|(dx, dy)| pixel(raster, x + dx, y + dy) == Some(colour));
    let mut core: Vec<bool> = (0..width * height).map(|i| fits(i % width, i / width)).collect();
    let mut centres = Vec::new();
    for seed in 0..width * height {
        let mut queue = VecDeque::from([seed]);
        let (mut sum, mut count) = ([0.0, 0.0], 0.0);
        while let Some(i) = queue.pop_front() {
            if std::mem::take(&mut core[i as usize]) {
                let (x, y) = (i % width, i / width);
                sum = [sum[0] + x as f64 + 0.5, sum[1] + y as f64 + 0.5];
                count += 1.0;
                let around = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
                queue.extend(
                    around
                        .iter()
                        .filter(|(x, y)| (0..width).contains(x) && (0..height).contains(y))
                        .map(|(x, y)| y * width + x),
                );
            }
        }
        if count > 0.0 {
            centres.push(sum.map(|s| s / count));
        }
    }
    centres
}

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
    figure.start = Some([1e300, f64::NAN]);
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
fn a_scale_that_gives_no_picture_is_an_error() {
    let scene = LineChart::new("t", "x", "y").scene();
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e9, 14.0] {
        assert!(scene.png(scale).is_err(), "{scale}");
    }
}

#[test]
fn svg_is_well_formed_and_needs_no_font() {
    let figure = LandscapeFigure {
        title: "x² < y & \"z\"".into(),
        ..figure(&ravine, vec![path(wave(), 0)])
    };
    let series = vec![Series::line("a & b", vec![(0.0, 1.0), (1.0, 0.1)], 7)];
    let chart = LineChart { log_y: true, series, ..LineChart::new("x² < y & \"z\"", "step", "f") };
    for svg in [figure.scene().svg(), chart.scene().svg()] {
        let document = roxmltree::Document::parse(&svg).expect("well-formed");
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        assert!(root.attribute("viewBox").is_some());
        let title = root.children().find(|n| n.tag_name().name() == "title");
        assert_eq!(title.and_then(|n| n.text()), Some("x² < y & \"z\""));
        assert!(root.descendants().all(|n| n.tag_name().name() != "text"));
        assert!(
            root.descendants()
                .filter_map(|n| n.attribute("d"))
                .all(|d| !d.contains("NaN") && !d.contains("inf"))
        );
    }
}

#[test]
fn the_same_figure_gives_the_same_bytes_on_any_number_of_threads() {
    let wells = |[x, y]: Point| x * x - 10.0 * (6.0 * x).cos() + y * y - 10.0 * (6.0 * y).cos();
    let draw = || {
        let figure = LandscapeFigure {
            levels: Levels::Auto,
            ..figure(&wells, vec![path(wave(), 0), path(wave(), 5)])
        };
        (figure.scene().svg(), figure.scene().png(0.5).expect("png"))
    };
    let pool =
        |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
    let once = pool(1).install(draw);
    assert!(once == pool(3).install(draw));
    assert!(once == draw());
}

#[test]
fn small_multiples_hold_every_panel() {
    for count in [0, 1, 2, 7] {
        let panels: Vec<_> = (0..count).map(|_| figure(&ravine, vec![path(wave(), 0)])).collect();
        let scene = small_multiples("heading", &panels, 3, 1200);
        assert_eq!(scene.width(), 1200);
        assert!(roxmltree::Document::parse(&scene.svg()).is_ok());
        // Each panel clips its own plot.
        assert_eq!(scene.svg().matches("<svg x=").count(), count);
    }
}

#[test]
fn a_chart_draws_the_values_its_axis_can_show() {
    let values = [100.0, 0.0, 1.0, f64::NAN, -1.0, 0.05, f64::INFINITY, 1e-3];
    let points = values.iter().enumerate().map(|(i, &y)| (i as f64, y)).collect();
    let series = vec![Series::line("s", points, 0)];
    let references = vec![
        ReferenceLine { label: "r".into(), y: -1.0 },
        ReferenceLine { label: "r".into(), y: 0.1 },
    ];
    let chart = LineChart { log_y: true, series, references, ..LineChart::new("t", "step", "f") };
    let picture = chart.scene().raster(1.0).expect("raster");
    // The two inner values stand alone, each as a dot, the outer ones as half a dot; no line joins them
    // across the gaps.
    assert_eq!(dots(&picture, style(0).colour, 3).len(), 2);
    let coloured = picture.rgba.chunks_exact(4).filter(|p| p[..3] == [0xd5, 0x5e, 0x00]).count();
    assert!(coloured < 600, "{coloured}");
}

fn animation(paths: Vec<Path>) -> Animation {
    let size = LandscapeFigure { width: 600, height: 600, ..figure(&ravine, paths) };
    Animation::new(&size).expect("animation")
}

fn raster(animation: &mut Animation, i: usize) -> Raster {
    let rgba = animation.frame(i).to_vec();
    Raster { width: animation.width(), height: animation.height(), rgba }
}

#[test]
fn every_frame_has_one_head_where_the_path_is() {
    let mut animation = animation(vec![path(wave(), 2)]);
    assert_eq!(animation.frames(), 31);
    for (i, &point) in wave().iter().enumerate() {
        let expected = animation.to_pixel(point);
        let frame = raster(&mut animation, i);
        let heads = dots(&frame, style(2).colour, 5);
        assert_eq!(heads.len(), 1, "frame {i}");
        assert!((heads[0][0] - expected[0]).hypot(heads[0][1] - expected[1]) < 2.0, "frame {i}");
    }
}

#[test]
fn a_frame_shows_the_steps_so_far_and_none_to_come() {
    let mut animation = animation(vec![path(wave(), 0)]);
    let frame = raster(&mut animation, 10);
    for (i, &point) in wave().iter().enumerate() {
        let reached = at(&frame, animation.to_pixel(point)) == Some(style(0).colour);
        assert_eq!(reached, i <= 10, "step {i}");
    }
}

#[test]
fn frames_do_not_depend_on_the_order_in_which_they_are_asked_for() {
    let mut forward = animation(vec![path(wave(), 0), path(wave()[..5].to_vec(), 1)]);
    let frames: Vec<Vec<u8>> = (0..31).map(|i| forward.frame(i).to_vec()).collect();
    let mut other = animation(vec![path(wave(), 0), path(wave()[..5].to_vec(), 1)]);
    for i in [30, 3, 17, 0, 5] {
        assert!(other.frame(i) == frames[i], "frame {i}");
    }
    assert!(other.frame(1000) == frames[30]);
}

#[test]
fn a_diverged_run_ends_as_a_cross_at_its_last_point() {
    let ended = wave()[..5].to_vec();
    let last = ended[4];
    let mut animation = animation(vec![path(wave(), 0), Path { diverged: true, ..path(ended, 1) }]);
    let [x, y] = animation.to_pixel(last);
    let frame = raster(&mut animation, 30);
    for (dx, dy) in [(0.0, 0.0), (6.0, 6.0), (-6.0, 6.0), (6.0, -6.0), (-6.0, -6.0)] {
        assert_eq!(at(&frame, [x + dx, y + dy]), Some(style(1).colour));
    }
    assert_ne!(at(&frame, [x + 6.0, y]), Some(style(1).colour));
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

/// Whether two animations have the same frame.
fn same(a: &LandscapeFigure, b: &LandscapeFigure, i: usize) -> bool {
    let frame = |f: &LandscapeFigure| Animation::new(f).expect("animation").frame(i).to_vec();
    frame(a) == frame(b)
}

#[test]
fn an_animation_states_the_values_and_steps_it_is_given() {
    let of_function = |points: &[Point]| points.iter().map(|&p| ravine(p)).collect();
    let with = |values: Vec<f64>, steps: Vec<u64>| {
        let paths = vec![Path { values, ..path(wave(), 0) }, path(wave()[..5].to_vec(), 1)];
        LandscapeFigure { steps, width: 600, height: 600, ..figure(&ravine, paths) }
    };
    let plain = with(vec![], vec![]);
    assert!(same(&plain, &with(of_function(&wave()), (0..31).collect()), 7));
    assert!(!same(&plain, &with(vec![0.125; 31], vec![]), 7));
    assert!(!same(&plain, &with(vec![], (0..31).map(|i| 10 * i).collect()), 7));
    let renamed = LandscapeFigure { value: "loss".into(), ..with(vec![], vec![]) };
    assert!(!same(&plain, &renamed, 7));
}

#[test]
fn a_value_that_is_not_a_number_is_never_the_lowest() {
    let with = |value: f64| {
        let paths = vec![
            Path { values: vec![value; 31], ..path(wave(), 0) },
            Path { values: vec![3.0; 31], ..path(wave(), 1) },
        ];
        LandscapeFigure { width: 600, height: 600, ..figure(&ravine, paths) }
    };
    assert!(same(&with(f64::NAN), &with(9.0), 4));
    assert!(same(&with(-f64::NAN), &with(9.0), 4));
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
fn a_sample_has_its_class_s_colour_and_a_test_sample_a_ring() {
    let sample = |x: f64, class, held_out| Sample { at: [x, 2.0], class, held_out };
    let samples = (0..5).flat_map(|class| {
        let x = 3.0 * class as f64 - 7.0;
        [sample(x, class, false), sample(x + 1.5, class, true)]
    });
    let five: Vec<&Function> = vec![&|_| 0.0; 5];
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
        let around = (6..10).map(|d| depth(at(&picture, [x + f64::from(d), y])));
        assert_eq!(around.max() > Some(350), sample.held_out, "{sample:?}");
    }
    // Where all are as likely, the first's weakest tint; no sample of a class that there is not.
    assert_eq!(at(&picture, figure.to_pixel(0, [0.0, -2.0])), Some(Colour::hex(0xfaeade)));
    assert_eq!(at(&picture, figure.to_pixel(0, [0.0, 2.0])), Some(Colour::hex(0xfaeade)));
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
