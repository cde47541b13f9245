//! SIMD widths.

use std::fmt;

use crate::storage::Real;

/// SIMD instructions that a step is compiled for. All give the same bits; the widest that the
/// machine has is chosen at run time. Choose another only to measure or to test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Simd {
    /// The baseline of the architecture.
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

    /// Those that this machine has, narrowest first.
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

/// Runs a loop with the instructions of an architecture, or, if the constant `rare` says so, with those that
/// [`dispatch_rare`] has.
// A macro, so that the constant decides which loops are compiled.
macro_rules! dispatch {
    ($rare:expr, $R:ty, $arch:expr, $walk:expr) => {{
        let (arch, walk) = ($arch, $walk);
        if const { $rare } {
            $crate::engine::simd::dispatch_rare::<$R, _>(arch, walk)
        } else {
            arch.dispatch(walk)
        }
    }};
}
pub(super) use dispatch;

/// Runs a loop that exists for `f32` with AVX2 or NEON, and for both number types without SIMD.
#[inline(always)]
pub(super) fn dispatch_rare<R: Real, F: pulp::NullaryFnOnce>(
    arch: pulp::Arch,
    walk: F,
) -> F::Output {
    if const { size_of::<R>() == size_of::<f32>() } {
        match arch {
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V3(simd) => return simd.vectorize(walk),
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V4(simd) => return pulp::x86::V3::vectorize(*simd, walk),
            #[cfg(target_arch = "aarch64")]
            pulp::Arch::Neon(simd) => return simd.vectorize(walk),
            _ => {}
        }
    }
    walk.call()
}

/// Whether there are dedicated bfloat16 loops for numbers of type `R` with these instructions.
pub(crate) fn has_packed_loops<R: Real>(arch: pulp::Arch) -> bool {
    R::STATE_TYPES.len() > 1 && !matches!(arch, pulp::Arch::Scalar)
}

/// Runs a loop over bfloat16 where there is [one](has_packed_loops).
#[inline(always)]
pub(crate) fn dispatch_packed<F: pulp::NullaryFnOnce<Output = ()>>(arch: pulp::Arch, walk: F) {
    match arch {
        #[cfg(target_arch = "x86_64")]
        pulp::Arch::V3(simd) => simd.vectorize(walk),
        #[cfg(target_arch = "x86_64")]
        pulp::Arch::V4(simd) => simd.vectorize(walk),
        #[cfg(target_arch = "aarch64")]
        pulp::Arch::Neon(simd) => simd.vectorize(walk),
        _ => {}
    }
}
