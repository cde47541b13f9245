//! The state of one parameter: its slots in memory.
//!
//! Slots with a number for each element lie together in blocks ([`layout`](super::layout)); every
//! other slot has a separate array.

use super::buffer::Buffer;
use super::dtype::Dtype;
use super::layout::{BLOCK, Layout, Plain};
use super::prefetch::Stream;
use super::real::Real;
use crate::rule::{Slot, SlotShape};

/// The word of packed state.
type Word<R> = <<R as Real>::Packed as Layout<R>>::Word;

/// How the state of a parameter is stored.
#[derive(Debug, Clone, Copy)]
pub struct Keeping {
    /// The type of the slots that have a number for each element.
    pub dtype: Dtype,
    /// Whether large pages are requested.
    pub large_pages: bool,
}

impl Keeping {
    /// The type in which a slot is stored.
    pub fn dtype_of<R: Real>(self, slot: &Slot) -> Dtype {
        if slot.is_elementwise() { self.dtype } else { R::DTYPE }
    }
}

/// How many numbers a slot has, for a parameter of this shape.
pub fn slot_len(slot: &Slot, shape: &[usize]) -> usize {
    match slot.shape {
        SlotShape::Parameter => shape.iter().product(),
        SlotShape::Derived(derive) => derive(shape).iter().product(),
    }
}

/// The state of one parameter.
pub struct State<R: Real> {
    /// Elements of the parameter.
    len: usize,
    blocks: Blocks<R>,
    /// How many slots lie in blocks.
    in_blocks: usize,
    separate: Vec<Buffer<R>>,
    /// Where each slot is.
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
enum Place {
    Block(usize),
    Separate(usize),
}

/// The slots that have a number for each element.
enum Blocks<R: Real> {
    /// In the arithmetic's type.
    Plain(Buffer<R>),
    /// In bfloat16.
    Packed(Buffer<Word<R>>),
}

/// A contiguous part of such slots, in whole blocks.
#[derive(Debug)]
pub enum BlocksMut<'a, R: Real> {
    Plain(&'a mut [R]),
    Packed(&'a mut [Word<R>]),
}

impl<R: Real> State<R> {
    /// The state before the first step of a parameter of this shape.
    pub fn new(slots: &[Slot], shape: &[usize], keeping: Keeping) -> Self {
        let len = shape.iter().product();
        let in_blocks = slots.iter().filter(|slot| slot.is_elementwise()).count();
        let count = len_in_blocks(len);
        let large = keeping.large_pages;
        let blocks = if keeping.dtype == R::DTYPE {
            Blocks::Plain(Buffer::zeroed(count * <Plain as Layout<R>>::words(in_blocks), large))
        } else {
            Blocks::Packed(Buffer::zeroed(count * R::Packed::words(in_blocks), large))
        };
        let mut state = Self { len, blocks, in_blocks, separate: Vec::new(), places: Vec::new() };
        let mut next = 0;
        for (k, slot) in slots.iter().enumerate() {
            if slot.is_elementwise() {
                state.places.push(Place::Block(next));
                next += 1;
            } else {
                state.places.push(Place::Separate(state.separate.len()));
                state.separate.push(Buffer::zeroed(slot_len(slot, shape), large));
            }
            if slot.start != 0.0 {
                let start = R::from_f64(slot.start);
                state.write(k, |_| start);
            }
        }
        state
    }

    /// How many numbers a slot has.
    pub fn slot_len(&self, slot: usize) -> usize {
        match self.places[slot] {
            Place::Block(_) => self.len,
            Place::Separate(k) => self.separate[k].as_slice().len(),
        }
    }

    /// The state for a step: the blocks, and the arrays of the other slots.
    pub fn as_mut(&mut self) -> (BlocksMut<'_, R>, usize, &mut [Buffer<R>]) {
        let blocks = match &mut self.blocks {
            Blocks::Plain(buffer) => BlocksMut::Plain(buffer.as_mut_slice()),
            Blocks::Packed(buffer) => BlocksMut::Packed(buffer.as_mut_slice()),
        };
        (blocks, self.in_blocks, &mut self.separate)
    }

    /// The numbers of one slot, in order.
    pub fn read(&self, slot: usize) -> Vec<R> {
        let slots = self.in_blocks;
        match (self.places[slot], &self.blocks) {
            (Place::Separate(k), _) => self.separate[k].as_slice().to_vec(),
            (Place::Block(slot), Blocks::Plain(buffer)) => {
                read::<R, Plain>(buffer.as_slice(), self.len, slots, slot)
            }
            (Place::Block(slot), Blocks::Packed(buffer)) => {
                read::<R, R::Packed>(buffer.as_slice(), self.len, slots, slot)
            }
        }
    }

    /// Sets one slot, number by number; bfloat16 is rounded to nearest.
    pub fn write(&mut self, slot: usize, value: impl Fn(usize) -> R) {
        let (len, slots) = (self.len, self.in_blocks);
        match (self.places[slot], &mut self.blocks) {
            (Place::Separate(k), _) => {
                let numbers = self.separate[k].as_mut_slice().iter_mut().enumerate();
                numbers.for_each(|(i, number)| *number = value(i));
            }
            (Place::Block(slot), Blocks::Plain(buffer)) => {
                write::<R, Plain>(buffer.as_mut_slice(), len, slots, slot, value);
            }
            (Place::Block(slot), Blocks::Packed(buffer)) => {
                write::<R, R::Packed>(buffer.as_mut_slice(), len, slots, slot, value);
            }
        }
    }
}

impl<R: Real> BlocksMut<'_, R> {
    /// The same part, borrowed.
    pub fn reborrow(&mut self) -> BlocksMut<'_, R> {
        match self {
            Self::Plain(words) => BlocksMut::Plain(words),
            Self::Packed(words) => BlocksMut::Packed(words),
        }
    }

