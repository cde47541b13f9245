//! The fuzz target's entry over its seeds, what becomes of them, and rules that are nearly right; the same on every run.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::Random;

use super::entry::check;

/// How many inputs there are, if not as many as `THALWEG_RULE_INPUTS` says.
const INPUTS: usize = 4000;

fn seeds() -> Vec<Vec<u8>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = ["corpus/rule", "rules"].map(|folder| fs::read_dir(tests.join(folder)).unwrap());
    let mut paths: Vec<_> =
        files.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let seeds: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(seeds.len() >= 30, "the corpus is there");
    seeds
}

#[test]
fn seeds_keep_the_promise() {
    let rules = seeds().iter().filter(|seed| check(seed)).count();
    assert!(rules >= 20, "{rules}");
}

#[test]
fn texts_of_a_megabyte_are_answered_at_once() {
    let begin = Instant::now();
    for piece in
        ["g", "(", "-", "W = W - g\n", "a + ", "√", "# x\n", "\n", "1", "\u{300}", "state m = 0\n"]
    {
        let text = piece.repeat((1 << 20) / piece.len());
        check(text.as_bytes());
        check(&text.as_bytes()[..text.floor_char_boundary(60_000)]);
        check(format!("W = {}", &text[..text.floor_char_boundary(60_000)]).as_bytes());
    }
    let (one, other) = ("a".repeat(30_000), "b".repeat(30_000));
    check(format!("{one} = 1\nW = {other}*g").as_bytes());
    // Written out, it would have 2⁴⁰ operations.
    for start in ["t", "1/t", "g", "cos(t)", "max(t, 2)"] {
        check(format!("W = {start}\n{}", "W = W + W*W\n".repeat(40)).as_bytes());
        check(format!("W = {start}\n{}", "W = sqrt(W)^3\n".repeat(40)).as_bytes());
    }
    // Tens of milliseconds; a minute would be a loop in a loop.
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn descendants_of_the_seeds_and_rules_that_are_nearly_right_keep_the_promise() {
    let count = std::env::var("THALWEG_RULE_INPUTS").ok().map(|count| count.parse().unwrap());
    let count = count.unwrap_or(INPUTS);
    let (seeds, mut random, begin) = (seeds(), Random(0), Instant::now());
    let mut rules = 0;
    for _ in 0..count {
        let input = match random.below(8) {
            0 | 1 => random.changed(&seeds),
            2 => random.lines(&seeds),
            3 => random.tokens(),
            _ => random.rule(),
        };
        let input_begin = Instant::now();
        rules += usize::from(check(&input));
        let time = input_begin.elapsed();
        assert!(time < Duration::from_secs(5), "{time:?}: {}", String::from_utf8_lossy(&input));
    }
    println!("{count} inputs, {rules} of them rules, in {:.1?}", begin.elapsed());
    assert!(rules * 4 > count, "{rules} of {count} are rules");
}

/// What texts are made of.
const TOKENS: [&str; 48] = [
    "W",
    "g",
    "t",
    "m",
    "v",
    "lr",
    "beta1",
    "β₁",
    "eps",
    "u",
    "c",
    "state",
    "=",
    "←",
    "+",
    "-",
    "−",
    "*",
    "·",
    "/",
    "^",
    "(",
    ")",
    "√",
    "|",
    "²",
    "³",
    ",",
    "sqrt(",
    "max(",
    "min(",
    "abs(",
    "sign(",
    "pow(",
    "exp(",
    "log(",
    "cos(",
    "0",
    "1",
    "2",
    "0.9",
    "1e-8",
    "\n",
    "# x\n",
    " ",
    "1 - beta1^t",
    "\nW = W - g",
    "\nlr = 0.1",
];

/// Names that rules declare; some of them mean the same, or what a formula is shown with.
const NAMES: [&str; 24] = [
    "lr",
    "beta1",
    "β₁",
    "beta2",
    "eps",
    "eps_root",
    "weight_decay",
    "lambda",
    "momentum",
    "u",
    "u2",
    "u_2",
    "m",
    "v",
    "m_hat",
    "m̂",
    "m_before",
    "m_now",
    "c",
    "h0",
    "mean",
    "g_bar",
    "x1_hat",
    "Δ",
];

const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2",
    "0.5",
    "0.9",
    "0.1",
    "1e-8",
    "1e-300",
    "1e300",
    "3",
    "16",
    "17",
    ".25",
    "123456789.123",
];

impl Random {
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A seed with some of its bytes changed.
    fn changed(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(3) {
            let (at, other) = (self.below(bytes.len()), &seeds[self.below(seeds.len())]);
            let end = |length: usize| (at + length).min(bytes.len());
            match self.below(8) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                1 => drop(bytes.drain(at..end(self.below(12)))),
                2 => bytes.truncate(at),
                // A piece of a seed, over or into this one.
                3 => {
                    let start = self.below(other.len());
                    let piece = &other[start..(start + self.below(40)).min(other.len())];
                    let over = end(self.below(2) * piece.len());
                    bytes.splice(at..over, piece.iter().copied());
                }
                4 => bytes.extend_from_slice(other),
                5 => {
                    let piece = bytes[at..end(self.below(30))].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => {
                    let over = end(self.below(3));
                    bytes.splice(at..over, self.of(&TOKENS).bytes());
                }
            }
        }
        bytes
    }

