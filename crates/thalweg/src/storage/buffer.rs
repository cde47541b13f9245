//! Page-aligned memory for long arrays.

use bytemuck::Pod;

/// Arrays of this many bytes or more are page-aligned.
const LARGE: usize = 2 << 20;

/// An array of numbers, page-aligned from 2 MiB on, in large pages on request.
///
/// The engine keeps state in it. Parameters and gradients in it step faster than in memory from the
/// allocator, where a long array begins in the middle of a cache line, and faster still in large
/// pages.
///
/// ```
/// use thalweg::storage::Buffer;
///
/// let mut weights = Buffer::<f32>::zeroed(1 << 20, true);
/// weights.as_mut_slice().fill(1.0);
/// assert_eq!(weights.as_slice().len(), 1 << 20);
/// ```
#[derive(Debug)]
pub struct Buffer<T>(Kind<T>);

#[derive(Debug)]
enum Kind<T> {
    Heap(Vec<T>),
    Pages(memmap2::MmapMut),
}

impl<T: Pod> Buffer<T> {
    /// `len` zeros; in large pages if requested and available.
    pub fn zeroed(len: usize, large_pages: bool) -> Self {
        let bytes = len * size_of::<T>();
        // From the allocator a long array would begin in the middle of a cache line, and every
        // other full-width access would cross two lines.
        if bytes >= LARGE
            && let Ok(pages) = memmap2::MmapMut::map_anon(bytes)
        {
            // Only a hint; if it is not followed, ordinary pages are used.
            #[cfg(target_os = "linux")]
            if large_pages {
                let _ = pages.advise(memmap2::Advice::HugePage);
            }
            #[cfg(not(target_os = "linux"))]
            let _ = large_pages;
            return Self(Kind::Pages(pages));
        }
        Self(Kind::Heap(vec![T::zeroed(); len]))
    }

    /// The numbers.
    pub fn as_slice(&self) -> &[T] {
        match &self.0 {
            Kind::Heap(values) => values,
            Kind::Pages(pages) => bytemuck::cast_slice(pages),
        }
    }

    /// The numbers, mutable.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        match &mut self.0 {
            Kind::Heap(values) => values,
            Kind::Pages(pages) => bytemuck::cast_slice_mut(pages),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_what_the_heap_holds() {
        for large in [false, true] {
            let mut pages = Buffer::<f32>::zeroed(LARGE, large);
            assert!(matches!(pages.0, Kind::Pages(_)));
            assert!(pages.as_slice().iter().all(|&x| x == 0.0));
            pages.as_mut_slice()[5] = 1.0;
            assert_eq!((pages.as_slice()[5], pages.as_slice().len()), (1.0, LARGE));
        }
    }
}
