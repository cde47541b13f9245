//! A chain's pass over one chunk: in place where the loop reads its types directly, else by blocks.

use crate::storage::state::BlocksMut;
use crate::storage::{Real, Values, ValuesMut};

use super::chunk::{Chunk, Context, Sums};
use super::simd::has_packed_loops;
use super::staged::{Then, by_blocks};
use super::walk::{Numbers, Pass, Stretch, Stretches, Terms, in_parts};

/// Steps a chunk on this thread; returns the requested sums.
pub fn step_chunk<R: Real>(
    pass: &dyn Pass<R>,
    context: &Context<R>,
    chunk: &mut Chunk<'_, R>,
) -> Sums {
    let &Context { arch, bound, .. } = context;
    let terms = Terms { arch, t: chunk.t, factor: chunk.factor, bound };
    let plain = context.average.is_none() && !context.sums;
    let packed = reads_packed(pass, context);
    match (&mut chunk.parameter, chunk.gradient, &mut chunk.state) {
        (ValuesMut::Real(w), Values::Real(g), state)
            if plain && (packed || matches!(state, BlocksMut::Plain(_))) =>
        {
            let (len, state) = (w.len(), state.reborrow());
            in_parts::<R, R>(w, g, |parts| {
                let numbers = Numbers::Real { parts, state };
                pass.one(terms, Stretch { numbers, len, next: None });
            });
        }
        (ValuesMut::Bf16(w), Values::Bf16(g), BlocksMut::Packed(state))
            if plain && packed && !bound.is_finite() =>
        {
            let len = w.len();
            in_parts::<R, R::Bf16>(w, g, |parts| {
                let numbers = Numbers::Bf16 { parts, state };
                pass.one(terms, Stretch { numbers, len, next: None });
            });
        }
        _ => {
            let loop_over = |stretches: &mut dyn Stretches<R>| pass.each(terms, stretches);
            return by_blocks(context, chunk.reborrow(), Then::Store, !packed, loop_over);
        }
    }
    Sums::default()
}

/// Whether the loop steps bfloat16 state in place.
fn reads_packed<R: Real>(pass: &dyn Pass<R>, context: &Context<R>) -> bool {
    pass.reads_packed() && context.seed.is_none() && has_packed_loops(context.arch)
}
