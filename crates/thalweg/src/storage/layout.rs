//! The memory layout of state: how the slots of a block lie in its words.
//!
//! The state of a parameter is one array in blocks of [`BLOCK`] elements, the last one padded. A
//! block holds its elements of the first slot, then those of the second, and so on. So for any
//! number of slots a step reads three streams (parameter, gradient, state), a contiguous part of a
//! parameter has contiguous state, and within a block every offset is a constant, which lets the
//! compiler vectorise.

use bytemuck::Pod;

use super::bf16::{self, RoundingBits};

/// Elements of a block. One slot of a block in 32 bits fills a page of memory: the hardware
/// prefetcher tracks one stream per 4 KiB page, and shorter blocks were up to a third slower.
pub const BLOCK: usize = 1024;

/// Elements that the fused loop steps at a time: a parameter's last chunk is padded on the stack.
pub const CHUNK: usize = 64;

/// Elements of a block, and where they lie in a plain copy of a block.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The first one's place in the block.
    pub from: usize,
    /// Its place in the copy.
    pub to: usize,
    pub len: usize,
}

/// How the slots of a block lie in its words.
pub trait Layout<R>: Copy + Send + Sync + 'static {
    /// The word that a block is made of.
    type Word: Pod + std::fmt::Debug + Send + Sync;
    /// Whether a NaN must be canonical before it is stored.
    const CANONICAL: bool;
    /// How many elements ahead memory is prefetched; chosen by measurement.
    const AHEAD: usize;
    /// Lengths of the two parts of a block, in multiples of [`BLOCK`] words and of [`BLOCK`]
    /// half-words: the slots stored in whole words, and the one stored alone, if any.
    fn parts(slots: usize) -> (usize, usize);

    /// Words of a block.
    fn words(slots: usize) -> usize;
    /// The two parts.
    fn split(block: &mut [Self::Word], slots: usize) -> (&mut [Self::Word], &mut [u16]);
    /// The same, read-only.
    fn split_ref(block: &[Self::Word], slots: usize) -> (&[Self::Word], &[u16]);
    /// Element `i` of slot `slot`.
    fn get(main: &[Self::Word], odd: &[u16], slots: usize, slot: usize, i: usize) -> R;
    /// Stores it, rounded to nearest.
    fn set(main: &mut [Self::Word], odd: &mut [u16], slots: usize, slot: usize, i: usize, value: R);
    /// Reads a span of every slot of a block into a plain block.
    fn unpack(block: &[Self::Word], slots: usize, span: Span, plain: &mut [R]);
    /// Writes what [`unpack`](Self::unpack) reads, rounded with the random bits of each slot, which
    /// begin at the span, or to nearest.
    fn pack<F: Fn(usize) -> RoundingBits>(
        plain: &[R],
        slots: usize,
        span: Span,
        block: &mut [Self::Word],
        bits: Option<F>,
    );
    /// The value, with every NaN replaced by the canonical NaN.
    fn canonical(value: R) -> R;
}

/// State in the arithmetic's type.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl<R: Pod + std::fmt::Debug + Send + Sync> Layout<R> for Plain {
    type Word = R;
    const CANONICAL: bool = false;
    const AHEAD: usize = 128;

    #[inline(always)]
    fn parts(slots: usize) -> (usize, usize) {
        (slots, 0)
    }
    #[inline(always)]
    fn words(slots: usize) -> usize {
        slots * BLOCK
    }
    #[inline(always)]
    fn split(block: &mut [R], _: usize) -> (&mut [R], &mut [u16]) {
        (block, &mut [])
    }
    #[inline(always)]
    fn split_ref(block: &[R], _: usize) -> (&[R], &[u16]) {
        (block, &[])
    }
    #[inline(always)]
    fn get(main: &[R], _: &[u16], _: usize, slot: usize, i: usize) -> R {
        main[slot * BLOCK + i]
    }
    #[inline(always)]
    fn set(main: &mut [R], _: &mut [u16], _: usize, slot: usize, i: usize, value: R) {
        main[slot * BLOCK + i] = value;
    }
    #[inline(always)]
    fn unpack(block: &[R], _: usize, Span { from, to, len }: Span, plain: &mut [R]) {
        let slots = plain.chunks_exact_mut(BLOCK).zip(block.chunks_exact(BLOCK));
        slots.for_each(|(plain, slot)| plain[to..][..len].copy_from_slice(&slot[from..][..len]));
    }
    #[inline(always)]
    fn pack<F: Fn(usize) -> RoundingBits>(
        plain: &[R],
        _: usize,
        Span { from, to, len }: Span,
        block: &mut [R],
        _: Option<F>,
    ) {
        let slots = block.chunks_exact_mut(BLOCK).zip(plain.chunks_exact(BLOCK));
        slots.for_each(|(slot, plain)| slot[from..][..len].copy_from_slice(&plain[to..][..len]));
    }
    fn canonical(value: R) -> R {
        value
    }
}

/// State in bfloat16: two slots of an element in one 32-bit word, which are read and written
/// without shuffles between SIMD lanes; the last of an odd number of slots is stored alone, 16 bits
/// each.
#[derive(Debug, Clone, Copy)]
pub struct Bf16Pairs;

