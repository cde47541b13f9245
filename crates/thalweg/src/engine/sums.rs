//! Methods in two passes: sums over a whole parameter, in which nothing is stored, then a step.

use super::chunk::{Chunk, Context};
use super::simd::dispatch;
use super::squares::PartialSums;
use super::staged::{Then, by_blocks};
use super::tensor::{Tensor, TensorRule};
use super::walk::{Numbers, Part, Stretch, Terms, flushed};
use crate::formula::Formula;
use crate::number::Number;
use crate::rule::sealed::{Layout as _, Slots};
use crate::rule::{Rule, Slot, State, as_many};
use crate::storage::layout::{BLOCK, CHUNK, Layout, Plain};
use crate::storage::state::BlocksMut;
use crate::storage::{Real, Values, ValuesMut};
use crate::sum_rule::{SumRule, Sums};

/// A method in two passes as one that steps whole parameters.
#[derive(Clone)]
pub struct TwoPasses<T, const K: usize>(pub T);

impl<T: SumRule<K>, const K: usize> TwoPasses<T, K> {
    /// How often a step reads the parameter: without sums there is no first pass.
    pub const PASSES: usize = if K == 0 { 1 } else { 2 };

    /// The slots of the elements, then those of the whole parameter.
    pub fn all_slots(&self) -> Vec<Slot> {
        let mut slots = as_many(self.0.slots(), T::State::<f64>::SLOTS);
        let kept = as_many(self.0.kept(), T::KEPT.len()).into_iter();
        slots.extend(kept.map(|kept| kept.with_shape(|_| Vec::new())));
        slots
    }

    /// The formula of a step.
    pub fn recorded(&self) -> Formula {
        Formula::record(self.all_slots(), |recorder| {
            recorder.sum_rule(&self.0, recorder.gradient())
        })
    }
}

impl<T: SumRule<K>, const K: usize> TensorRule for TwoPasses<T, K> {
    fn passes(&self) -> usize {
        Self::PASSES
    }

    fn slots(&self) -> Vec<Slot> {
        self.all_slots()
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        with_kept(tensor, T::KEPT.len(), |tensor, kept| second_pass(tensor, &self.0, kept));
    }

    fn formula(&self) -> Option<Formula> {
        Some(self.recorded())
    }
}

/// A method in two passes before which another one computes what is kept for the whole parameter: of
/// the first rule, only that remains.
#[derive(Clone)]
pub struct ThreePasses<P, const J: usize, T, const K: usize>(pub P, pub T);

impl<P: SumRule<J>, const J: usize, T: SumRule<K>, const K: usize> TensorRule
    for ThreePasses<P, J, T, K>
{
    fn passes(&self) -> usize {
        1 + TwoPasses::<T, K>::PASSES
    }

    fn slots(&self) -> Vec<Slot> {
        TwoPasses(self.1.clone()).all_slots()
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        with_kept(tensor, T::KEPT.len(), |tensor, kept| {
            let of = tensor.sums(&self.0, kept);
            let (count, loss) = (tensor.len() as f64, f64::NAN);
            self.0.scalars::<R>(tensor.t() as f64, Sums { of, count, kept, loss });
            second_pass(tensor, &self.1, kept);
        });
    }

    fn formula(&self) -> Option<Formula> {
        Some(Formula::record(self.slots(), |recorder| {
            recorder.sums_before(&self.0);
            recorder.sum_rule(&self.1, recorder.gradient())
        }))
    }
}

/// Calls a function with the numbers that are kept for the whole parameter, and stores them.
fn with_kept<R: Real>(
    tensor: &mut Tensor<'_, R>,
    count: usize,
    step: impl FnOnce(&mut Tensor<'_, R>, &mut [f64]),
) {
    let mut kept = [0.0; MOST_KEPT];
    let kept = &mut kept[..count];
    for (k, kept) in kept.iter_mut().enumerate() {
        *kept = tensor.separate_slot(k)[0].to_f64();
    }
    step(tensor, kept);
    for (k, kept) in kept.iter().enumerate() {
        tensor.separate_slot(k)[0] = flushed(R::from_f64(*kept));
    }
}

/// Sums and steps with a rule.
fn second_pass<R: Real, T: SumRule<K>, const K: usize>(
    tensor: &mut Tensor<'_, R>,
    rule: &T,
    kept: &mut [f64],
) {
    let of = tensor.sums(rule, kept);
    let (count, loss) = (tensor.len() as f64, f64::NAN);
    let second = Second::new(rule.clone(), of, Totals { count, kept, loss });
    second.scalars::<R>(tensor.t() as f64, kept);
    tensor.step(&second);
}

/// Numbers that a rule may keep for a whole parameter.
pub const MOST_KEPT: usize = 24;

/// What is known beside the sums.
#[derive(Debug, Clone, Copy)]
pub struct Totals<'a> {
    pub count: f64,
    pub kept: &'a [f64],
    pub loss: f64,
}

/// The second pass, as a rule.
#[derive(Clone)]
pub struct Second<T, const K: usize> {
    rule: T,
    of: [f64; K],
    count: f64,
    kept: [f64; MOST_KEPT],
    loss: f64,
}

impl<T: SumRule<K>, const K: usize> Second<T, K> {
    pub fn new(rule: T, of: [f64; K], Totals { count, kept: known, loss }: Totals<'_>) -> Self {
        let mut kept = [0.0; MOST_KEPT];
        kept[..known.len()].copy_from_slice(known);
        Self { rule, of, count, kept, loss }
    }

