//! Networks: their numbers beside PyTorch's, their gradients beside differences of their losses, and
//! what differs between training and evaluation, and that they learn.

mod golden;
mod gradient;
mod learning;
mod regularisation;
