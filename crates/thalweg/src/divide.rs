//! Work over all threads: halved by elements, wherever tensors begin and end.
//!
//! Where work is cut depends on lengths alone, never on the number of threads, and results of the
//! halves are joined in order: sums come out the same bits on any machine.

use crate::blocks::Lanes;
use crate::engine::{Chunk, Kernel, Plan, Sums};
use crate::memory::BLOCK;
use crate::real::Real;
use crate::report::joint_norm;
use crate::storage::{Dtype, Values};
use crate::walk::fetch;

/// Elements below which a piece of work is not divided any further.
const GRAIN: usize = 1 << 15;

/// A list of works, of which `len` gives the elements, halved until a piece is small or is one
/// work; `run` gets small pieces, `one` a single work that is large.
fn divide<W: Send>(
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

/// Elements down to which a single work of so many is halved: pieces of long ones may be longer.
fn grain(elements: usize) -> usize {
    GRAIN.max(elements / 128)
}

/// Where a single work of so many elements is halved.
fn half(elements: usize) -> usize {
    (elements / 2).next_multiple_of(BLOCK)
}

/// A chunk with the kernel that steps it.
pub(crate) struct Step<'a, 'k, R: Real> {
    /// The parameter's name.
    pub(crate) name: &'k str,
    pub(crate) kernel: &'k dyn Kernel<R>,
    pub(crate) chunk: Chunk<'a, R>,
    /// For the report: whether its gradient is clipped, and that gradient's norm.
    pub(crate) clipped: bool,
    pub(crate) norm: f64,
}

/// Takes the step of every chunk, over all threads of the current rayon pool.
pub(crate) fn step<R: Real>(plan: &Plan<R>, steps: &mut [Step<'_, '_, R>]) {
    let elements = steps.iter().map(|step| step.chunk.len()).sum();
    divide(
        steps,
        elements,
        &|step| step.chunk.len(),
        &|steps| steps.iter_mut().for_each(|step| step.kernel.run(plan, &mut step.chunk)),
        &|step| {
            step.chunk.sums =
                step_one(step.kernel, plan, grain(step.chunk.len()), step.chunk.reborrow())
        },
    );
}

fn step_one<R: Real>(
    kernel: &dyn Kernel<R>,
    plan: &Plan<R>,
    grain: usize,
    mut chunk: Chunk<'_, R>,
) -> Sums {
    if chunk.len() <= grain {
        kernel.run(plan, &mut chunk);
        return chunk.sums;
    }
    let at = half(chunk.len());
    let (left, right) = chunk.split_at(at);
    let (left, right) = rayon::join(
        || step_one(kernel, plan, grain, left),
        || step_one(kernel, plan, grain, right),
    );
    Sums { update: left.update + right.update, parameter: left.parameter + right.parameter }
}

/// A gradient to be looked at before anything moves.
pub(crate) struct Look<'a, R> {
    pub(crate) gradient: Values<'a, R>,
    pub(crate) seen: Seen,
}

/// What a look at a gradient finds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    /// Whether an element is infinite or NaN; only if that was asked for.
    pub(crate) bad: bool,
    /// The sum of the squares; only if that was asked for.
    pub(crate) squares: f64,
    /// Whether an element is larger in size than was asked.
    pub(crate) above: bool,
    /// The norm, once it is worked out from the squares.
    pub(crate) norm: f64,
}

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) finite: bool,
    pub(crate) squares: bool,
    pub(crate) above: Option<f64>,
}

/// Looks at every gradient once, over all threads of the current rayon pool.
pub(crate) fn look<R: Real>(arch: pulp::Arch, wanted: Wanted, looks: &mut [Look<'_, R>]) {
    let elements = looks.iter().map(|look| look.gradient.len()).sum();
    let one = |look: &mut Look<'_, R>| {
        look.seen = look_one(arch, wanted, grain(look.gradient.len()), look.gradient)
    };
    divide(
        looks,
        elements,
        &|look| look.gradient.len(),
        &|looks| looks.iter_mut().for_each(one),
        &one,
    );
}

