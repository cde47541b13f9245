//! Landscapes side by side.

use super::landscape::{LandscapeFigure, title};
use super::look::Look;
use super::scene::{Rect, Scene};

/// Landscapes side by side, `columns` in a row, in a drawing `width` pixels wide. All panels have the
/// aspect ratio of the first; their sizes are not used otherwise. Without panels the drawing is empty.
pub fn small_multiples(
    heading: &str,
    panels: &[LandscapeFigure],
    columns: usize,
    width: u32,
) -> Scene {
    let Grid { columns, side, tall, top, height } = Grid::new(heading, panels, columns, width);
    let page = Look::page(width);
    let look = Look::panel(width);
    let mut scene = Scene::new(width, height, heading);
    let paper = Rect::new(0, 0, scene.width, scene.height);
    if top > 0 {
        title(&mut scene.layer, heading, paper, 0.35 * page.label, &page);
    }
    for (i, panel) in panels.iter().enumerate() {
        let (row, column) = (i as u32 / columns, i as u32 % columns);
        let frame = Rect::new((column * side) as i32, (top + row * tall) as i32, side, tall);
        panel.draw(&mut scene.layer, frame, &look);
    }
    scene
}

/// Width and height in pixels of the drawing that [`small_multiples`] makes, without making it.
pub fn small_multiples_size(
    heading: &str,
    panels: &[LandscapeFigure],
    columns: usize,
    width: u32,
) -> (u32, u32) {
    (width, Grid::new(heading, panels, columns, width).height)
}

/// Small landscapes in one row, each `width` × `height` pixels large, for a page with many such pictures:
/// made to be shown at their own size, and small as files. A larger dot marks the end of each path, an arrow at the edge one
/// that lies outside, a cross one that diverged; all other dots are round. `title` is for screen readers.
pub fn strip(title: &str, panels: &[LandscapeFigure], width: u32, height: u32) -> Scene {
    let look = Look::strip();
    let mut scene = Scene::new(width.saturating_mul(panels.len() as u32), height, title);
    scene.decimals = 1;
    for (i, panel) in panels.iter().enumerate() {
        let left = width.saturating_mul(i as u32);
        let frame = Rect::new(left as i32, 0, width, height);
        panel.draw_small(&mut scene.layer, frame, &look);
    }
    scene
}

/// The layout of small multiples.
struct Grid {
    columns: u32,
    /// Width of a panel.
    side: u32,
    /// Height of a panel.
    tall: u32,
    /// Where the first row begins.
    top: u32,
    /// Height of the whole.
    height: u32,
}

impl Grid {
    fn new(heading: &str, panels: &[LandscapeFigure], columns: usize, width: u32) -> Self {
        let columns = columns.clamp(1, panels.len().max(1)) as u32;
        let rows = (panels.len() as u32).div_ceil(columns);
        let side = width / columns;
        let ratio = panels.first().map_or(0.0, |p| f64::from(p.height) / f64::from(p.width.max(1)));
        let tall = (f64::from(side) * ratio).round() as u32;
        let top = if heading.is_empty() { 0 } else { (1.7 * Look::page(width).title) as u32 };
        let height = top.saturating_add(rows.saturating_mul(tall));
        Self { columns, side, tall, top, height }
    }
}