    /// What follows from the sums; changes what is kept.
    pub fn scalars<N: Number>(&self, t: N::Wide, kept: &mut [N::Wide]) -> T::Scalars<N> {
        let of = self.of.map(N::Wide::from_f64);
        let [count, loss] = [self.count, self.loss].map(N::Wide::from_f64);
        self.rule.scalars::<N>(t, Sums { of, count, kept, loss })
    }
}

impl<T: SumRule<K>, const K: usize> Rule for Second<T, K> {
    type State<N: Number> = T::State<N>;
    type Constants<N: Number> = (T::Constants<N>, T::Scalars<N>);
    const RARE: bool = T::RARE;

    fn slots(&self) -> Vec<Slot> {
        self.rule.slots()
    }

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let mut kept = self.kept.map(N::Wide::from_f64);
        let kept = &mut kept[..T::KEPT.len()];
        let constants = self.rule.prepare::<N>(t, kept);
        (constants, self.scalars::<N>(t, kept))
    }

    #[inline(always)]
    fn apply<N: Number>(c: &Self::Constants<N>, u: N, w: N, state: &mut Self::State<N>) -> N {
        T::apply(&c.0, &c.1, u, w, state)
    }
}

/// The sums of a stretch of a parameter.
pub fn sums<R: Real, T: SumRule<K>, const K: usize>(
    (rule, kept): (&T, &[f64]),
    context: &Context<R>,
    chunk: &mut Chunk<'_, R>,
) -> [f64; K] {
    if K == 0 {
        return [0.0; K];
    }
    let constants = rule.prepare::<R>(chunk.t as f64, kept);
    let terms =
        Terms { arch: context.arch, t: chunk.t, factor: chunk.factor, bound: context.bound };
    let mut total = [0.0; K];
    // Behind a reference, so that its loops are compiled once.
    let add: &mut dyn FnMut(FirstPass<'_, R, T, K>) = &mut |pass| {
        let sums = dispatch!(T::RARE, R, terms.arch, pass);
        total.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    };
    if let (ValuesMut::Real(w), Values::Real(g), BlocksMut::Plain(s)) =
        (&mut chunk.parameter, chunk.gradient, &mut chunk.state)
    {
        add(FirstPass { constants, terms, w, g, s });
    } else {
        let loop_over = &mut |Stretch { numbers, len, .. }: Stretch<'_, '_, R>| {
            if let Numbers::Real { parts: [Part { w, g, .. }], state: BlocksMut::Plain(s) } =
                numbers
            {
                let (w, g) = (&w.as_flattened()[..len], &g.as_flattened()[..len]);
                add(FirstPass { constants, terms, w, g, s });
            }
        };
        by_blocks(context, chunk.reborrow(), Then::Discard, true, loop_over);
    }
    total
}

struct FirstPass<'a, R: Real, T: SumRule<K>, const K: usize> {
    constants: T::Constants<R>,
    terms: Terms<R>,
    w: &'a [R],
    g: &'a [R],
    s: &'a [R],
}

impl<R: Real, T: SumRule<K>, const K: usize> pulp::NullaryFnOnce for FirstPass<'_, R, T, K> {
    type Output = [f64; K];

    #[inline(always)]
    fn call(self) -> [f64; K] {
        let Self { constants, terms: Terms { factor, bound, .. }, w, g, s } = self;
        let slots = T::State::<R>::SLOTS;
        let words = <Plain as Layout<R>>::words(slots);
        let mut sums = [PartialSums::default(); K];
        for (k, (w, g)) in w.chunks(CHUNK).zip(g.chunks(CHUNK)).enumerate() {
            let (block, j) = (k / (BLOCK / CHUNK), k % (BLOCK / CHUNK) * CHUNK);
            let block = &s[block * words..][..words];
            // Padding is computed, too, but not summed.
            let n = w.len();
            let (mut w_full, mut g_full) = ([R::zero(); CHUNK], [R::zero(); CHUNK]);
            w_full[..n].copy_from_slice(w);
            g_full[..n].copy_from_slice(g);
            let mut pairs = [[[R::zero(); CHUNK]; 2]; K];
            for i in 0..CHUNK {
                let mut state = T::State::<R>::load::<ReadOnly>(block, &[], 0, j + i);
                let g = R::clamp(g_full[i] * factor, bound);
                let terms = T::terms(&constants, g, w_full[i], &mut state);
                for k in 0..K {
                    pairs[k][0][i] = terms[k][0];
                    pairs[k][1][i] = terms[k][1];
                }
            }
            for k in 0..K {
                let [a, b] = &pairs[k];
                sums[k].add_pairs(&a[..n], &b[..n], |a, b| a.to_f64() * b.to_f64());
            }
        }
        sums.map(PartialSums::total)
    }
}

/// Read access to plain state.
struct ReadOnly;

impl<R: Real> Slots<R> for ReadOnly {
    type Word = R;

    #[inline(always)]
    fn get(block: &[R], _: &[u16], slot: usize, i: usize) -> R {
        block[slot * BLOCK + i]
    }
    #[inline(always)]
    fn set(_: &mut [R], _: &mut [u16], _: usize, _: usize, _: R) {}
}