    /// Lines of a seed in another order, some twice, some not at all, some of another seed.
    fn lines(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let lines = |seed: &[u8]| seed.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let mut own: Vec<Vec<u8>> = lines(&seeds[self.below(seeds.len())]);
        let others: Vec<Vec<u8>> = lines(&seeds[self.below(seeds.len())]);
        for _ in 0..=self.below(3) {
            let (a, b) = (self.below(own.len()), self.below(own.len()));
            match self.below(4) {
                0 => own.swap(a, b),
                1 => own.insert(a, own[b].clone()),
                2 if own.len() > 1 => drop(own.remove(a)),
                _ => own.insert(a, others[self.below(others.len())].clone()),
            }
        }
        own.join(&b'\n')
    }

    fn tokens(&mut self) -> Vec<u8> {
        let count = self.below(40);
        let tokens: Vec<&str> = (0..count).map(|_| self.of(&TOKENS)).collect();
        tokens.join(self.of(&["", " "])).into_bytes()
    }

    /// A rule by the grammar: most of these can be read.
    fn rule(&mut self) -> Vec<u8> {
        let mut text = String::new();
        let mut names: Vec<&str> = Vec::new();
        let mut states: Vec<&str> = Vec::new();
        for _ in 0..self.below(4) {
            let name = self.name(&names);
            let sign = self.of(&["", "", "", "-"]);
            text += &format!("{name} = {sign}{}\n", self.of(&NUMBERS));
            names.push(name);
        }
        for _ in 0..self.below(4) {
            let name = self.name(&names);
            text += &format!("state {name} = {}\n", self.of(&NUMBERS));
            names.push(name);
            states.push(name);
        }
        let of_step = names.len() - states.len();
        for _ in 0..self.below(5) {
            let (name, is_step) = (self.name(&names), self.below(4) == 0);
            let known: Vec<&str> = if is_step { names[..of_step].to_vec() } else { names.clone() };
            text += &format!("{name} = {}\n", self.value(&known, 3, is_step));
            names.push(name);
        }
        let uses = names.iter().map(|name| format!(" + {name}{}", self.of(&["*g", "", "*W"])));
        let uses: String = uses.collect();
        for state in states {
            text += &format!("{state} = {}\n", self.value(&names, 3, false));
        }
        if self.below(4) == 0 {
            text += &format!("W = {}\n", self.value(&names, 2, false));
        }
        let (start, value) = (self.of(&["W - ", "W + ", "", "-"]), self.value(&names, 3, false));
        (text + &format!("W = {start}{value}{uses}\n")).into_bytes()
    }

    /// A name that is mostly none of these.
    fn name(&mut self, known: &[&str]) -> &'static str {
        let mut name = self.of(&NAMES);
        while known.contains(&name) && self.below(8) > 0 {
            name = self.of(&NAMES);
        }
        name
    }

    /// A value made of these names; without elements, if it is one of the step.
    fn value(&mut self, names: &[&str], depth: usize, is_step: bool) -> String {
        if depth == 0 || self.below(6) == 0 {
            return match (self.below(4), is_step) {
                (0, _) => self.of(&NUMBERS).to_owned(),
                (1, false) => self.of(&["g", "W", "t"]).to_owned(),
                (_, _) if names.is_empty() => {
                    self.of(if is_step { &["t"] } else { &["g"] }).to_owned()
                }
                _ => self.of(names).to_owned(),
            };
        }
        let mut of = |depth: usize| self.value(names, depth, is_step);
        let (a, b) = (of(depth - 1), of(depth - 1));
        match (self.below(16), is_step) {
            (0..3, _) => format!("{a} + {b}"),
            (3..5, _) => format!("{a} - {b}"),
            (5, _) => format!("{a} - ({b})"),
            (6..8, _) => format!("{a}*{b}"),
            (8, _) => format!("({a})*({b})"),
            (9, _) => format!("({a})/({b})"),
            (10, _) => format!("{}({a})", self.of(&["sqrt", "abs", "sign", "√", "-"])),
            (11, _) => format!("{}({a}, {b})", self.of(&["min", "max"])),
            (12, _) => format!("({a}){}", self.of(&["²", "^3", "^1"])),
            (13, _) if !names.is_empty() => format!("1 - {}^t", self.of(names)),
            (14, true) => format!("{}({a})", self.of(&["exp", "log", "cos"])),
            (15, true) => format!("({a})^({b})"),
            _ => format!("|{a}|"),
        }
    }
}
