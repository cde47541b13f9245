//! Numbers that all sides of `cargo xtask peers` begin with.

/// Elements `start..start + length` of a sequence in [-1/2, 1/2), the same bits in every language.
pub fn uniform(start: usize, length: usize, multiplier: u32) -> impl Iterator<Item = f32> {
    let bits = move |i: usize| (i as u32).wrapping_mul(multiplier) >> 8;
    (start..start + length).map(move |i| bits(i) as f32 / (1 << 24) as f32 - 0.5)
}
