//! What is compared: the same work in the words of both sides.

use super::measure::Work;

/// A row of the table.
pub struct Case {
    /// What is done, as the table says it.
    pub work: &'static str,
    /// Elements of all parameters together.
    pub elements: usize,
    /// Tensors of one length that they are divided into.
    pub tensors: usize,
    /// Who else does it.
    pub peer: Peer,
    /// The work in the words of `crates/thalweg-cli/examples/peer.rs`.
    pub ours: &'static str,
    /// The ratio to reach, the peer's time divided by ours.
    pub reach: Option<f64>,
}

/// The other side.
pub struct Peer {
    /// Its name in the table.
    pub name: &'static str,
    /// Whose words the work is in.
    pub program: Program,
    /// The work in its words.
    pub words: &'static str,
}

/// What runs a side.
#[derive(Clone, Copy, PartialEq)]
pub enum Program {
    /// `xtask/peers/speed.py`.
    Python,
    /// `crates/thalweg-cli/examples/peer.rs`.
    Ours,
}

impl Case {
    /// Whether both sides compute alike, so that their parameters must agree.
    pub fn agrees(&self) -> bool {
        ![self.ours, self.peer.words].iter().any(|words| words.contains("bf16"))
    }

    /// Shrinks the work to at most this number of elements, but at least one per tensor.
    pub fn shrink(&mut self, elements: usize) {
        self.elements = self.tensors * (self.elements.min(elements) / self.tensors).max(1);
    }

    /// How much is stepped over.
    pub fn amount(&self) -> Work {
        Work { elements: self.elements, tensors: self.tensors, columns: None }
    }

    /// The sides in the order of their turns.
    pub fn sides(&self) -> [(Program, String); 2] {
        let Peer { program, words, .. } = self.peer;
        [(program, words.to_owned()), (Program::Ours, self.ours.to_owned())]
    }

    fn reach(self, ratio: f64) -> Self {
        Self { reach: Some(ratio), ..self }
    }
}

/// One tensor of 64 Mi elements.
fn case(work: &'static str, peer: Peer, ours: &'static str) -> Case {
    Case { work, elements: 1 << 26, tensors: 1, peer, ours, reach: None }
}

fn python(name: &'static str, words: &'static str) -> Peer {
    Peer { name, program: Program::Python, words }
}

fn ours(name: &'static str, words: &'static str) -> Peer {
    Peer { name, program: Program::Ours, words }
}

