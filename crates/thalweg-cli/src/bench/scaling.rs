//! How time grows with the number of elements.

use thalweg_draw::plot::{LineChart, Series};

/// The largest size, if none is given.
pub const LARGEST: usize = 200_000_000;

/// The smallest size, unless the largest is smaller.
const SMALLEST: usize = 1000;

/// One optimizer over sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub label: String,
    /// Elements and the nanoseconds that each takes: of the optimizer, and of the roofline.
    pub points: Vec<(usize, f64, f64)>,
}

/// Sizes from 1000 elements up to the largest, three per decade, and the largest itself.
pub fn sizes(largest: usize) -> Vec<usize> {
    let decades = std::iter::successors(Some(SMALLEST), |decade| decade.checked_mul(10));
    let steps = decades.flat_map(|decade| [1, 2, 5].map(|digit| decade.saturating_mul(digit)));
    steps.take_while(|&size| size < largest).chain([largest]).collect()
}

/// Nanoseconds an element against elements, both logarithmic: lines for the optimizers and dots of
/// the same colour for their rooflines.
pub fn chart(lines: &[Line]) -> LineChart {
    let mut chart = LineChart::new("Time of a step", "elements", "nanoseconds an element");
    (chart.log_x, chart.log_y) = (true, true);
    for (style, Line { label, points }) in lines.iter().enumerate() {
        let of = |value: fn(&(usize, f64, f64)) -> f64| {
            points.iter().map(|point| (point.0 as f64, value(point))).collect()
        };
        let roofline = format!("roofline of {label}");
        chart.series.push(Series::line(label, of(|point| point.1), style));
        chart.series.push(Series::dots(roofline, of(|point| point.2), style));
    }
    chart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_grow_to_the_largest() {
        assert_eq!(sizes(1), [1]);
        assert_eq!(sizes(1000), [1000]);
        assert_eq!(sizes(1001), [1000, 1001]);
        assert_eq!(sizes(20_000), [1000, 2000, 5000, 10_000, 20_000]);
        assert_eq!(sizes(LARGEST).len(), 17);
        assert_eq!(sizes(usize::MAX).last(), Some(&usize::MAX));
    }

    #[test]
    fn a_chart_has_a_line_and_dots_for_each_optimizer() {
        let line = Line { label: "sgd".into(), points: vec![(1000, 0.5, 0.4), (2000, 0.3, 0.3)] };
        let chart = chart(&[line.clone(), line]);
        assert_eq!(chart.series.len(), 4);
        assert_eq!(chart.series[1].points, [(1000.0, 0.4), (2000.0, 0.3)]);
        assert!(chart.scene().png(0.5).is_ok());
    }
}
