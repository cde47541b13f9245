//! Checkpoints and files to test with.

use thalweg::checkpoint::{Checkpoint, Dtype, SavedParameter, SavedSchedule, SavedSlot};

/// Names that a careless format would stumble over.
pub const ODD_NAMES: [&str; 10] = [
    "",
    "__metadata__",
    "layer.0.weight",
    "a/b/c",
    "m/a",
    "\"quoted\\\"",
    "größe ∇ 重み",
    "two\nlines\t\u{0}\u{7f}",
    "{\"a\":[1]}",
    "𝕥\u{202e}end ",
];

pub fn slot(name: &str, dtype: Dtype, elements: usize) -> SavedSlot {
    let bytes = (0..elements * dtype.size()).map(|i| (i * 37 + name.len()) as u8).collect();
    SavedSlot { name: name.to_owned(), dtype, bytes }
}

pub fn parameter(name: &str, shape: &[usize], slots: Vec<SavedSlot>) -> SavedParameter {
    SavedParameter {
        name: name.to_owned(),
        shape: shape.to_vec(),
        steps: 41,
        first_element: 0,
        group: None,
        slots,
    }
}

/// Of everything something.
pub fn rich() -> Checkpoint {
    let odd = ODD_NAMES.iter().enumerate().map(|(i, name)| {
        let dtype = Dtype::ALL[i % 4];
        let mut odd = parameter(name, &[i, 2], vec![slot("m", dtype, 2 * i), slot("", dtype, 1)]);
        odd.steps = u64::MAX - i as u64;
        odd.first_element = 1 << (6 * i);
        odd.group = (i % 2 == 0).then_some(i);
        odd
    });
    let mut checkpoint = Checkpoint {
        optimizer: "adamw:lr=0.001".to_owned(),
        arithmetic: Dtype::F64,
        state_type: Dtype::Bf16,
        steps: u64::MAX,
        skipped: 3,
        settings: [("clip", "global norm 1"), ("", ""), ("rounding", "\"stochastic\"\\ ∇")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        schedules: vec![
            SavedSchedule {
                hyperparameter: "lr".to_owned(),
                schedule: "plateau:patience=3".to_owned(),
                memory: vec![
                    0.1,
                    -0.0,
                    f64::INFINITY,
                    f64::NEG_INFINITY,
                    f64::MIN_POSITIVE / 3.0,
                    f64::from_bits(0x7ff8_0000_dead_beef),
                    f64::from_bits(0xfff0_0000_0000_0001),
                    1e300 / 3.0,
                ],
            },
            SavedSchedule {
                hyperparameter: "beta1".to_owned(),
                schedule: String::new(),
                memory: vec![],
            },
        ],
        parameters: odd.collect(),
    };
    checkpoint.parameters.extend([
        parameter("scalar", &[], vec![slot("m", Dtype::F32, 1)]),
        parameter("stateless", &[1_000_000, 1_000_000], vec![]),
        // As a factored second moment, whose rows and columns are fewer than the elements.
        parameter(
            "factored",
            &[3, 2],
            vec![slot("row", Dtype::F32, 3), slot("column", Dtype::F32, 2)],
        ),
    ]);
    checkpoint
}

/// Small enough for every bit of its file to be tried.
pub fn small() -> Checkpoint {
    Checkpoint {
        optimizer: "sgd:momentum=0.9".to_owned(),
        arithmetic: Dtype::F32,
        state_type: Dtype::F32,
        steps: 2,
        skipped: 0,
        settings: Default::default(),
        schedules: vec![],
        parameters: vec![parameter("w", &[2, 3], vec![slot("velocity", Dtype::F32, 6)])],
    }
}

/// What `corpus/checkpoint/v1.safetensors` holds, by the script beside it.
pub fn golden() -> Checkpoint {
    let floats = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    let slot = |name: &str, bytes| SavedSlot { name: name.to_owned(), dtype: Dtype::F32, bytes };
    let upper_halves = [0x3f80_u16, 0xbe80].iter().flat_map(|x| x.to_le_bytes()).collect();
    Checkpoint {
        optimizer: "adamw:lr=0.001".to_owned(),
        arithmetic: Dtype::F32,
        state_type: Dtype::F32,
        steps: 12,
        skipped: 1,
        settings: [("clip", "global norm 1"), ("non_finite", "skip")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        schedules: vec![SavedSchedule {
            hyperparameter: "lr".to_owned(),
            schedule: "plateau:factor=0.5".to_owned(),
            memory: vec![0.1, f64::INFINITY, -0.0, 1e-7, f64::from_bits(0x7ff8_0000_0000_0001)],
        }],
        parameters: vec![
            SavedParameter {
                name: "block.0/gewicht ∇ \"q\"".to_owned(),
                shape: vec![2, 3],
                steps: 11,
                first_element: 0,
                group: Some(1),
                slots: vec![
                    slot("m", floats(&[0.5, -0.25, 0.125, 1.0, -2.0, 3.0])),
                    slot("v", floats(&[0.25, 0.0625, 0.015625, 1.0, 4.0, 9.0])),
                ],
            },
            SavedParameter {
                name: "frozen".to_owned(),
                shape: vec![4],
                steps: 0,
                first_element: 6,
                group: None,
                slots: vec![],
            },
            SavedParameter {
                name: "scalar".to_owned(),
                shape: vec![],
                steps: 11,
                first_element: 10,
                group: None,
                slots: vec![
                    SavedSlot { name: "low".to_owned(), dtype: Dtype::Bf16, bytes: upper_halves },
                    SavedSlot {
                        name: "high".to_owned(),
                        dtype: Dtype::F64,
                        bytes: (1.0_f64 / 3.0).to_le_bytes().to_vec(),
                    },
                ],
            },
        ],
    }
}

/// A file of this header, padded as it should be, and these data.
pub fn joined(header: &[u8], data: &[u8]) -> Vec<u8> {
    let mut header = header.trim_ascii_end().to_vec();
    header.resize(header.len().next_multiple_of(8), b' ');
    [&(header.len() as u64).to_le_bytes(), &header[..], data].concat()
}
