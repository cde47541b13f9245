//! Work over all threads: split in halves by elements, regardless of tensor boundaries.
//!
//! Where work is split depends on lengths alone, never on the number of threads, and the results of
//! the halves are joined in order: sums have the same bits on any machine.

use crate::storage::layout::BLOCK;

/// Work with fewer elements than this is not split.
const GRAIN: usize = 1 << 15;

/// Splits a list of work items, whose numbers of elements `len` gives, until a part is small or a
/// single item; `run` gets the small parts, `one` each large single item.
pub fn divide<W: Send>(
    works: &mut [W],
    elements: usize,
    len: &(impl Fn(&W) -> usize + Sync),
    run: &(impl Fn(&mut [W]) + Sync),
    one: &(impl Fn(&mut W) + Sync),
) {
    if elements <= GRAIN {
        return run(works);
    }
    if let [work] = works {
        return one(work);
    }
    let mut cut = 1;
    let mut before = len(&works[0]);
    while cut + 1 < works.len() && before < elements / 2 {
        before += len(&works[cut]);
        cut += 1;
    }
    let (left, right) = works.split_at_mut(cut);
    rayon::join(
        || divide(left, before, len, run, one),
        || divide(right, elements - before, len, run, one),
    );
}

/// The number of elements down to which a single item of this length is split: parts of long items
/// may be longer.
pub fn grain(elements: usize) -> usize {
    GRAIN.max(elements / 128)
}

/// Splits a single item down to `grain` elements; the results of the halves are joined in order.
pub fn halve<W: Send, T: Send>(
    work: W,
    grain: usize,
    len: &(impl Fn(&W) -> usize + Sync),
    split: &(impl Fn(W, usize) -> (W, W) + Sync),
    run: &(impl Fn(W) -> T + Sync),
    join: &(impl Fn(T, T) -> T + Sync),
) -> T {
    let elements = len(&work);
    if elements <= grain {
        return run(work);
    }
    let (left, right) = split(work, (elements / 2).next_multiple_of(BLOCK));
    let (left, right) = rayon::join(
        || halve(left, grain, len, split, run, join),
        || halve(right, grain, len, split, run, join),
    );
    join(left, right)
}
