//! The types of numbers in memory, as values.

/// A type of number in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// Sixteen bits, eight of them exponent: the range of `f32`, two to three digits.
    Bf16,
    /// Sixteen bits, five of them exponent: up to 65,504, three to four digits. A parameter stored
    /// in it that grows beyond that becomes infinite.
    F16,
    /// Thirty-two bits.
    F32,
    /// Sixty-four bits.
    F64,
}

impl Dtype {
    /// All types, narrowest first.
    pub const ALL: [Self; 4] = [Self::Bf16, Self::F16, Self::F32, Self::F64];

    /// The name as users write it: `bf16`, `f16`, `f32` or `f64`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// Bytes of a number.
    pub fn size(self) -> usize {
        match self {
            Self::Bf16 | Self::F16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}
