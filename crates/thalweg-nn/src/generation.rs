//! Text from a network, a character at a time.

use candle_core::{D, Device, Tensor};
use rand::Rng;

use crate::data::{Vocabulary, readable};
use crate::model::{Model, ModelError};
use crate::random::{CHARACTERS, random};
use crate::trainable::{Mode, Trainable};

/// How text is drawn from a network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Generation {
    /// The number of characters.
    pub length: usize,
    /// Scores are divided by it before softmax gives probabilities, so that below 1 likely characters
    /// become more likely; at 0 the likeliest one is taken.
    pub temperature: f64,
    /// The seed of the draws.
    pub seed: u64,
}

impl Default for Generation {
    fn default() -> Self {
        Self { length: 300, temperature: 0.8, seed: 0 }
    }
}

impl Generation {
    /// Continues a prompt, which has at least one character: `scores` are those of inputs
    /// `(1, characters)`, `(1, characters, classes)`, of which each draw takes the last. A network sees at
    /// most the `window` last characters. The text ends early where scores are not finite.
    pub(crate) fn of<E: From<candle_core::Error>>(
        &self,
        scores: impl Fn(&Tensor) -> Result<Tensor, E>,
        window: usize,
        prompt: &[u32],
    ) -> Result<Vec<u32>, E> {
        let mut random = random(self.seed, CHARACTERS);
        let mut text = prompt.to_vec();
        for _ in 0..self.length {
            let seen = &text[text.len().saturating_sub(window.max(1))..];
            let inputs = Tensor::from_slice(seen, (1, seen.len()), &Device::Cpu)?;
            let last = scores(&inputs)?.narrow(D::Minus2, seen.len() - 1, 1)?.flatten_all()?;
            let Some(next) = self.draw(&last.to_vec1::<f32>()?, random.random()) else { break };
            text.push(next);
        }
        Ok(text.split_off(prompt.len()))
    }

    /// The class that a number from 0 to below 1 stands for; `None` of scores that are not finite.
    fn draw(&self, scores: &[f32], at: f64) -> Option<u32> {
        let (likeliest, highest) =
            scores.iter().enumerate().fold((0, f32::NEG_INFINITY), |best, (class, &score)| {
                if score > best.1 { (class, score) } else { best }
            });
        if scores.iter().any(|score| !score.is_finite()) {
            return None;
        }
        if self.temperature == 0.0 {
            return Some(likeliest as u32);
        }
        let weight = |score: &f32| (f64::from(score - highest) / self.temperature).exp();
        let mut rest = at * scores.iter().map(weight).sum::<f64>();
        let drawn = scores.iter().position(|score| {
            rest -= weight(score);
            rest < 0.0
        });
        Some(drawn.unwrap_or(likeliest) as u32)
    }
}

impl Model {
    /// Text that follows a prompt; where that is empty, one that follows a line break, or the first
    /// character of a vocabulary without one.
    ///
    /// # Errors
    /// [`ModelError::ClassifiesSamples`]: another kind of network; [`ModelError::Character`],
    /// [`ModelError::Temperature`].
    pub fn generate(&self, prompt: &str, how: &Generation) -> Result<String, ModelError> {
        let Some(vocabulary) = &self.description.vocabulary else {
            return Err(ModelError::ClassifiesSamples);
        };
        if !(how.temperature >= 0.0 && how.temperature.is_finite()) {
            return Err(ModelError::Temperature(how.temperature));
        }
        let encoded = vocabulary.encode(prompt);
        let mut prompt = encoded.map_err(|c| ModelError::Character { character: readable(c) })?;
        if prompt.is_empty() {
            prompt = start(vocabulary);
        }
        let scores = |inputs: &Tensor| self.network.scores(inputs, Mode::Evaluation);
        let text = how.of(scores, self.description.inputs, &prompt)?;
        Ok(vocabulary.decode(text))
    }
}

/// The prompt where none is given, as characters.
pub(crate) fn start(vocabulary: &Vocabulary) -> Vec<u32> {
    let text = vocabulary.start().map(String::from).unwrap_or_default();
    vocabulary.encode(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is drawn from scores at evenly spaced numbers, as shares.
    fn shares(temperature: f64, scores: &[f32]) -> Vec<f64> {
        let how = Generation { temperature, ..Generation::default() };
        let mut counts = vec![0.0; scores.len()];
        for k in 0..10_000 {
            let drawn = how.draw(scores, (f64::from(k) + 0.5) / 10_000.0).unwrap();
            counts[drawn as usize] += 1e-4;
        }
        counts
    }

    #[test]
    fn shares_are_the_softmax_of_scores_over_the_temperature() {
        let scores = [0.0, 3.0_f32.ln(), 6.0_f32.ln()];
        for (temperature, expected) in
            [(1.0, [0.1, 0.3, 0.6]), (0.5, [1.0 / 46.0, 9.0 / 46.0, 36.0 / 46.0])]
        {
            for (share, expected) in shares(temperature, &scores).iter().zip(expected) {
                assert!((share - expected).abs() < 2e-4, "{share} {expected}");
            }
        }
        assert_eq!(shares(0.0, &scores)[2].round(), 1.0);
        assert_eq!(shares(1e-300, &scores)[2].round(), 1.0);
    }

    #[test]
    fn scores_that_are_not_finite_end_the_text() {
        let how = Generation::default();
        assert_eq!(how.draw(&[0.0, f32::NAN], 0.5), None);
        let scores =
            |_: &Tensor| Tensor::from_slice(&[0.0, f32::INFINITY], (1, 1, 2), &Device::Cpu);
        assert!(how.of(scores, 1, &[0]).unwrap().is_empty());
    }

    #[test]
    fn a_network_sees_the_last_characters_of_the_window() {
        let scores = |inputs: &Tensor| -> candle_core::Result<Tensor> {
            // The class after the last one, of 4.
            let seen = inputs.squeeze(0)?.to_vec1::<u32>()?;
            assert!(seen.len() <= 3);
            let hot =
                |&class: &u32| (0..4).map(move |k| if k == (class + 1) % 4 { 9.0 } else { 0.0 });
            let all: Vec<f32> = seen.iter().flat_map(hot).collect();
            Tensor::from_vec(all, (1, seen.len(), 4), &Device::Cpu)
        };
        let how = Generation { length: 6, temperature: 0.0, seed: 0 };
        assert_eq!(how.of(scores, 3, &[2]).unwrap(), [3, 0, 1, 2, 3, 0]);
    }
}
