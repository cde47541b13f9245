use super::super::colour::Colour;
use super::*;

fn axis(name: &str, low: f64, high: f64, logarithmic: bool) -> HeatmapAxis {
    HeatmapAxis { name: name.to_owned(), low, high, logarithmic }
}

/// Three by two cells, over a logarithmic axis.
fn figure() -> HeatmapFigure {
    let values = [1e-3, 1e-2, 0.1, 1.0, 10.0, f64::NAN];
    let cells = values.map(|value| HeatmapCell { value, group: None });
    let axes = [axis("a", 0.01, 1.0, true), axis("b", 0.0, 1.0, false)];
    HeatmapFigure { blank: "none".to_owned(), ..HeatmapFigure::new("t", axes, 3, cells.to_vec()) }
}

fn colour_at(figure: &HeatmapFigure, point: Point) -> Colour {
    let raster = figure.scene().raster(1.0).unwrap();
    let [x, y] = figure.to_pixel(point).map(|v| v as usize);
    let at = 4 * (y * raster.width as usize + x);
    let [r, g, b] = [raster.rgba[at], raster.rgba[at + 1], raster.rgba[at + 2]];
    Colour { r, g, b, a: 255 }
}

#[test]
fn every_cell_has_the_colour_of_its_number_at_its_place() {
    let figure = figure();
    assert_eq!(figure.range, Range::Decades(-3, 1));
    let tints = Tints::new(0, figure.range);
    for (k, cell) in figure.cells.iter().enumerate() {
        let at = [[0.01, 0.1, 1.0][k % 3], [0.0, 1.0][k / 3]];
        let expected = tints.palette()[usize::from(tints.index(cell.value, None))];
        assert_eq!(colour_at(&figure, at), expected, "{k}");
    }
    assert_eq!(colour_at(&figure, [1.0, 1.0]), tint::BLANK);
}

#[test]
fn colours_become_lighter_with_the_number() {
    let light = |Colour { r, g, b, .. }: Colour| {
        299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)
    };
    for groups in [0, 3] {
        let tints = Tints::new(groups, Range::Linear(0.0, 1.0));
        for group in [None, Some(0), Some(2)] {
            let palette = tints.palette();
            let shade =
                |k: u32| light(palette[usize::from(tints.index(f64::from(k) / 10.0, group))]);
            assert!((1..=10).all(|k| shade(k) > shade(k - 1)), "{groups} {group:?}");
        }
    }
}

#[test]
fn every_palette_fits_into_a_byte() {
    for groups in 0..=9 {
        let tints = Tints::new(groups, Range::Decades(0, 1));
        assert!(tints.palette().len() <= 256);
        let last = tints.index(f64::MAX, None);
        assert_eq!(usize::from(last) + 1, tints.palette().len());
    }
}

#[test]
fn marks_and_lines_lie_over_the_cells() {
    let mut figure = figure();
    figure.best = Some(([0.1, 0.0], "best".to_owned()));
    figure.lines = vec![vec![[0.05, -1.0], [0.05, 2.0]]];
    figure.line = "limit".to_owned();
    assert_eq!(colour_at(&figure, [0.05, 0.8]), Colour::INK);
    assert_ne!(colour_at(&figure, [0.06, 0.8]), Colour::INK);
}

#[test]
fn numbers_that_no_scale_has_are_drawn() {
    for values in [[f64::NAN; 4], [0.0; 4], [-1.0, f64::INFINITY, 1e308, 0.0]] {
        let cells = values.map(|value| HeatmapCell { value, group: Some(7) }).to_vec();
        let axes = [axis("", 1.0, 1.0, true), axis("", 0.0, 0.0, false)];
        let mut figure = HeatmapFigure::new("", axes, 2, cells);
        assert!(figure.scene().png(0.3).is_ok());
        figure.groups = vec!["a".to_owned()];
        figure.range = Range::Decades(i32::MIN, i32::MAX);
        assert!(figure.scene().png(0.3).is_ok());
        figure.columns = 0;
        assert!(figure.scene().png(0.3).is_ok());
    }
}
