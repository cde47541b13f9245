//! How the settings of a sweep are tried: all for the whole training, or by successive halving.

use serde::{Deserialize, Serialize};

use super::standing::Setting;

/// How settings are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// Every setting is trained for all epochs.
    #[default]
    Full,
    /// Successive halving: every setting is trained for a ninth of the epochs, the best third of them for a third,
    /// the best third of these for all. At least two reach the end. (Jamieson, Talwalkar, "Non-stochastic Best Arm
    /// Identification and Hyperparameter Optimization", 2016, <https://arxiv.org/abs/1502.07943>.)
    Halving,
}

/// The factor between the epochs of two rungs, and the share of settings that goes on.
const FACTOR: usize = 3;
/// Rungs below the last one, at most.
const MOST_RUNGS: u32 = 2;
/// Settings that reach the last rung, at least.
const FINALISTS: usize = 2;

/// Settings that are trained equally long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rung {
    /// How many settings it has.
    pub settings: usize,
    /// How long each is trained.
    pub epochs: u64,
}

impl Search {
    /// The rungs of a sweep, the shortest training first; none for no settings.
    pub(super) fn rungs(self, epochs: u64, settings: usize) -> Vec<Rung> {
        if settings == 0 {
            return Vec::new();
        }
        let divide = |k: u32| epochs / (FACTOR as u64).pow(k);
        let below = match self {
            Self::Full => 0,
            Self::Halving => (1..=MOST_RUNGS).take_while(|&k| divide(k) > 0).count() as u32,
        };
        let mut left = settings;
        let mut rungs = Vec::new();
        for k in (0..=below).rev() {
            // Where all go on, the longer training says all that the shorter one says.
            let after = left.div_ceil(FACTOR).max(FINALISTS).min(left);
            if k == 0 || after < left {
                rungs.push(Rung { settings: left, epochs: divide(k) });
                left = after;
            }
        }
        rungs
    }
}

/// The settings of one sweep while they are tried.
pub(super) struct Tuning {
    rungs: Vec<Rung>,
    /// The settings that are still tried, by their index in the sweep, in its order.
    alive: Vec<usize>,
    /// Every setting, with its longest trials.
    pub settings: Vec<Setting>,
    /// The method as it comes.
    pub untuned: Option<Setting>,
}

impl Tuning {
    pub fn new(rungs: Vec<Rung>, settings: usize) -> Self {
        let none = Setting { trials: Vec::new() };
        Self {
            rungs,
            alive: (0..settings).collect(),
            settings: vec![none; settings],
            untuned: None,
        }
    }

    pub fn rungs(&self) -> usize {
        self.rungs.len()
    }

    /// The settings of a rung, and its epochs where they are fewer than all.
    pub fn alive(&self, rung: usize, all: u64) -> (&[usize], Option<u64>) {
        match self.rungs.get(rung) {
            Some(it) => (&self.alive, (it.epochs < all).then_some(it.epochs)),
            None => (&[], None),
        }
    }

    /// Takes what each setting of the rung came to, in the order of [`alive`](Self::alive), and keeps those that go on.
    pub fn climb(&mut self, rung: usize, mut next: impl FnMut() -> Setting) {
        if rung >= self.rungs.len() {
            return;
        }
        for &k in &self.alive {
            self.settings[k] = next();
        }
        let Some(after) = self.rungs.get(rung + 1) else { return };
        let loss = |k: &usize| self.settings[*k].loss();
        self.alive.sort_by(|a, b| loss(a).total_cmp(&loss(b)).then(a.cmp(b)));
        self.alive.truncate(after.settings);
        self.alive.sort_unstable();
    }

    /// The settings that were trained to the end.
    pub fn finalists(&self) -> &[usize] {
        &self.alive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rungs(search: Search, epochs: u64, settings: usize) -> Vec<(usize, u64)> {
        let rungs = search.rungs(epochs, settings);
        rungs.iter().map(|rung| (rung.settings, rung.epochs)).collect()
    }

    #[test]
    fn a_third_of_the_settings_trains_three_times_as_long() {
        assert_eq!(rungs(Search::Halving, 20, 27), [(27, 2), (9, 6), (3, 20)]);
        assert_eq!(rungs(Search::Halving, 20, 11), [(11, 2), (4, 6), (2, 20)]);
        // Three settings leave two: the second rung would have the same two.
        assert_eq!(rungs(Search::Halving, 20, 3), [(3, 2), (2, 20)]);
        assert_eq!(rungs(Search::Halving, 20, 2), [(2, 20)]);
        assert_eq!(rungs(Search::Halving, 4, 9), [(9, 1), (3, 4)]);
        assert_eq!(rungs(Search::Halving, 2, 9), [(9, 2)]);
        assert_eq!(rungs(Search::Full, 20, 27), [(27, 20)]);
        assert_eq!(rungs(Search::Halving, 20, 0), []);
    }
}
