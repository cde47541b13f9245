//! The first of two passes: the norms of a parameter and of the update that a rule would give.
//! Nothing is stored.

use crate::rule::sealed::{Layout as _, Slots};
use crate::rule::{Rule, State};
use crate::storage::layout::{BLOCK, CHUNK, Layout, Plain};
use crate::storage::state::BlocksMut;
use crate::storage::{Real, Values, ValuesMut};

use super::chunk::{Chunk, Context, Sums};
use super::squares::SumOfSquares;
use super::staged::{Then, by_blocks};
use super::walk::{Numbers, Part, Stretch, Terms};

/// The sums of the squares of the parameter's elements and of the update that a rule makes of the
/// gradient.
pub fn sums<R: Real, T: Rule>(rule: &T, context: &Context<R>, chunk: &mut Chunk<'_, R>) -> Sums {
    let constants = rule.prepare::<R>(chunk.t as f64);
    let terms =
        Terms { arch: context.arch, t: chunk.t, factor: chunk.factor, bound: context.bound };
    let mut total = Sums::default();
    // Behind a reference, so that its loops are compiled once.
    let add: &mut dyn FnMut(Measure<'_, R, T>) =
        &mut |measure| total = total + terms.arch.dispatch(measure);
    if let (ValuesMut::Real(w), Values::Real(g), BlocksMut::Plain(s)) =
        (&mut chunk.parameter, chunk.gradient, &mut chunk.state)
    {
        add(Measure { constants, terms, w, g, s });
    } else {
        let loop_over = &mut |Stretch { numbers, len, .. }: Stretch<'_, '_, R>| {
            if let Numbers::Real { parts: [Part { w, g, .. }], state: BlocksMut::Plain(s) } =
                numbers
            {
                let (w, g) = (&w.as_flattened()[..len], &g.as_flattened()[..len]);
                add(Measure { constants, terms, w, g, s });
            }
        };
        by_blocks(context, chunk.reborrow(), Then::Discard, true, loop_over);
    }
    total
}

struct Measure<'a, R: Real, T: Rule> {
    constants: T::Constants<R>,
    terms: Terms<R>,
    w: &'a [R],
    g: &'a [R],
    s: &'a [R],
}

impl<R: Real, T: Rule> pulp::NullaryFnOnce for Measure<'_, R, T> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        let Self { constants, terms: Terms { factor, bound, .. }, w, g, s } = self;
        let slots = T::State::<R>::SLOTS;
        let (mut update, mut parameter) = (SumOfSquares::default(), SumOfSquares::default());
        let words = <Plain as Layout<R>>::words(slots);
        for (k, (w, g)) in w.chunks(CHUNK).zip(g.chunks(CHUNK)).enumerate() {
            let (block, j) = (k / (BLOCK / CHUNK), k % (BLOCK / CHUNK) * CHUNK);
            let block = &s[block * words..][..words];
            // Padding is computed, too, but not summed.
            let (n, mut u) = (w.len(), [R::zero(); CHUNK]);
            let (mut w_full, mut g_full) = ([R::zero(); CHUNK], [R::zero(); CHUNK]);
            w_full[..n].copy_from_slice(w);
            g_full[..n].copy_from_slice(g);
            for i in 0..CHUNK {
                let mut state = T::State::<R>::load::<ReadOnly>(block, &[], 0, j + i);
                let g = R::clamp(g_full[i] * factor, bound);
                u[i] = T::apply(&constants, g, w_full[i], &mut state);
            }
            update.add(&u[..n], |u| u.to_f64());
            parameter.add(w, |w| w.to_f64());
        }
        Sums { update: update.total(), parameter: parameter.total() }
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
