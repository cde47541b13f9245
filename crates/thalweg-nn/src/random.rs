//! Random numbers from a seed. Everything random draws from a stream of its own, so that none
//! changes with how many numbers another one takes.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The stream of the shuffle before samples are split.
pub const SHUFFLE: u64 = 1;
/// The stream of generated points.
pub const POINTS: u64 = 2;
/// The stream of the choice of validation samples.
pub const VALIDATION: u64 = 3;
/// The stream of the characters of generated text.
pub const CHARACTERS: u64 = 4;
/// The stream of the inputs that initialisations are shown with.
pub const INPUTS: u64 = 5;
/// The stream of the settings of an experiment's first method; each of the others has the next one.
pub const SETTINGS: u64 = 1 << 8;
/// The stream of a network's first variable; each of the others has the next one.
pub const WEIGHTS: u64 = 1 << 16;
/// Epoch e draws the order of the samples from stream `ORDER + e`.
pub const ORDER: u64 = 1 << 32;

/// Step s draws its dropout masks from stream `DROPOUT + s`.
pub const DROPOUT: u64 = 1 << 48;

/// The generator of one stream.
pub fn random(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    random
}
