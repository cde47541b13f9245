//! The pictures, read back from their pixels.

use thalweg_draw::plot::{Colour, style};
use thalweg_lab::Point;

use crate::decode::Picture;
use crate::{FILES, SIX, descent, file};

pub fn decoded(name: &str) -> Picture {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file(name))).read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgb).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    Picture { width: info.width as usize, height: info.height as usize, rgb }
}

impl Picture {
    /// Whether each pixel has the colour, within a number of levels per channel.
    fn mask(&self, colour: Colour, tolerance: u8) -> Vec<bool> {
        let wanted = [colour.r, colour.g, colour.b];
        let near = |pixel: &[u8]| {
            pixel.iter().zip(wanted).all(|(&found, wanted)| found.abs_diff(wanted) <= tolerance)
        };
        self.rgb.chunks_exact(3).map(near).collect()
    }

    /// Centres of the places where a disc of this radius and colour fits, one for each group of
    /// them that hang together.
    pub fn discs(&self, colour: Colour, tolerance: u8, radius: isize) -> Vec<Point> {
        let mask = self.mask(colour, tolerance);
        let (width, height) = (self.width as isize, self.height as isize);
        let reach = |r: isize| ((radius * radius - r * r) as f64).sqrt() as isize;
        let fits = |x: isize, y: isize| {
            (-radius..=radius).all(|dy| {
                let row = y + dy;
                let (from, to) = (x - reach(dy), x + reach(dy));
                (0..height).contains(&row)
                    && from >= 0
                    && to < width
                    && mask[(row * width + from) as usize..=(row * width + to) as usize]
                        .iter()
                        .all(|&own| own)
            })
        };
        let mut left: Vec<(isize, isize)> =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).collect();
        left.retain(|&(x, y)| mask[(y * width + x) as usize] && fits(x, y));
        let mut centres = Vec::new();
        while let Some(seed) = left.pop() {
            let mut group = vec![seed];
            let mut next = 0;
            while next < group.len() {
                let (x, y) = group[next];
                let near = |&(a, b): &(isize, isize)| (a - x).abs() + (b - y).abs() == 1;
                group.extend(left.extract_if(.., |at| near(at)));
                next += 1;
            }
            let sum = |f: fn(&(isize, isize)) -> isize| group.iter().map(f).sum::<isize>() as f64;
            let count = group.len() as f64;
            centres.push([sum(|at| at.0) / count + 0.5, sum(|at| at.1) / count + 0.5]);
        }
        centres
    }

    /// Whether there is a dot: its colour at the centre, or near it where the light edge of a
    /// later dot covers the very centre.
    fn has_dot(&self, colour: Colour, [x, y]: Point) -> bool {
        [(0.0, 0.0), (4.0, 0.0), (-4.0, 0.0), (0.0, 4.0), (0.0, -4.0)].into_iter().any(
            |(dx, dy)| {
                let at = 3 * ((y + dy) as usize * self.width + (x + dx) as usize);
                self.rgb[at..at + 3] == [colour.r, colour.g, colour.b]
            },
        )
    }
}

pub fn distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[test]
fn every_picture_is_1200_pixels_wide() {
    for name in FILES.keys().filter(|name| name.ends_with(".png")) {
        let picture = decoded(name);
        assert_eq!(picture.width, 1200, "{name}");
        assert!((400..2400).contains(&picture.height), "{name}: {}", picture.height);
    }
}

/// All 31 have the colour of the run. Those that stand apart are found as dots of their own; the later
/// ones touch their neighbours.
#[test]
fn the_31_dots_of_sgd_0_9_are_where_the_trajectory_says() {
    let descent = descent("sgd-0.9");
    let points = &descent.runs[0].points;
    assert_eq!(points.len(), 31);
    let pixels: Vec<Point> =
        descent.with_figure(|figure| points.iter().map(|&point| figure.to_pixel(point)).collect());
    let picture = decoded("sgd-0.9.png");
    let colour = style(descent.styles()[0]).colour;
    for &pixel in &pixels {
        assert!(picture.has_dot(colour, pixel), "{pixel:?}");
    }
    let dots = picture.discs(colour, 0, 6);
    let alone = |&(i, pixel): &(usize, &Point)| {
        pixels.iter().enumerate().all(|(j, other)| i == j || distance(*pixel, *other) > 18.0)
    };
    let apart: Vec<_> = pixels.iter().enumerate().filter(alone).collect();
    assert!(apart.len() >= 12, "{}", apart.len());
    for (step, &pixel) in apart {
        let near: Vec<_> = dots.iter().filter(|&&dot| distance(dot, pixel) < 8.0).collect();
        assert_eq!(near.len(), 1, "step {step}");
        assert!(distance(*near[0], pixel) < 1.0, "step {step}: {near:?} instead of {pixel:?}");
    }
}

#[test]
fn every_picture_of_the_six_has_its_dots_in_place() {
    for name in SIX {
        let descent = descent(name);
        let picture = decoded(&format!("{name}.png"));
        let colour = style(descent.styles()[0]).colour;
        let domain = descent.domain();
        let visible = descent.runs[0].points.iter().filter(|&&point| domain.contains(point));
        let mut count = 0;
        descent.with_figure(|figure| {
            let end = figure.to_pixel(descent.runs[0].last_point());
            for &point in visible {
                let apart = distance(figure.to_pixel(point), end);
                if apart > 0.0 && apart < 24.0 {
                    // Under the mark of the end.
                    count += 1;
                    continue;
                }
                assert!(picture.has_dot(colour, figure.to_pixel(point)), "{name}: {point:?}");
                count += 1;
            }
        });
        assert!(count > 25, "{name}: {count} visible");
    }
}
