//! The fuzz target's entry over its seeds and what becomes of them, the same on every run.

use std::fs;
use std::path::Path;

use crate::common::Random;

use super::entry::check;
use super::samples::{joined, rich, small};

fn seeds() -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/checkpoint");
    let mut paths: Vec<_> = fs::read_dir(corpus).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let files = paths.iter().filter(|path| path.extension().is_some_and(|e| e == "safetensors"));
    let mut seeds: Vec<_> = files.map(|path| fs::read(path).unwrap()).collect();
    assert!(seeds.len() >= 2, "the corpus is there");
    seeds.extend([small().to_bytes().unwrap(), rich().to_bytes().unwrap()]);
    seeds
}

#[test]
fn seeds_keep_the_promise() {
    seeds().iter().for_each(|seed| check(seed));
}

#[test]
fn twenty_thousand_descendants_of_the_seeds_keep_the_promise() {
    let seeds = seeds();
    let mut random = Random(0);
    for _ in 0..20_000 {
        let seed = &seeds[random.below(seeds.len())];
        let length = seed.first_chunk().map_or(0, |length| u64::from_le_bytes(*length)) as usize;
        let bytes = match seed.split_at_checked(8 + length) {
            // A change within the header that leaves its length and padding right gets further.
            Some((head, data)) if random.below(2) == 0 => {
                joined(&random.descendant(&head[8..], &seeds), data)
            }
            _ => random.descendant(seed, &seeds),
        };
        check(&bytes);
    }
}

impl Random {
    fn descendant(&mut self, of: &[u8], seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = of.to_vec();
        for _ in 0..=self.below(3) {
            let (at, other) = (self.below(bytes.len()), &seeds[self.below(seeds.len())]);
            match self.below(8) {
                0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                2 if !bytes.is_empty() => {
                    bytes[at] = b"0123456789\"\\{}[]:, -e\xff\0"[self.below(23)];
                }
                // A piece of another seed, over or into this one.
                3 | 4 => {
                    let start = self.below(other.len());
                    let piece = &other[start..(start + self.below(40)).min(other.len())];
                    let over = self.below(2) * piece.len();
                    bytes.splice(at..(at + over).min(bytes.len()), piece.iter().copied());
                }
                // A piece less.
                5 => drop(bytes.drain(at..(at + self.below(40)).min(bytes.len()))),
                6 => bytes.truncate(at),
                // Another length of the header, near or far.
                _ => {
                    let Some(length) = bytes.first_chunk_mut() else { continue };
                    let old = u64::from_le_bytes(*length);
                    let new = match self.below(3) {
                        0 => old.wrapping_add(self.below(17) as u64).wrapping_sub(8),
                        1 => old ^ 1 << self.below(64),
                        _ => self.below(3000) as u64,
                    };
                    *length = new.to_le_bytes();
                }
            }
        }
        bytes
    }
}