/// Every row. Hyperparameters whose defaults differ are given on both sides.
pub fn cases() -> Vec<Case> {
    const FUSED: &str = "PyTorch, fused";
    const DEFAULT: &str = "PyTorch, its default";
    const BASE: &str = "spec=adamw non_finite=propagate";
    const F32: &str = "ours, all in f32";
    const ADAMW_FUSED: &str = "program=torch method=AdamW options=fused=True";
    vec![
        case("AdamW", python(FUSED, ADAMW_FUSED), BASE).reach(1.0),
        case(
            "AdamW, our state in large pages",
            python(FUSED, ADAMW_FUSED),
            "spec=adamw non_finite=propagate pages=large",
        ),
        case("AdamW, our gradients checked", python(FUSED, ADAMW_FUSED), "spec=adamw"),
        case(
            "Adam",
            python(FUSED, "program=torch method=Adam options=fused=True"),
            "spec=adam non_finite=propagate",
        ),
        case(
            "SGD",
            python(FUSED, "program=torch method=SGD options=lr=0.01,fused=True"),
            "spec=sgd:lr=0.01 non_finite=propagate",
        ),
        case(
            "SGD with momentum",
            python(FUSED, "program=torch method=SGD options=lr=0.01,momentum=0.9,fused=True"),
            "spec=sgd:lr=0.01,momentum=0.9 non_finite=propagate",
        ),
        case(
            "Adagrad",
            python(FUSED, "program=torch method=Adagrad options=lr=0.01,fused=True"),
            "spec=adagrad:lr=0.01 non_finite=propagate",
        ),
        case(
            "Adam with amsgrad",
            python(FUSED, "program=torch method=Adam options=amsgrad=True,fused=True"),
            "spec=adam:amsgrad=true non_finite=propagate",
        ),
        case(
            "Adam with amsgrad",
            python(DEFAULT, "program=torch method=Adam options=amsgrad=True"),
            "spec=adam:amsgrad=true non_finite=propagate",
        ),
        case(
            "RMSprop",
            python(DEFAULT, "program=torch method=RMSprop options=lr=0.01"),
            "spec=rmsprop:lr=0.01 non_finite=propagate",
        )
        .reach(4.0),
        case(
            "RMSprop, centred, with momentum",
            python(
                DEFAULT,
                "program=torch method=RMSprop options=lr=0.01,alpha=0.999,centered=True,momentum=0.9",
            ),
            "spec=rmsprop:lr=0.01,alpha=0.999,centered=true,momentum=0.9 non_finite=propagate",
        )
        .reach(4.0),
        case(
            "Adadelta",
            python(DEFAULT, "program=torch method=Adadelta options=lr=1.0"),
            "spec=adadelta:lr=1 non_finite=propagate",
        )
        .reach(4.0),
        case(
            "Adam, the article's",
            python("NumPy", "program=numpy method=Adam"),
            "spec=adam:eps=1e-7,bias_correction=folded non_finite=propagate",
        )
        .reach(8.0),
        case(
            "Adam, the article's, as a rule file",
            python("NumPy", "program=numpy method=Adam"),
            "spec=xtask/peers/adam.rule non_finite=propagate",
        )
        .reach(8.0),
        case(
            "Adam, the article's, as a rule file",
            ours("ours, compiled", "spec=adam:eps=1e-7,bias_correction=folded non_finite=propagate"),
            "spec=xtask/peers/adam.rule non_finite=propagate",
        ),
        case(
            "Adadelta, as a rule file",
            python(DEFAULT, "program=torch method=Adadelta options=lr=1.0"),
            "spec=xtask/peers/adadelta.rule non_finite=propagate",
        )
        .reach(4.0),
        case(
            "AdamW",
            python(
                "optax, jit, donated",
                "program=optax method=adamw options=learning_rate=0.001,weight_decay=0.01",
            ),
            BASE,
        )
        .reach(1.5),
        Case {
            elements: 1_000_000,
            tensors: 1000,
            ..case("AdamW, 1000 tensors of 1000", python(FUSED, ADAMW_FUSED), "spec=adamw")
        }
        .reach(8.0),
        // With the usual ε of 1e-8 Adam's step would hardly show whether the gradient was clipped.
        case(
            "AdamW with global-norm clipping",
            python(
                "PyTorch, clip_grad_norm_ and fused",
                "program=torch method=AdamW options=eps=1e-4,fused=True max_norm=1.0",
            ),
            "spec=adamw:eps=1e-4 clip=global:1",
        )
        .reach(1.3),
        case("AdamW, state in bf16", ours(F32, BASE), "spec=adamw non_finite=propagate state=bf16").reach(1.3),
        case(
            "AdamW, state in bf16, rounded stochastically",
            ours(F32, BASE),
            "spec=adamw non_finite=propagate state=bf16 rounding=stochastic:0",
        ),
        case("AdamW, all in bf16", ours(F32, BASE), "spec=adamw non_finite=propagate dtype=bf16 state=bf16")
            .reach(1.8),
        case(
            "AdamW, all in bf16, rounded stochastically",
            ours(F32, BASE),
            "spec=adamw non_finite=propagate dtype=bf16 state=bf16 rounding=stochastic:0",
        ),
        case(
            "AdamW, gradients checked",
            ours("ours, unchecked", BASE),
            "spec=adamw non_finite=error",
        )
        .reach(1.0 / 1.2),
    ]
}