/// Whether a slot is the one stored alone.
#[inline(always)]
fn stands_alone(slots: usize, slot: usize) -> bool {
    slots % 2 == 1 && slot == slots - 1
}

/// Stores the upper half of `bits` at the slot's place.
#[inline(always)]
fn put(pairs: &mut [u32], odd: &mut [u16], slots: usize, slot: usize, i: usize, bits: u32) {
    if stands_alone(slots, slot) {
        odd[i] = (bits >> 16) as u16;
        return;
    }
    let word = &mut pairs[slot / 2 * BLOCK + i];
    *word = if slot.is_multiple_of(2) {
        (bits & 0xffff_0000) | (*word & 0xffff)
    } else {
        (*word & 0xffff_0000) | (bits >> 16)
    };
}

impl Layout<f32> for Bf16Pairs {
    type Word = u32;
    const CANONICAL: bool = true;
    const AHEAD: usize = 1024;

    #[inline(always)]
    fn parts(slots: usize) -> (usize, usize) {
        (slots / 2, slots % 2)
    }
    #[inline(always)]
    fn words(slots: usize) -> usize {
        slots * BLOCK / 2
    }
    #[inline(always)]
    fn split(block: &mut [u32], slots: usize) -> (&mut [u32], &mut [u16]) {
        let (pairs, odd) = block.split_at_mut(slots / 2 * BLOCK);
        (pairs, bytemuck::cast_slice_mut(odd))
    }
    #[inline(always)]
    fn split_ref(block: &[u32], slots: usize) -> (&[u32], &[u16]) {
        let (pairs, odd) = block.split_at(slots / 2 * BLOCK);
        (pairs, bytemuck::cast_slice(odd))
    }
    #[inline(always)]
    fn get(pairs: &[u32], odd: &[u16], slots: usize, slot: usize, i: usize) -> f32 {
        if stands_alone(slots, slot) {
            return bf16::widen(odd[i]);
        }
        let word = pairs[slot / 2 * BLOCK + i];
        bf16::widen(if slot.is_multiple_of(2) { word >> 16 } else { word } as u16)
    }
    #[inline(always)]
    fn set(pairs: &mut [u32], odd: &mut [u16], slots: usize, slot: usize, i: usize, value: f32) {
        put(pairs, odd, slots, slot, i, bf16::nearest(value));
    }
    #[inline(always)]
    fn unpack(block: &[u32], slots: usize, Span { from, to, len }: Span, plain: &mut [f32]) {
        let (pairs, odd) = Self::split_ref(block, slots);
        let (both, last) = plain.split_at_mut(slots / 2 * (2 * BLOCK));
        for (pairs, both) in pairs.chunks_exact(BLOCK).zip(both.chunks_exact_mut(2 * BLOCK)) {
            let (a, b) = both.split_at_mut(BLOCK);
            let (a, b) = (&mut a[to..][..len], &mut b[to..][..len]);
            for ((word, a), b) in pairs[from..][..len].iter().zip(a).zip(b) {
                (*a, *b) = (f32::from_bits(word & 0xffff_0000), f32::from_bits(word << 16));
            }
        }
        if slots % 2 == 1 {
            for (bits, last) in odd[from..][..len].iter().zip(&mut last[to..][..len]) {
                *last = bf16::widen(*bits);
            }
        }
    }
    #[inline(always)]
    fn pack<F: Fn(usize) -> RoundingBits>(
        plain: &[f32],
        slots: usize,
        span: Span,
        block: &mut [u32],
        bits: Option<F>,
    ) {
        match bits {
            None => {
                pack(plain, slots, span, block, |_| |x, _| bf16::nearest(bf16::canonical_nan(x)));
            }
            Some(bits) => pack(plain, slots, span, block, |slot| {
                let bits = bits(slot);
                move |x, i| bf16::stochastic(x, bits.get(i))
            }),
        }
    }
    #[inline(always)]
    fn canonical(value: f32) -> f32 {
        bf16::canonical_nan(value)
    }
}

/// Rounds a span of every slot of a plain block, slot by slot, with the random bits from
/// `rounding`.
#[inline(always)]
fn pack<F: Fn(f32, usize) -> u32>(
    plain: &[f32],
    slots: usize,
    Span { from, to, len }: Span,
    block: &mut [u32],
    rounding: impl Fn(usize) -> F,
) {
    let (pairs, odd) = Bf16Pairs::split(block, slots);
    let (both, last) = plain.split_at(slots / 2 * (2 * BLOCK));
    let pairs = pairs.chunks_exact_mut(BLOCK).zip(both.chunks_exact(2 * BLOCK));
    for (k, (pairs, both)) in pairs.enumerate() {
        let (first, second) = (rounding(2 * k), rounding(2 * k + 1));
        let (a, b) = both.split_at(BLOCK);
        let (a, b) = (&a[to..][..len], &b[to..][..len]);
        for (i, ((word, a), b)) in pairs[from..][..len].iter_mut().zip(a).zip(b).enumerate() {
            *word = (first(*a, i) & 0xffff_0000) | (second(*b, i) >> 16);
        }
    }
    if slots % 2 == 1 {
        let rounding = rounding(slots - 1);
        let last = &last[to..][..len];
        for (i, (bits, last)) in odd[from..][..len].iter_mut().zip(last).enumerate() {
            *bits = (rounding(*last, i) >> 16) as u16;
        }
    }
}
