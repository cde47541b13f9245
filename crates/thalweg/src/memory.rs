//! State in memory: pages, blocks, slots.
//!
//! The state of a parameter is one array, laid out in blocks of [`BLOCK`] elements and, for what
//! remains, blocks of [`SMALL`], the last of them padded. A block holds its elements of the first
//! slot, then those of the second, and so on. However many slots a chain has, a step therefore
//! walks three streams (parameter, gradient, state), a stretch of a parameter is a stretch of its
//! state, and within a block every offset is a constant that the compiler can vectorise over.
//!
//! State in bfloat16 keeps two slots of an element in one 32-bit word, which reads and writes
//! without shuffling lanes; the last of an odd number of slots stands by itself, 16 bits each.

use bytemuck::Pod;

use crate::layout::{Full, Half, Nearest, Store};
use crate::real::Real;

/// Elements of a block. One slot of it in 32 bits is a page of memory: what fetches ahead in
/// hardware follows one stream a page, and shorter blocks were up to a third slower.
pub(crate) const BLOCK: usize = 1024;

/// Elements of the blocks that hold what is left of a parameter.
pub(crate) const SMALL: usize = 64;

/// Bytes from which an array gets pages of its own.
const LARGE: usize = 2 << 20;

/// An array of numbers, from 2 MiB on in pages of its own: what state is kept in, and a place for
/// parameters and gradients that are to lie in large pages, too.
///
/// ```
/// let mut weights = thalweg::Buffer::<f32>::zeroed(1 << 20, true);
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
    /// `len` zeros; in large pages if asked for, where the system has them to give.
    pub fn zeroed(len: usize, large_pages: bool) -> Self {
        let bytes = len * size_of::<T>();
        // From the allocator a long array would begin amid a cache line, and every other access
        // of full width would meet two.
        if bytes >= LARGE
            && let Ok(pages) = memmap2::MmapMut::map_anon(bytes)
        {
            // A hint; without it the pages are ordinary ones.
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

    /// The numbers, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        match &mut self.0 {
            Kind::Heap(values) => values,
            Kind::Pages(pages) => bytemuck::cast_slice_mut(pages),
        }
    }
}

/// The state of one parameter.
pub(crate) enum State<R> {
    /// In the arithmetic's type.
    Full(Buffer<R>),
    /// In bfloat16.
    Half(Buffer<u32>),
}

/// A stretch of a parameter's state, whole blocks of it.
#[derive(Debug)]
pub(crate) enum StateMut<'a, R> {
    Full(&'a mut [R]),
    Half(&'a mut [u32]),
}

impl<R: Real> State<R> {
    /// Zeros for `len` elements.
    pub(crate) fn zeroed(len: usize, slots: usize, half: bool, large_pages: bool) -> Self {
        if half {
            Self::Half(Buffer::zeroed(words::<R, Half<Nearest>>(len, slots), large_pages))
        } else {
            Self::Full(Buffer::zeroed(words::<R, Full>(len, slots), large_pages))
        }
    }

    pub(crate) fn is_half(&self) -> bool {
        matches!(self, Self::Half(_))
    }

    pub(crate) fn as_mut(&mut self) -> StateMut<'_, R> {
        match self {
            Self::Full(buffer) => StateMut::Full(buffer.as_mut_slice()),
            Self::Half(buffer) => StateMut::Half(buffer.as_mut_slice()),
        }
    }

    /// The `len` elements of one slot, in order.
    pub(crate) fn read(&self, len: usize, slots: usize, slot: usize) -> Vec<R> {
        match self {
            Self::Full(buffer) => read::<R, Full>(buffer.as_slice(), len, slots, slot),
            Self::Half(buffer) => read::<R, Half<Nearest>>(buffer.as_slice(), len, slots, slot),
        }
    }

    /// Sets one slot, element by element; bfloat16 is rounded to nearest.
    pub(crate) fn write(
        &mut self,
        len: usize,
        slots: usize,
        slot: usize,
        value: impl Fn(usize) -> R,
    ) {
        match self {
            Self::Full(buffer) => write(Full, buffer.as_mut_slice(), len, slots, slot, value),
            Self::Half(buffer) => {
                write(Half(Nearest), buffer.as_mut_slice(), len, slots, slot, value);
            }
        }
    }
}

