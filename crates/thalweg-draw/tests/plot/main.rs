//! What the pictures show, read back from their pixels.

mod animation;
mod histogram;
mod landscape;
mod output;
mod regions;

use std::collections::VecDeque;

use thalweg_draw::plot::{Colour, LandscapeFigure, Levels, Path, Raster};
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
