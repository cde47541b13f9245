//! Working memory of a step, kept so that later steps allocate nothing.

use super::parameter::Parameter;
use super::rows::Coalesced;
use crate::engine::Step;
use crate::engine::statistics::{Inspected, Statistics};
use crate::storage::{Real, Rows, Values, ValuesMut};

/// Lists that are empty between steps, and the memory for sparse gradients.
pub(crate) struct Scratch<R: Real> {
    pub(crate) items: Vec<Parameter<'static, R>>,
    pub(crate) indices: Vec<usize>,
    pub(crate) coalesced: Coalesced<R>,
    /// Transformed gradients. Longer than needed where an earlier step had more.
    pub(crate) transformed: Vec<R>,
    pub(crate) inspected: Vec<Inspected<'static, R>>,
    pub(crate) jobs: Vec<Option<Job<'static, R>>>,
    pub(crate) steps: Vec<Step<'static, 'static, R>>,
}

/// A parameter with its gradient and the gradient statistics.
pub(crate) struct Job<'a, R: Real> {
    pub(crate) parameter: ValuesMut<'a, R>,
    pub(crate) copy: Option<ValuesMut<'a, R>>,
    pub(crate) gradient: Values<'a, R>,
    pub(crate) rows: Option<Rows<'a>>,
    pub(crate) statistics: Statistics,
}

impl<R: Real> Default for Scratch<R> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            indices: Vec::new(),
            coalesced: Coalesced::default(),
            transformed: Vec::new(),
            inspected: Vec::new(),
            jobs: Vec::new(),
            steps: Vec::new(),
        }
    }
}

/// The memory of a list for elements of the same kind with other lifetimes.
///
/// A vector that is made from the iterator of another of the same layout takes over its memory.
pub(crate) fn recycle<A, B>(mut list: Vec<A>) -> Vec<B> {
    list.clear();
    list.into_iter().filter_map(|_| None).collect()
}
