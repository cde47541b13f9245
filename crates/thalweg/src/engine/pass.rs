//! A chain's pass over chunks: in place where the loop reads their types directly, else by blocks;
//! gathered where the gradient is sparse.

use crate::storage::state::BlocksMut;
use crate::storage::{Real, Values, ValuesMut};

use super::chunk::{Chunk, Context, Sums};
use super::gathered::by_rows;
use super::simd::has_packed_loops;
use super::staged::{Then, by_blocks};
use super::walk::{Loop, Numbers, Pass, Stretch, Terms, in_parts};

/// Steps a chunk on this thread; returns the requested sums.
pub fn step_chunk<R: Real>(
    pass: &dyn Pass<R>,
    context: &Context<R>,
    chunk: &mut Chunk<'_, R>,
) -> Sums {
    step_chunks(pass, context, &mut std::iter::once(&mut *chunk));
    chunk.sums
}

/// Steps chunks that have the same t and the same factor on this thread, with the requested sums.
/// The constants of the step are computed once: for a small chunk they take as long as its loop.
pub fn step_chunks<'c, 'a: 'c, R: Real>(
    pass: &dyn Pass<R>,
    context: &Context<R>,
    chunks: &mut dyn Iterator<Item = &'c mut Chunk<'a, R>>,
) {
    let mut chunks = chunks.peekable();
    let Some(&Chunk { t, factor, .. }) = chunks.peek().map(|first| &**first) else { return };
    let terms = Terms { arch: context.arch, t, factor, bound: context.bound };
    // Whether the loop steps bfloat16 state in place.
    let packed =
        pass.reads_packed() && context.seed.is_none() && has_packed_loops::<R>(context.arch);
    pass.with_loop(terms, &mut |walk| {
        for chunk in chunks.by_ref() {
            chunk.sums = step_in_place(context, chunk, packed, walk);
        }
    });
}

fn step_in_place<R: Real>(
    context: &Context<R>,
    chunk: &mut Chunk<'_, R>,
    packed: bool,
    walk: &mut Loop<'_, R>,
) -> Sums {
    if let Some(rows) = chunk.rows {
        return by_rows(context, chunk.reborrow(), rows, walk);
    }
    let plain = context.beside(chunk.t).is_none() && !context.sums && chunk.copy.is_none();
    match (&mut chunk.parameter, chunk.gradient, &mut chunk.state) {
        (ValuesMut::Real(w), Values::Real(g), state)
            if plain && (packed || matches!(state, BlocksMut::Plain(_))) =>
        {
            let (len, state) = (w.len(), state.reborrow());
            in_parts::<R, R>(w, g, |parts| {
                walk(Stretch { numbers: Numbers::Real { parts, state }, len, next: None });
            });
        }
        (ValuesMut::Bf16(w), Values::Bf16(g), BlocksMut::Packed(state))
            if plain && packed && !context.bound.is_finite() =>
        {
            let len = w.len();
            in_parts::<R, R::Bf16>(w, g, |parts| {
                walk(Stretch { numbers: Numbers::Bf16 { parts, state }, len, next: None });
            });
        }
        _ => return by_blocks(context, chunk.reborrow(), Then::Store, !packed, walk),
    }
    Sums::default()
}
