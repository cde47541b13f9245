//! Histograms.

use thalweg_draw::plot::{Colour, Histogram, HistogramFigure, HistogramRow};

use crate::at;

/// Two rows of two panels with four bins over 0 to 2.
fn figure(shares: [f64; 4]) -> HistogramFigure {
    let panel = Histogram { title: "panel".into(), shares: shares.to_vec() };
    let row = HistogramRow { title: "row".into(), range: [0.0, 2.0], panels: vec![panel; 2] };
    HistogramFigure { rows: vec![row; 2], ..HistogramFigure::new("histograms", "value") }
}

#[test]
fn a_value_is_in_the_bin_that_it_lies_in() {
    let values = [0.0, 0.1, 0.5, 1.0, 1.99, 2.0, -0.1, 2.1, f32::NAN, f32::INFINITY];
    let histogram = Histogram::of("x", &values, [0.0, 2.0], 4);
    assert_eq!(histogram.shares, [0.2, 0.1, 0.1, 0.2]);
    assert!(Histogram::of("x", &[], [0.0, 1.0], 3).shares.iter().all(|&share| share == 0.0));
    assert!(Histogram::of("x", &values, [0.0, 1.0], 0).shares.is_empty());
}

#[test]
fn a_bar_is_as_high_as_its_share_in_every_panel() {
    let figure = figure([0.05, 0.0, 0.02, 0.08]);
    let picture = figure.scene().raster(1.0).expect("raster");
    let is_white = |colour: Option<Colour>| {
        colour.is_some_and(|Colour { r, g, b, .. }| [r, g, b] == [255, 255, 255])
    };
    for (row, panel) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let white =
            |value, share| is_white(at(&picture, figure.to_pixel(row, panel, [value, share])));
        for (value, share) in [(0.25, 0.05), (1.25, 0.02), (1.75, 0.08)] {
            assert!(!white(value, share - 0.003), "{row} {panel} {value}");
            assert!(white(value, share + 0.003), "{row} {panel} {value}");
        }
        assert!(white(0.75, 0.01));
    }
}

#[test]
fn a_bar_beyond_the_axis_is_cut_and_told() {
    // Text is outlines: a figure with it has more of them.
    let paths = |shares| figure(shares).scene().svg().matches("<path").count();
    let (whole, cut) = (paths([0.05, 0.05, 0.0, 0.0]), paths([0.5, 0.5, 0.0, 0.0]));
    assert_eq!(cut, whole + 4, "one label a panel for neighbours");
    let picture = figure([0.5, 0.0, 0.0, 0.0]).scene().raster(1.0).expect("raster");
    let [x, y] = figure([0.0; 4]).to_pixel(1, 1, [0.25, 0.1]);
    assert!(at(&picture, [x, y + 6.0]).is_some_and(|colour| colour.r < 200));
}

#[test]
fn a_figure_of_any_size_and_of_nothing_is_drawn() {
    for width in [0, 1, 60, 1200] {
        let figure = HistogramFigure { width, ..figure([0.3, 0.1, 0.0, 1.0]) };
        let (width, height) = figure.size();
        let scene = figure.scene();
        assert_eq!((scene.width(), scene.height()), (width, height.max(1)));
        assert!(scene.png(1.0).is_ok());
    }
    assert!(HistogramFigure::new("", "x").scene().png(1.0).is_ok());
    let range = [f64::NAN, 1.0];
    let panel = Histogram::of("x", &[0.5], range, 3);
    let row = HistogramRow { title: String::new(), range, panels: vec![panel] };
    let empty = HistogramRow { title: String::new(), range, panels: Vec::new() };
    let figure = HistogramFigure { rows: vec![row, empty], ..HistogramFigure::new("", "x") };
    assert!(figure.scene().png(1.0).is_ok());
}
