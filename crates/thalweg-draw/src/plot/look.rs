//! Sizes of everything in a figure, in pixels.

/// Sizes in pixels, chosen for the width at which a figure is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Size of the title's letters.
    pub title: f32,
    /// Size of all other letters.
    pub label: f32,
    /// Width of a path.
    pub line: f32,
    /// Radius of the dot of a step.
    pub dot: f32,
    /// Width of frame, ticks and level lines.
    pub thin: f32,
    /// How far a level line may be from the computed one, so that files stay small.
    pub tolerance: f32,
    /// Most labels along the x and y axis.
    pub ticks: [usize; 2],
    /// Whether the axes are named.
    pub names: bool,
}

/// A deviation that no figure shows.
const TOLERANCE: f32 = 0.12;

impl Look {
    /// For a figure that is `width` pixels wide: at 1200 pixels, shown on a page at half that, letters are as
    /// large as the page's.
    pub fn page(width: u32) -> Self {
        let unit = (width as f32 / 1200.0).clamp(0.2, 8.0);
        Self {
            title: 44.0 * unit,
            label: 30.0 * unit,
            line: 3.6 * unit,
            dot: 8.5 * unit,
            thin: 2.0 * unit,
            tolerance: TOLERANCE,
            ticks: [9, 9],
            names: true,
        }
    }

    /// For one panel of several in a figure `width` pixels wide.
    pub fn panel(width: u32) -> Self {
        let page = Self::page(width);
        Self {
            title: 0.75 * page.title,
            label: 0.8 * page.label,
            line: 0.75 * page.line,
            dot: 0.6 * page.dot,
            thin: 0.7 * page.thin,
            tolerance: TOLERANCE,
            ticks: [5, 5],
            names: false,
        }
    }

    /// For small panels in one row, shown at their own size among text.
    pub fn strip() -> Self {
        Self {
            title: 12.5,
            label: 9.5,
            line: 1.1,
            dot: 1.6,
            thin: 0.6,
            tolerance: 2.5 * TOLERANCE,
            ticks: [3, 3],
            names: false,
        }
    }
}
