//! Arrays in memory pages of a chosen kind.

use bytemuck::Pod;
use rayon::prelude::*;
use thalweg::storage::Buffer;

/// Elements that a thread fills at a time.
const PIECE: usize = 1 << 16;

/// The kind of memory pages to request from the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// Large pages for arrays of 2 MiB and more, where the system has them.
    Large,
    /// The system's default.
    Ordinary,
}

/// An array of numbers, every page of it in memory.
pub(super) struct Array<T>(Buffer<T>);

impl<T: Pod + Send + Sync> Array<T> {
    /// `len` numbers, each given by its index.
    ///
    /// All are written, also where they are zero: a page that was never written may be one and
    /// the same for all arrays, and would be read from the cache.
    pub fn filled(pages: Pages, len: usize, value: impl Fn(usize) -> T + Sync) -> Self {
        let mut array = Self(Buffer::zeroed(len, pages == Pages::Large));
        let pieces = array.as_mut_slice().par_chunks_mut(PIECE).enumerate();
        pieces.for_each(|(piece, values)| {
            for (i, element) in values.iter_mut().enumerate() {
                *element = value(piece * PIECE + i);
            }
        });
        array
    }

    pub fn as_slice(&self) -> &[T] {
        self.0.as_slice()
    }

    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.0.as_mut_slice()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_pages_hold_the_same() {
        for len in [0, 1, 1000, 2 << 20] {
            let [large, ordinary] = [Pages::Large, Pages::Ordinary]
                .map(|pages| Array::filled(pages, len, |i| i as u32));
            assert_eq!(large.as_slice(), ordinary.as_slice());
            assert_eq!(large.as_slice().last().copied(), len.checked_sub(1).map(|i| i as u32));
        }
    }
}