fn look_one<R: Real>(
    arch: pulp::Arch,
    wanted: Wanted,
    grain: usize,
    gradient: Values<'_, R>,
) -> Seen {
    if gradient.len() <= grain {
        return match gradient {
            Values::Real(values) => arch.dispatch(Glance { values, wanted }),
            Values::Bf16(_) | Values::F16(_) => look_by_blocks(arch, wanted, gradient),
        };
    }
    let (left, right) = gradient.split_at(half(gradient.len()));
    let (left, right) = rayon::join(
        || look_one(arch, wanted, grain, left),
        || look_one(arch, wanted, grain, right),
    );
    left.and(right)
}

fn look_by_blocks<R: Real>(arch: pulp::Arch, wanted: Wanted, gradient: Values<'_, R>) -> Seen {
    let mut values = [R::ZERO; BLOCK];
    let mut seen = Seen::default();
    let mut rest = gradient;
    while !rest.is_empty() {
        let (block, after) = rest.split_at(rest.len().min(BLOCK));
        let values = &mut values[..block.len()];
        block.load(arch, values);
        seen = seen.and(arch.dispatch(Glance { values, wanted }));
        rest = after;
    }
    seen
}

impl Seen {
    fn and(self, other: Self) -> Self {
        Self {
            bad: self.bad | other.bad,
            squares: self.squares + other.squares,
            above: self.above | other.above,
            norm: 0.0,
        }
    }
}

/// Elements that are looked at before the next are asked for.
const PIECE: usize = 128;

struct Glance<'a, R> {
    values: &'a [R],
    wanted: Wanted,
}

impl<R: Real> pulp::NullaryFnOnce for Glance<'_, R> {
    type Output = Seen;

    #[inline(always)]
    fn call(self) -> Seen {
        let Self { values, wanted } = self;
        // The squares of f32 have a finite sum in f64 if and only if all of them are finite.
        let from_sum = wanted.squares && R::DTYPE == Dtype::F32;
        let finite = wanted.finite && !from_sum;
        let bound = R::from_f64(wanted.above.unwrap_or(f64::INFINITY));
        let mut seen = Seen::default();
        let mut lanes = Lanes::default();
        let (pieces, rest) = values.as_chunks::<PIECE>();
        // Without branches, which vectorises; where it is bad is searched only if it is.
        let mut look = |piece: &[R]| {
            if finite {
                seen.bad |= piece.iter().fold(false, |bad, v| bad | !v.is_finite());
            }
            if wanted.above.is_some() {
                seen.above |= piece.iter().fold(false, |above, v| above | (v.abs() > bound));
            }
            if wanted.squares {
                lanes.add(piece, |&x| x.to_f64());
            }
        };
        // Four streams at a time: of a single one too little is under way.
        let quarter = pieces.len() / 4;
        for i in 0..quarter {
            for stream in 0..4 {
                let k = stream * quarter + i;
                fetch(values, (k + 1) * PIECE, PIECE);
                look(&pieces[k]);
            }
        }
        pieces[4 * quarter..].iter().for_each(|piece| look(piece));
        look(rest);
        seen.squares = lanes.sum();
        seen.bad |= wanted.finite && from_sum && !seen.squares.is_finite();
        seen
    }
}

/// The norm of a gradient from the sum of its squares; where that has left the range in which it
/// is exact, from another look with the largest element as unit.
pub(crate) fn norm<R: Real>(gradient: Values<'_, R>, squares: f64) -> f64 {
    const EXACT: std::ops::Range<f64> = 1e-270..f64::INFINITY;
    if EXACT.contains(&squares) || R::DTYPE == Dtype::F32 {
        return squares.sqrt();
    }
    let sizes = (0..gradient.len()).map(|i| gradient.get(i).to_f64().abs());
    joint_norm(sizes)
}
