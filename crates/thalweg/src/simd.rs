//! The widths of SIMD.

use std::fmt;

/// Instructions that a step is compiled for. All give the same bits; the widest that the machine
/// has is chosen at run time, and another only to measure or to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Simd {
    /// What every machine of the architecture has.
    Plain,
    /// x86 with AVX2 and FMA.
    Avx2,
    /// x86 with AVX-512.
    Avx512,
    /// ARM.
    Neon,
}

impl Simd {
    const ALL: [Self; 4] = [Self::Plain, Self::Avx2, Self::Avx512, Self::Neon];

    /// Those that this machine has, narrow ones first.
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|simd| simd.arch().is_some()).collect()
    }

    /// The widest that this machine has.
    pub fn widest() -> Self {
        Self::available().pop().unwrap_or(Self::Plain)
    }

    pub(crate) fn arch(self) -> Option<pulp::Arch> {
        match self {
            Self::Plain => Some(pulp::Arch::Scalar),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => pulp::x86::V3::try_new().map(pulp::Arch::V3),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => pulp::x86::V4::try_new().map(pulp::Arch::V4),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => pulp::aarch64::Neon::try_new().map(pulp::Arch::Neon),
            _ => None,
        }
    }
}

impl fmt::Display for Simd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
            Self::Neon => "NEON",
        })
    }
}
