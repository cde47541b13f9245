//! Networks: their numbers beside PyTorch's, their gradients beside differences of their losses, and
//! what differs between training and evaluation.

mod golden;
mod gradient;
mod regularisation;
