//! How the slots of a block lie in its words, and how numbers are rounded on their way there.

use bytemuck::Pod;

use crate::convert::Dice;
use crate::real::Real;

/// How the slots of a block lie in its words.
pub(crate) trait Store<R: Real>: Copy + Send + Sync {
    /// What a block is made of.
    type Word: Pod + Send + Sync;
    /// Whether a NaN must be quiet before it is stored.
    const QUIET: bool;
    /// How many elements ahead memory is asked for, measured.
    const AHEAD: usize;

    /// Words of a block of `n` elements.
    fn words(slots: usize, n: usize) -> usize;
    /// The slots that whole words hold, and the one that stands by itself, if any.
    fn parts(block: &mut [Self::Word], slots: usize, n: usize) -> (&mut [Self::Word], &mut [u16]);
    /// Lengths of the two parts, in elements' worth of `n`.
    fn shares(slots: usize) -> (usize, usize);
    /// Element `i` of slot `slot` of a block with stride `n`.
    fn get(main: &[Self::Word], odd: &[u16], slots: usize, n: usize, slot: usize, i: usize) -> R;
    /// Stores it; `self` knows how to round.
    #[expect(clippy::too_many_arguments, reason = "the address of a number in a block")]
    fn set(
        self,
        main: &mut [Self::Word],
        odd: &mut [u16],
        slots: usize,
        n: usize,
        slot: usize,
        i: usize,
        value: R,
    );
    /// The same for the block that is `n` elements further on.
    fn after(self, n: usize) -> Self;
}

/// State in the arithmetic's type.
#[derive(Clone, Copy)]
pub(crate) struct Full;

impl<R: Real> Store<R> for Full {
    type Word = R;
    const QUIET: bool = false;
    const AHEAD: usize = 128;

    fn words(slots: usize, n: usize) -> usize {
        slots * n
    }
    #[inline(always)]
    fn parts(block: &mut [R], _: usize, _: usize) -> (&mut [R], &mut [u16]) {
        (block, &mut [])
    }
    #[inline(always)]
    fn shares(slots: usize) -> (usize, usize) {
        (slots, 0)
    }
    #[inline(always)]
    fn get(main: &[R], _: &[u16], _: usize, n: usize, slot: usize, i: usize) -> R {
        main[slot * n + i]
    }
    #[inline(always)]
    fn set(
        self,
        main: &mut [R],
        _: &mut [u16],
        _: usize,
        n: usize,
        slot: usize,
        i: usize,
        value: R,
    ) {
        main[slot * n + i] = value;
    }
    #[inline(always)]
    fn after(self, _: usize) -> Self {
        self
    }
}

/// How a number becomes one of sixteen bits.
pub(crate) trait Round<R>: Copy + Send + Sync {
    const QUIET: bool;
    /// The rounded number in the upper half of 32 bits; what the lower half holds does not count.
    fn round(self, value: R, slot: usize, i: usize) -> u32;
    /// The same for the block that is `n` elements further on.
    fn after(self, n: usize) -> Self;
}

/// To the nearest, ties to even.
#[derive(Clone, Copy)]
pub(crate) struct Nearest;

impl<R: Real> Round<R> for Nearest {
    const QUIET: bool = true;

    #[inline(always)]
    fn round(self, value: R, _: usize, _: usize) -> u32 {
        value.nearest_bf16()
    }
    #[inline(always)]
    fn after(self, _: usize) -> Self {
        self
    }
}

/// To one of the two neighbours, the nearer the likelier.
#[derive(Clone, Copy)]
pub(crate) struct Stochastic {
    pub(crate) seed: u64,
    pub(crate) t: u64,
    pub(crate) element: u64,
}

impl<R: Real> Round<R> for Stochastic {
    const QUIET: bool = false;

    #[inline(always)]
    fn round(self, value: R, slot: usize, i: usize) -> u32 {
        // Number 0 is the parameter itself.
        let dice = Dice::new(self.seed, self.t, slot as u64 + 1, self.element);
        value.stochastic_bf16(dice.roll(i))
    }
    #[inline(always)]
    fn after(self, n: usize) -> Self {
        Self { element: self.element + n as u64, ..self }
    }
}

/// State in bfloat16.
#[derive(Clone, Copy)]
pub(crate) struct Half<D>(pub(crate) D);

/// Whether a slot is the one that stands by itself.
#[inline(always)]
fn stands_alone(slots: usize, slot: usize) -> bool {
    slots % 2 == 1 && slot == slots - 1
}

impl<R: Real, D: Round<R>> Store<R> for Half<D> {
    type Word = u32;
    const QUIET: bool = D::QUIET;
    const AHEAD: usize = 1024;

    fn words(slots: usize, n: usize) -> usize {
        slots * n / 2
    }
    #[inline(always)]
    fn parts(block: &mut [u32], slots: usize, n: usize) -> (&mut [u32], &mut [u16]) {
        let (pairs, odd) = block.split_at_mut(slots / 2 * n);
        (pairs, bytemuck::cast_slice_mut(odd))
    }
    #[inline(always)]
    fn shares(slots: usize) -> (usize, usize) {
        (slots / 2, slots % 2)
    }
    #[inline(always)]
    fn get(pairs: &[u32], odd: &[u16], slots: usize, n: usize, slot: usize, i: usize) -> R {
        if stands_alone(slots, slot) {
            return R::from_bf16(odd[i]);
        }
        let word = pairs[slot / 2 * n + i];
        R::from_bf16(if slot.is_multiple_of(2) { word >> 16 } else { word } as u16)
    }
    #[inline(always)]
    fn set(
        self,
        pairs: &mut [u32],
        odd: &mut [u16],
        slots: usize,
        n: usize,
        slot: usize,
        i: usize,
        value: R,
    ) {
        let bits = self.0.round(value, slot, i);
        if stands_alone(slots, slot) {
            odd[i] = (bits >> 16) as u16;
            return;
        }
        let word = &mut pairs[slot / 2 * n + i];
        *word = if slot.is_multiple_of(2) {
            (bits & 0xffff_0000) | (*word & 0xffff)
        } else {
            (*word & 0xffff_0000) | (bits >> 16)
        };
    }
    #[inline(always)]
    fn after(self, n: usize) -> Self {
        Self(self.0.after(n))
    }
}

/// One element's view of its slots in a block, as [`State`](crate::State) reads and writes it.
pub trait Slots<R> {
    /// The number in slot `slot`.
    fn get(&self, slot: usize) -> R;
    /// Stores it.
    fn set(&mut self, slot: usize, value: R);
}

/// A block and the element in it that is looked at.
pub(crate) struct At<'a, R: Real, S: Store<R>, const N: usize> {
    pub(crate) store: S,
    pub(crate) main: &'a mut [S::Word],
    pub(crate) odd: &'a mut [u16],
    pub(crate) slots: usize,
    pub(crate) i: usize,
}

impl<R: Real, S: Store<R>, const N: usize> Slots<R> for At<'_, R, S, N> {
    #[inline(always)]
    fn get(&self, slot: usize) -> R {
        S::get(self.main, self.odd, self.slots, N, slot, self.i)
    }
    #[inline(always)]
    fn set(&mut self, slot: usize, value: R) {
        // Hardware takes a hundred cycles and more for a number below the normal ones, and a
        // decaying mean without new gradients would stay there: 0.9 · 4 units round to 4 again.
        let value = if value.abs() < R::MIN_POSITIVE { R::ZERO } else { value };
        self.store.set(self.main, self.odd, self.slots, N, slot, self.i, value);
    }
}