impl<'a, R: Real> StateMut<'a, R> {
    /// The same stretch, borrowed.
    pub(crate) fn reborrow(&mut self) -> StateMut<'_, R> {
        match self {
            Self::Full(words) => StateMut::Full(words),
            Self::Half(words) => StateMut::Half(words),
        }
    }

    /// Cuts in two at element `at`, a multiple of [`BLOCK`].
    pub(crate) fn split_at(self, at: usize, slots: usize) -> (Self, Self) {
        let blocks = at / BLOCK;
        match self {
            Self::Full(words) => {
                let (a, b) = words.split_at_mut(blocks * <Full as Store<R>>::words(slots, BLOCK));
                (Self::Full(a), Self::Full(b))
            }
            Self::Half(words) => {
                let (a, b) =
                    words.split_at_mut(blocks * <Half<Nearest> as Store<R>>::words(slots, BLOCK));
                (Self::Half(a), Self::Half(b))
            }
        }
    }
}

/// Words for `len` elements.
fn words<R: Real, S: Store<R>>(len: usize, slots: usize) -> usize {
    let small = (len % BLOCK).div_ceil(SMALL);
    len / BLOCK * S::words(slots, BLOCK) + small * S::words(slots, SMALL)
}

/// The elements' numbers and the stride of each block, in order.
fn blocks(len: usize) -> impl Iterator<Item = (std::ops::Range<usize>, usize)> {
    let whole = len - len % BLOCK;
    let large = (0..whole).step_by(BLOCK).map(|from| (from..from + BLOCK, BLOCK));
    let small = (whole..len).step_by(SMALL).map(move |from| (from..len.min(from + SMALL), SMALL));
    large.chain(small)
}

fn read<R: Real, S: Store<R>>(
    mut state: &[S::Word],
    len: usize,
    slots: usize,
    slot: usize,
) -> Vec<R> {
    let mut values = Vec::with_capacity(len);
    for (range, n) in blocks(len) {
        let (block, rest) = state.split_at(S::words(slots, n));
        let (main, odd) = block.split_at(S::shares(slots).0 * n);
        let odd = bytemuck::cast_slice(odd);
        values.extend((0..range.len()).map(|i| S::get(main, odd, slots, n, slot, i)));
        state = rest;
    }
    values
}

fn write<R: Real, S: Store<R>>(
    store: S,
    mut state: &mut [S::Word],
    len: usize,
    slots: usize,
    slot: usize,
    value: impl Fn(usize) -> R,
) {
    for (range, n) in blocks(len) {
        let (block, rest) = state.split_at_mut(S::words(slots, n));
        let (main, odd) = S::parts(block, slots, n);
        for (i, element) in range.enumerate() {
            store.set(main, odd, slots, n, slot, i, value(element).quiet());
        }
        state = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every slot holds what was written to it, whatever its neighbours were set to.
    fn slots_are_apart(half: bool) {
        for len in [0, 1, 63, 64, 65, 1023, 1024, 1025, 3000] {
            for slots in 1..=5 {
                let mut state = State::<f32>::zeroed(len, slots, half, false);
                for round in 0..2 {
                    for slot in 0..slots {
                        state.write(len, slots, slot, |i| ((i + slot * 7 + round) % 200) as f32);
                    }
                    for slot in 0..slots {
                        let expected: Vec<f32> =
                            (0..len).map(|i| ((i + slot * 7 + round) % 200) as f32).collect();
                        assert_eq!(state.read(len, slots, slot), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn slots_are_apart_in_full() {
        slots_are_apart(false);
    }

    #[test]
    fn slots_are_apart_in_bf16() {
        slots_are_apart(true);
    }

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
