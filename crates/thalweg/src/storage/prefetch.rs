//! Software prefetch: cache lines are requested before they are needed.

use bytemuck::Pod;

use super::layout::{BLOCK, CHUNK};

/// Bytes of a cache line.
const LINE: usize = 64;

/// Requests the cache lines of `n` numbers from `from` on, which may lie beyond the slice's end.
///
/// Square roots and divisions are slow, so that few elements are in flight at a time: too few for
/// out-of-order execution to reach far enough ahead. With two-byte numbers the processor waited
/// half of the time.
#[inline(always)]
pub fn prefetch<T>(numbers: &[T], from: usize, n: usize) {
    let line = LINE / size_of::<T>();
    // Counted, not a range from `from` on, so that the compiler sees a constant number of
    // iterations.
    for k in 0..n / line {
        prefetch_index::prefetch_index(numbers, from + k * line);
    }
}

/// Bytes that are needed next.
#[derive(Clone, Copy, Default)]
pub struct Stream<'a> {
    bytes: &'a [u8],
    /// How many of them belong to a chunk.
    chunk: usize,
}

impl<'a> Stream<'a> {
    /// Words of which a block takes `words`.
    pub fn of<T: Pod>(numbers: &'a [T], words: usize) -> Self {
        Self { bytes: bytemuck::cast_slice(numbers), chunk: size_of::<T>() * words * CHUNK / BLOCK }
    }

    /// Requests the cache lines of a chunk.
    #[inline(always)]
    pub fn prefetch(self, chunk: usize) {
        let (mut at, end) = (chunk * self.chunk, (chunk + 1) * self.chunk);
        while at < end {
            prefetch_index::prefetch_index(self.bytes, at);
            at += LINE;
        }
    }
}
