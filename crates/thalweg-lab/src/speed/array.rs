//! Arrays in pages of a chosen kind.

use bytemuck::Pod;
use rayon::prelude::*;

/// Bytes from which large pages are worth asking for, as the library does for state.
const LARGE: usize = 2 << 20;

/// Elements that a thread fills at a time.
const PIECE: usize = 1 << 16;

/// The kind of pages to ask the system for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pages {
    /// Large ones for arrays of 2 MiB and more, where the system has them to give.
    #[default]
    Large,
    /// What the system gives by itself.
    Ordinary,
}

/// An array of numbers, every page of it in memory.
pub(super) struct Array<T>(Kind<T>);

enum Kind<T> {
    Heap(Vec<T>),
    Pages(memmap2::MmapMut),
}

impl<T: Pod + Send + Sync> Array<T> {
    /// `len` numbers, each given by its index.
    ///
    /// All are written, also where they are zero: a page that was never written may be one and
    /// the same for all arrays, and would be read from the cache.
    pub fn filled(pages: Pages, len: usize, value: impl Fn(usize) -> T + Sync) -> Self {
        let mut array = Self(Self::zeroed(pages, len));
        let pieces = array.as_mut_slice().par_chunks_mut(PIECE).enumerate();
        pieces.for_each(|(piece, values)| {
            for (i, element) in values.iter_mut().enumerate() {
                *element = value(piece * PIECE + i);
            }
        });
        array
    }

    fn zeroed(pages: Pages, len: usize) -> Kind<T> {
        let bytes = len * size_of::<T>();
        if pages == Pages::Large
            && bytes >= LARGE
            && let Ok(map) = memmap2::MmapMut::map_anon(bytes)
        {
            // A hint; without it the pages are ordinary ones.
            #[cfg(target_os = "linux")]
            let _ = map.advise(memmap2::Advice::HugePage);
            return Kind::Pages(map);
        }
        Kind::Heap(vec![T::zeroed(); len])
    }

    pub fn as_slice(&self) -> &[T] {
        match &self.0 {
            Kind::Heap(values) => values,
            Kind::Pages(map) => bytemuck::cast_slice(map),
        }
    }

    pub fn as_mut_slice(&mut self) -> &mut [T] {
        match &mut self.0 {
            Kind::Heap(values) => values,
            Kind::Pages(map) => bytemuck::cast_slice_mut(map),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_pages_hold_the_same() {
        for len in [0, 1, 1000, LARGE] {
            let [large, ordinary] = [Pages::Large, Pages::Ordinary]
                .map(|pages| Array::filled(pages, len, |i| i as u32));
            assert_eq!(large.as_slice(), ordinary.as_slice());
            assert_eq!(large.as_slice().last().copied(), len.checked_sub(1).map(|i| i as u32));
        }
    }
}
