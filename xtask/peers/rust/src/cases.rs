//! What is compared. Hyperparameters whose defaults differ are given on both sides.

use candle_nn::ParamsAdamW;
use rlx_optim::{AdamW, Lamb, Lion, Mars, NAdamW, RAdam};

use crate::Done;
use crate::sides::{Side, candle, rlx, slices, variables};

/// Makes a side with a number of elements.
type Make = fn(usize) -> Done<Box<dyn Side>>;

/// A row of the table.
pub struct Case {
    /// What is done, as the table says it.
    pub work: &'static str,
    /// Who else does it.
    pub peer: &'static str,
    /// Elements of the one parameter.
    pub elements: usize,
    /// The other side.
    pub theirs: Make,
    /// Our side.
    pub ours: Make,
    /// How the peer's formula differs from ours.
    pub differs: Option<&'static str>,
}

/// 16 Mi elements.
fn case(work: &'static str, peer: &'static str, theirs: Make, ours: Make) -> Case {
    Case { work, peer, elements: 1 << 24, theirs, ours, differs: None }
}

/// Every row.
pub fn cases() -> Vec<Case> {
    const RLX: &str = "rlx-optim";
    // Its feature `parallel` does not reach these methods.
    const RLX_ALONE: &str = "rlx-optim, on one thread";
    const CANDLE: &str = "candle-nn";
    let candle_adamw: Make =
        |n| candle::<candle_nn::AdamW>(n, ParamsAdamW { lr: 0.001, ..ParamsAdamW::default() });
    let our_adamw: Make = |n| variables(n, "adamw:lr=0.001,weight_decay=0.01");
    vec![
        case(
            "AdamW",
            "rlx-optim, which computes in f64",
            |n| rlx(n, AdamW::new(0.001)),
            |n| slices(n, "adamw:lr=0.001"),
        ),
        case(
            "AdamW",
            "rlx-optim, with_f32_math",
            |n| rlx(n, AdamW::new(0.001).with_f32_math(true)),
            |n| slices(n, "adamw:lr=0.001"),
        ),
        case("Lion", RLX, |n| rlx(n, Lion::new(1e-4)), |n| slices(n, "lion:lr=1e-4")),
        case(
            "LAMB",
            RLX_ALONE,
            |n| rlx(n, Lamb::new(0.001)),
            |n| slices(n, "lamb:lr=0.001,weight_decay=0.01"),
        ),
        Case {
            differs: Some(
                "the peer divides by the second moment from ρ > 4 on, ours from ρ > 5 on as PyTorch does, so \
                 that they take another fifth step",
            ),
            ..case(
                "RAdam",
                RLX_ALONE,
                |n| rlx(n, RAdam::new(0.001)),
                |n| slices(n, "radam:lr=0.001"),
            )
        },
        case(
            "NAdamW",
            RLX_ALONE,
            |n| rlx(n, NAdamW::new(0.001)),
            |n| slices(n, "nadamw:lr=0.001,weight_decay=0.01"),
        ),
        case(
            "MARS",
            RLX_ALONE,
            |n| rlx(n, Mars::new(0.003)),
            |n| slices(n, "mars:lr=0.003,optimize_1d=true"),
        ),
        case("AdamW over candle's variables", CANDLE, candle_adamw, our_adamw),
        Case {
            elements: 1_000_000,
            ..case(
                "AdamW over candle's variables, 1,000,000 elements",
                CANDLE,
                candle_adamw,
                our_adamw,
            )
        },
        case(
            "SGD over candle's variables",
            CANDLE,
            |n| candle::<candle_nn::SGD>(n, 0.01),
            |n| variables(n, "sgd:lr=0.01"),
        ),
    ]
}
