//! What a step needs for itself, kept so that a steady run of steps allocates nothing.

use crate::divide::{Look, Seen, Step};
use crate::params::Parameter;
use crate::real::Real;
use crate::storage::{Values, ValuesMut};

/// Empty lists between steps.
pub(crate) struct Scratch<R: Real> {
    pub(crate) items: Vec<Parameter<'static, R>>,
    pub(crate) indices: Vec<usize>,
    pub(crate) looks: Vec<Look<'static, R>>,
    pub(crate) jobs: Vec<Option<Job<'static, R>>>,
    pub(crate) steps: Vec<Step<'static, 'static, R>>,
}

/// A parameter with its gradient and what was seen of that.
pub(crate) struct Job<'a, R> {
    pub(crate) parameter: ValuesMut<'a, R>,
    pub(crate) gradient: Values<'a, R>,
    pub(crate) seen: Seen,
}

impl<R: Real> Default for Scratch<R> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            indices: Vec::new(),
            looks: Vec::new(),
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
