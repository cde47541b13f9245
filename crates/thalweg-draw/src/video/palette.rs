//! Up to 255 colours for a whole video.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// A GIF has 256 colours; one of them means "unchanged".
const CAPACITY: usize = 255;
/// Where there are more colours than fit: how many of the most frequent ones are kept exactly.
const FREQUENT: usize = 96;

type Colour = [u8; 3];

/// Colours, and the nearest of them for any colour asked for so far.
pub(super) struct Palette {
    colours: Vec<Colour>,
    nearest: HashMap<Colour, u8>,
}

impl Palette {
    /// The palette of some RGBA frames: their own colours if these are few, else the most frequent ones, so that
    /// flat areas stay flat, and then again and again the colour that is farthest from all chosen so far.
    ///
    /// Farthest-first choice keeps the largest error within twice the least possible (T. F. Gonzalez,
    /// Clustering to minimize the maximum intercluster distance, Theoretical Computer Science 38, 1985,
    /// <https://doi.org/10.1016/0304-3975(85)90224-5>). Learned and averaged palettes err less on the whole,
    /// and lose just the few pixels of a small dot.
    pub(super) fn of(frames: &[&[u8]]) -> Self {
        let mut counts: BTreeMap<Colour, usize> = BTreeMap::new();
        for frame in frames {
            for run in frame.as_chunks::<4>().0.chunk_by(|a, b| a == b) {
                let [r, g, b, _] = run[0];
                *counts.entry([r, g, b]).or_default() += run.len();
            }
        }
        let mut by_count: Vec<(Colour, usize)> = counts.into_iter().collect();
        by_count.sort_by_key(|&(colour, count)| (Reverse(count), colour));
        let all: Vec<Colour> = by_count.into_iter().map(|(colour, _)| colour).collect();

        let colours = if all.len() <= CAPACITY { all } else { farthest_first(&all) };
        let nearest = (0..).zip(&colours).map(|(i, &c)| (c, i)).collect();
        Self { colours, nearest }
    }

    /// R, G, B of each colour, and of one more for [`Self::unused`].
    pub(super) fn bytes(&self) -> Vec<u8> {
        [self.colours.concat(), vec![0; 3]].concat()
    }

    /// The index that no colour has.
    pub(super) fn unused(&self) -> u8 {
        self.colours.len() as u8
    }

    /// The index of the colour nearest to `colour`.
    pub(super) fn index(&mut self, colour: Colour) -> u8 {
        let colours = &self.colours;
        *self.nearest.entry(colour).or_insert_with(|| {
            (0..).zip(colours).min_by_key(|&(_, &c)| distance(c, colour)).map_or(0, |(i, _)| i)
        })
    }
}

/// Square of the distance of two colours.
fn distance(a: Colour, b: Colour) -> u32 {
    let square = |c: usize| u32::from(a[c].abs_diff(b[c])).pow(2);
    square(0) + square(1) + square(2)
}

/// The first [`FREQUENT`] of `colours`, then the farthest from those chosen, up to [`CAPACITY`].
fn farthest_first(colours: &[Colour]) -> Vec<Colour> {
    let mut chosen: Vec<Colour> = Vec::with_capacity(CAPACITY);
    let mut gaps = vec![u32::MAX; colours.len()];
    while chosen.len() < CAPACITY {
        let next = if chosen.len() < FREQUENT {
            colours[chosen.len()]
        } else {
            let farthest = gaps.iter().zip(colours).max_by_key(|(gap, _)| *gap);
            farthest.map_or(colours[0], |(_, &colour)| colour)
        };
        for (gap, &colour) in gaps.iter_mut().zip(colours) {
            *gap = distance(colour, next).min(*gap);
        }
        chosen.push(next);
    }
    chosen
}
