//! Scenes as files, panels and charts.

use thalweg_draw::Point;
use thalweg_draw::plot::{
    Colour, LandscapeFigure, Levels, LineChart, Path, ReferenceLine, Series, small_multiples,
    strip, style,
};

use crate::{at, dots, figure, path, ravine, wave};

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
fn a_strip_shows_every_step_and_the_end_of_every_path() {
    let steps = |last: Point| [[-8.0, 3.0], [-6.0, 1.0], [-4.0, 3.0], [-2.0, 1.0], last].to_vec();
    let paths = [
        path(steps([4.0, -2.0]), 0),
        path(steps([14.0, -2.0]), 0),
        Path { diverged: true, ..path(steps([4.0, -2.0]), 0) },
    ];
    let panels = paths.map(|path| figure(&ravine, vec![path]));
    let scene = strip("t", &panels, 240, 220);
    assert_eq!((scene.width(), scene.height()), (720, 220));
    assert_eq!(scene.svg().matches("<svg x=").count(), 3);
    let picture = scene.raster(4.0).expect("raster");
    let within = |radius: i64| {
        let found = dots(&picture, style(0).colour, radius);
        [0.0, 960.0, 1920.0]
            .map(|left| found.iter().filter(|dot| (left..left + 960.0).contains(&dot[0])).count())
    };
    // The end is a dot where it lies in the plot and did not diverge, larger than a step's; an arrow where it lies outside.
    assert_eq!(within(5), [5, 5, 4]);
    assert_eq!(within(9), [1, 0, 0]);
    let [x, y] = dots(&picture, style(0).colour, 9)[0];
    let ends = [0.0, 960.0, 1920.0].map(|left| at(&picture, [x + left, y]));
    assert_eq!(ends.map(|end| end == Some(style(0).colour)), [true, false, true]);
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
    // The inner value between gaps stands alone, a dot; the two around 0 have a line down to it, the last one is half a
    // dot; no line joins them across the gaps.
    assert_eq!(dots(&picture, style(0).colour, 3).len(), 1);
    let is_line = |p: &&[u8]| p[..3] == [0xdc, 0x7a, 0x13];
    let coloured = picture.rgba.chunks_exact(4).filter(is_line).count();
    let lines =
        picture.rgba.chunks_exact(4 * 1200).filter(|row| row.chunks_exact(4).any(|p| is_line(&p)));
    assert!(lines.count() > 500 && coloured < 7000, "{coloured}");
}

#[test]
fn a_drawing_follows_the_colour_scheme_of_its_page() {
    let figure = figure(&ravine, vec![path(wave(), 0)]);
    let dark = figure.scene().dark().raster(1.0).expect("raster");
    let ink = |colour: Colour| Some(colour.on_dark());
    assert_eq!(at(&dark, [2.0, 2.0]), ink(Colour::WHITE));
    assert_eq!(at(&dark, figure.to_pixel(wave()[3])), ink(style(0).colour));
    // The SVG says for each of its colours what it becomes.
    let svg = figure.scene().svg();
    let (rules, drawing) = svg.split_once("</style>").expect("style");
    for part in drawing.split("fill=\"#").chain(drawing.split("stroke=\"#")).skip(1) {
        let colour = &part[..6];
        if colour.chars().all(|c| c.is_ascii_hexdigit()) {
            assert!(rules.contains(&format!("[fill=\"#{colour}\"]")), "{colour}");
        }
    }
}

#[test]
fn what_a_picture_warns_of_stands_in_it() {
    let warned = |count: usize| {
        let warnings = (0..count).map(|i| format!("method {i} climbs")).collect();
        LandscapeFigure { warnings, ..figure(&ravine, vec![path(wave(), 0)]) }
    };
    let red = |count: usize| {
        let picture = warned(count).scene().raster(1.0).expect("raster");
        let Colour { r, g, b, .. } = Colour::WARNING;
        picture.rgba.chunks_exact(4).filter(|p| p[..3] == [r, g, b]).count()
    };
    assert!(red(0) == 0 && red(1) > 200 && red(2) > red(1) + 200);
    // More than three lines would leave no room.
    assert!(warned(100).to_pixel([0.0, 0.0]) == warned(3).to_pixel([0.0, 0.0]));
}

#[test]
fn a_hundred_paths_leave_room_for_the_plot() {
    let paths = |count: usize| (0..count).map(|i| path(wave(), i)).collect();
    let figure = figure(&ravine, paths(100));
    let height = figure.to_pixel([0.0, -5.0])[1] - figure.to_pixel([0.0, 5.0])[1];
    assert!(height > 600.0, "{height}");
    assert!(figure.scene().png(0.5).is_ok());
}
