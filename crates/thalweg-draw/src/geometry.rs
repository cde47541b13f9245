//! Points and rectangles of the plane.

/// A point of the plane, (x, y).
pub type Point = [f64; 2];

/// A rectangle of the plane: what a figure shows, or where a problem is defined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Domain {
    /// Lowest and highest x.
    pub x: [f64; 2],
    /// Lowest and highest y.
    pub y: [f64; 2],
}

impl Domain {
    /// The rectangle [x0, x1] × [y0, y1].
    pub const fn new(x: [f64; 2], y: [f64; 2]) -> Self {
        Self { x, y }
    }

    /// The square [-half, half]².
    pub const fn square(half: f64) -> Self {
        Self::new([-half, half], [-half, half])
    }

    /// Whether the point lies inside or on the border.
    pub fn contains(&self, [x, y]: Point) -> bool {
        (self.x[0]..=self.x[1]).contains(&x) && (self.y[0]..=self.y[1]).contains(&y)
    }

    /// The rectangle grown, where the point lies outside, to hold it with a margin.
    #[must_use]
    pub fn around(self, [x, y]: Point) -> Self {
        let grown = |[low, high]: [f64; 2], at: f64| {
            let margin = 0.1 * (high.max(at) - low.min(at));
            if at < low {
                [at - margin, high]
            } else if at > high {
                [low, at + margin]
            } else {
                [low, high]
            }
        };
        Self { x: grown(self.x, x), y: grown(self.y, y) }
    }
}
