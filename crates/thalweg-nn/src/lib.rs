//! Real networks on real data: fair comparisons of optimizers, and what there is to see of them.

pub mod data;
pub mod record;
