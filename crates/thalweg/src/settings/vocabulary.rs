//! The default meaning and range of each hyperparameter name.

use super::accepts::Accepts;

/// The shared vocabulary: `vocabulary!(lr meaning)`, `vocabulary!(lr accepts)`.
///
/// Names are PyTorch's where PyTorch has them, optax's otherwise.
#[doc(hidden)]
#[macro_export]
macro_rules! vocabulary {
    (lr meaning) => {
        "learning rate"
    };
    (lr accepts) => {
        $crate::Accepts::NON_NEGATIVE
    };
    (momentum meaning) => {
        "share of the velocity that is kept"
    };
    (momentum accepts) => {
        $crate::Accepts::UNIT
    };
    (dampening meaning) => {
        "share of the gradient that does not reach the velocity"
    };
    (dampening accepts) => {
        $crate::Accepts::UNIT
    };
    (nesterov meaning) => {
        "whether to look ahead along the velocity"
    };
    (nesterov accepts) => {
        $crate::Accepts::Flag
    };
    (beta1 meaning) => {
        "share of the mean gradient m that is kept"
    };
    (beta1 accepts) => {
        $crate::Accepts::BELOW_ONE
    };
    (beta2 meaning) => {
        "share of the mean square v that is kept"
    };
    (beta2 accepts) => {
        $crate::Accepts::BELOW_ONE
    };
    (beta meaning) => {
        "share of the mean gradient m that is kept"
    };
    (beta accepts) => {
        $crate::Accepts::BELOW_ONE
    };
    (alpha meaning) => {
        "share of the mean square that is kept"
    };
    (alpha accepts) => {
        $crate::Accepts::UNIT
    };
    (rho meaning) => {
        "share of both averages that is kept"
    };
    (rho accepts) => {
        $crate::Accepts::UNIT
    };
    (eps meaning) => {
        "added outside the root"
    };
    (eps accepts) => {
        $crate::Accepts::NON_NEGATIVE
    };
    (eps_root meaning) => {
        "added inside the root"
    };
    (eps_root accepts) => {
        $crate::Accepts::NON_NEGATIVE
    };
    (weight_decay meaning) => {
        "L2 penalty added to the gradient"
    };
    (weight_decay accepts) => {
        $crate::Accepts::NON_NEGATIVE
    };
    (cautious meaning) => {
        "whether no element moves against its gradient"
    };
    (cautious accepts) => {
        $crate::Accepts::Flag
    };
    (decoupled meaning) => {
        "whether the weights decay by themselves, by lr·weight_decay·W"
    };
    (decoupled accepts) => {
        $crate::Accepts::Flag
    };
    (lr_decay meaning) => {
        "the rate falls as 1/(1 + lr_decay·(t − 1))"
    };
    (lr_decay accepts) => {
        $crate::Accepts::NON_NEGATIVE
    };
    (initial_accumulator meaning) => {
        "h before the first step"
    };
    (initial_accumulator accepts) => {
        $crate::Accepts::NON_NEGATIVE
    };
    (amsgrad meaning) => {
        "whether to divide by the largest v so far"
    };
    (amsgrad accepts) => {
        $crate::Accepts::Flag
    };
    (centered meaning) => {
        "whether to divide by the deviation from the mean"
    };
    (centered accepts) => {
        $crate::Accepts::Flag
    };
    (trust_coefficient meaning) => {
        "length of a step, as a share of the parameter's norm"
    };
    (trust_coefficient accepts) => {
        $crate::Accepts::NON_NEGATIVE
    };
    ($name:ident $what:ident) => {
        compile_error!(concat!(
            "`",
            stringify!($name),
            "` is not in the shared vocabulary; \
             give its range and meaning: `",
            stringify!($name),
            ", Accepts::UNIT, \"what it means\"`",
        ))
    };
}

/// The range of a name of the shared vocabulary that stands for a number.
pub(crate) fn known_range(name: &str) -> Option<Accepts> {
    macro_rules! ranges {
        ($($name:ident)*) => { [$((stringify!($name), vocabulary!($name accepts))),*] };
    }
    let ranges = ranges!(
        lr momentum dampening beta beta1 beta2 alpha rho eps eps_root weight_decay lr_decay
        initial_accumulator trust_coefficient
    );
    ranges.into_iter().find(|(known, _)| *known == name).map(|(_, accepts)| accepts)
}

/// The meaning of decoupled weight decay.
macro_rules! decoupled {
    () => {
        "share of the weights that decays, times lr"
    };
}
pub(crate) use decoupled;