    /// The words as bytes.
    pub fn stream(&self, slots: usize) -> Stream<'_> {
        match self {
            Self::Plain(words) => Stream::of(words, <Plain as Layout<R>>::words(slots)),
            Self::Packed(words) => Stream::of(words, R::Packed::words(slots)),
        }
    }

    /// Cuts in two at element `at`, a multiple of [`BLOCK`].
    pub fn split_at(self, at: usize, slots: usize) -> (Self, Self) {
        let blocks = at / BLOCK;
        match self {
            Self::Plain(words) => {
                let (a, b) = words.split_at_mut(blocks * <Plain as Layout<R>>::words(slots));
                (Self::Plain(a), Self::Plain(b))
            }
            Self::Packed(words) => {
                let (a, b) = words.split_at_mut(blocks * R::Packed::words(slots));
                (Self::Packed(a), Self::Packed(b))
            }
        }
    }
}

/// Blocks for `len` elements, the last one padded.
fn len_in_blocks(len: usize) -> usize {
    len.div_ceil(BLOCK)
}

fn read<R, L: Layout<R>>(state: &[L::Word], len: usize, slots: usize, slot: usize) -> Vec<R> {
    let mut values = Vec::with_capacity(len);
    for (from, block) in (0..len).step_by(BLOCK).zip(state.chunks_exact(L::words(slots))) {
        let (main, odd) = L::split_ref(block, slots);
        let n = BLOCK.min(len - from);
        values.extend((0..n).map(|i| L::get(main, odd, slots, slot, i)));
    }
    values
}

fn write<R, L: Layout<R>>(
    state: &mut [L::Word],
    len: usize,
    slots: usize,
    slot: usize,
    value: impl Fn(usize) -> R,
) {
    for (from, block) in (0..len).step_by(BLOCK).zip(state.chunks_exact_mut(L::words(slots))) {
        let (main, odd) = L::split(block, slots);
        for i in 0..BLOCK.min(len - from) {
            L::set(main, odd, slots, slot, i, L::canonical(value(from + i)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every slot holds what was written to it, whatever its neighbours were set to.
    fn slots_are_apart(dtype: Dtype) {
        let keeping = Keeping { dtype, large_pages: false };
        for len in [0, 1, 63, 64, 65, 1023, 1024, 1025, 3000] {
            for slots in 1..=5 {
                let names: Vec<Slot> = (0..slots).map(|k| Slot::new(&k.to_string())).collect();
                let mut state = State::<f32>::new(&names, &[len], keeping);
                for round in 0..2 {
                    for slot in 0..slots {
                        state.write(slot, |i| ((i + slot * 7 + round) % 200) as f32);
                    }
                    for slot in 0..slots {
                        let expected: Vec<f32> =
                            (0..len).map(|i| ((i + slot * 7 + round) % 200) as f32).collect();
                        assert_eq!(state.read(slot), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn slots_are_apart_in_f32() {
        slots_are_apart(Dtype::F32);
    }

    #[test]
    fn slots_are_apart_in_bf16() {
        slots_are_apart(Dtype::Bf16);
    }

    #[test]
    fn slots_with_a_shape_of_their_own_lie_beside_the_blocks() {
        let slots = [
            Slot::new("m"),
            Slot::new("rows").with_shape(|shape| shape[..1].to_vec()).starting_at(2.0),
            Slot::new("v"),
            Slot::new("exact").in_arithmetic_type(),
        ];
        let keeping = Keeping { dtype: Dtype::Bf16, large_pages: false };
        let mut state = State::<f32>::new(&slots, &[3, 5], keeping);
        assert_eq!([0, 1, 2, 3].map(|k| state.slot_len(k)), [15, 3, 15, 15]);
        assert_eq!(
            [0, 1, 2, 3].map(|k| keeping.dtype_of::<f32>(&slots[k])),
            [Dtype::Bf16, Dtype::F32, Dtype::Bf16, Dtype::F32]
        );
        assert_eq!(state.read(1), [2.0; 3]);
        let third = 1.0 / 3.0;
        (0..4).for_each(|k| state.write(k, |_| third));
        assert_eq!(state.read(3), [third; 15]);
        assert_ne!(state.read(0), [third; 15]); // rounded to bfloat16
    }
}
