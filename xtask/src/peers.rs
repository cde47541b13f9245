//! How long others take for the same steps: PyTorch, optax and NumPy in turn with ours.

mod cases;
mod machine;
mod side;
mod training;

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use crate::{cargo, command, python, root};
use cases::{Case, Program, cases};
use side::Side;

/// Threads of each side.
const THREADS: usize = 2;

/// Elements that one turn steps over in total, so that it takes long enough to be timed.
const ELEMENTS_A_TURN: usize = 1 << 28;

/// Long enough for the threads of the side before to stop waiting for more work.
const PAUSE: Duration = Duration::from_millis(50);

/// The largest accepted difference between the two results, as a share of how far they moved.
const TOLERANCE: f64 = 0.01;

/// Settings of the C library under which a process keeps up to 16 GiB that it has freed.
const KEEP_MEMORY: &str =
    "glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184";

/// How our side is built and run.
const PEER: [&str; 5] = ["--release", "--package", "thalweg-cli", "--example", "peer"];

struct Options {
    only: String,
    elements: usize,
    rounds: usize,
    keep_memory: bool,
    training: bool,
}

impl Options {
    fn read(words: &[&str]) -> Result<Self, String> {
        let (only, elements, rounds) = (String::new(), usize::MAX, 9);
        let mut options = Self { only, elements, rounds, keep_memory: false, training: false };
        let mut words = words.iter();
        while let Some(&name) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{name} needs a value"));
            let number = |value: &str| match value.parse() {
                Ok(number) if number > 0 => Ok(number),
                _ => Err(format!("{name} takes a number above 0, not `{value}`")),
            };
            match name {
                "--only" => options.only = value()?.to_lowercase(),
                "--elements" => options.elements = number(value()?)?,
                "--rounds" => options.rounds = number(value()?)?,
                "--keep-memory" => options.keep_memory = true,
                "--training" => options.training = true,
                _ => {
                    let known =
                        "--only TEXT, --elements N, --rounds N, --keep-memory and --training";
                    return Err(format!("peers knows {known}, not `{name}`"));
                }
            }
        }
        Ok(options)
    }

    /// Whether whole training steps are among what is wanted.
    fn trains(&self) -> bool {
        self.training || (self.only.is_empty() && self.elements == usize::MAX)
    }

    /// The cases whose work or peer contains the text of `--only`, no larger than wanted.
    fn choose(&self) -> Result<Vec<Case>, String> {
        let mut chosen = cases();
        chosen.retain(|case| {
            format!("{} {}", case.work, case.peer.name).to_lowercase().contains(&self.only)
        });
        if chosen.is_empty() {
            return Err(format!("no work and no peer contains `{}`", self.only));
        }
        chosen.iter_mut().for_each(|case| case.shrink(self.elements));
        Ok(chosen)
    }
}

/// Measures and prints tables in Markdown.
pub fn compare(words: &[&str]) -> Result<(), String> {
    let options = Options::read(words)?;
    let cases = options.choose()?;
    let scripts = root().join("xtask/peers");
    let interpreter =
        python::environment("peers-speed-venv", &scripts.join("speed-requirements.txt"))?;
    let python = |script: &str| {
        let script = scripts.join(script);
        let mut command =
            command(&interpreter.to_string_lossy(), &["-B", &script.to_string_lossy()]);
        if options.keep_memory {
            command.env("GLIBC_TUNABLES", KEEP_MEMORY);
        }
        command
    };
    let versions = Side::start(&mut python("speed.py"), THREADS)?.ask("versions")?;
    println!("{}, {versions}.\n", machine::describe());
    println!(
        "`cargo xtask peers {}`: {} rounds, {THREADS} threads.\n",
        words.join(" "),
        options.rounds
    );
    if !options.training {
        compare_steps(&cases, python, options.rounds)?;
    }
    if options.trains() {
        println!();
        training::compare(python, options.rounds)?;
    }
    Ok(())
}

/// The optimizers' steps alone, a row as soon as it is known.
fn compare_steps(
    cases: &[Case],
    python: impl Fn(&str) -> Command,
    rounds: usize,
) -> Result<(), String> {
    cargo(&[&["build", "--quiet"], &PEER[..]].concat())?;
    let start = |program| {
        let mut command = match program {
            Program::Python => python("speed.py"),
            Program::Ours => command("cargo", &[&["run", "--quiet"], &PEER[..]].concat()),
        };
        Side::start(&mut command, THREADS)
    };
    println!("| work | peer | peer ms | ours ms | ratio | to reach |");
    println!("|---|---|---|---|---|---|");
    for case in cases {
        let rounds = measure(case, start, rounds).unwrap_or_else(|why| {
            eprintln!("{why}");
            Vec::new()
        });
        println!("{}", row(case, &rounds));
    }
    Ok(())
}

/// Milliseconds a step, of the peer and of ours in the same round.
type Round = (f64, f64);

/// Sets the case up on both sides and lets them step in turn; without rounds where a side cannot.
///
/// Each case has processes of its own, so that no memory and no threads of an earlier one are left.
fn measure(
    case: &Case,
    start: impl Fn(Program) -> Result<Side, String>,
    rounds: usize,
) -> Result<Vec<Round>, String> {
    eprint!("{}, {}: ", case.work, case.peer.name);
    let (mut ours, mut peer) = (start(Program::Ours)?, start(case.peer.program)?);
    for (side, words) in [(&mut ours, case.ours), (&mut peer, case.peer.words)] {
        let Case { elements, tensors, .. } = case;
        let steps = (ELEMENTS_A_TURN / elements).clamp(1, 200);
        let size = format!("elements={elements} tensors={tensors} steps={steps}");
        let answer = side.ask(&format!("case {words} {size}"))?;
        if answer != "ready" {
            eprintln!("{answer}");
            return Ok(Vec::new());
        }
    }
    let before = (peer.numbers("look")?, ours.numbers("look")?);
    let mut taken = Vec::with_capacity(rounds);
    // The first round warms up.
    for round in 0..=rounds {
        let pair = (turn(&mut peer)?, turn(&mut ours)?);
        if round > 0 {
            taken.push(pair);
        }
    }
    let after = (peer.numbers("look")?, ours.numbers("look")?);
    if case.agrees() {
        compare_looks(&before, &after)?;
    }
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| quantile(&ratios(&taken), share));
    eprintln!("ratio {middle:.2}, half of the rounds from {low:.2} to {high:.2}");
    Ok(taken)
}

fn turn(side: &mut Side) -> Result<f64, String> {
    sleep(PAUSE);
    match side.numbers("go")?[..] {
        [milliseconds] => Ok(milliseconds),
        _ => Err("`go` was not answered with one number".into()),
    }
}

/// That both sides began at the same point and came to the same, so that they did the same work.
fn compare_looks(
    before: &(Vec<f64>, Vec<f64>),
    after: &(Vec<f64>, Vec<f64>),
) -> Result<(), String> {
    if before.0 != before.1 {
        let (peer, ours) = before;
        return Err(format!("the sides begin apart: {peer:?} and {ours:?}"));
    }
    // A sum, unlike a maximum, does not hide NaN.
    let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>();
    let (peer, ours) = after;
    let moved = apart(&before.0, peer);
    if moved > 0.0 && apart(peer, ours) <= TOLERANCE * moved {
        return Ok(());
    }
    Err(format!("the sides end apart: {peer:?} and {ours:?}"))
}

fn ratios(rounds: &[Round]) -> Vec<f64> {
    rounds.iter().map(|(peer, ours)| peer / ours).collect()
}

fn row(case: &Case, rounds: &[Round]) -> String {
    let reach =
        case.reach.map_or("—".into(), |ratio| format!("≥ {}", (100.0 * ratio).round() / 100.0));
    let Case { work, peer, .. } = case;
    if rounds.is_empty() {
        return format!("| {work} | {} | — | — | — | {reach} |", peer.name);
    }
    let median =
        |side: fn(&Round) -> f64| quantile(&rounds.iter().map(side).collect::<Vec<_>>(), 0.5);
    let (theirs, ours) = (median(|round| round.0), median(|round| round.1));
    let ratio = quantile(&ratios(rounds), 0.5);
    format!("| {work} | {} | {theirs:.2} | {ours:.2} | {ratio:.2} | {reach} |", peer.name)
}

/// The quantile of the values at this share.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[(share * (values.len() - 1) as f64).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(words: &[&str]) -> String {
        Options::read(words).err().unwrap_or_default()
    }

    #[test]
    fn options_refuse_what_they_do_not_know() {
        assert_eq!(refusal(&["--rounds", "0"]), "--rounds takes a number above 0, not `0`");
        assert_eq!(refusal(&["--only"]), "--only needs a value");
        assert!(refusal(&["--fast", "1"]).ends_with("not `--fast`"));
    }

    #[test]
    fn training_is_a_part_of_all_and_of_nothing_that_is_picked() {
        let trains = |words: &[&str]| Options::read(words).is_ok_and(|options| options.trains());
        assert!(trains(&[]) && trains(&["--rounds", "3"]) && trains(&["--training"]));
        assert!(!trains(&["--only", "adam"]) && !trains(&["--elements", "1000"]));
    }

    #[test]
    fn only_finds_work_and_peers_in_any_case() {
        let chosen = |part| Options::read(&["--only", part]).and_then(|options| options.choose());
        let optax = chosen("OPTAX").unwrap_or_default();
        assert!(optax.len() == 1 && optax[0].peer.name.contains("optax"));
        assert!(chosen("nothing like it").is_err());
    }

    #[test]
    fn shrinking_keeps_tensors_equally_long() {
        for elements in [1, 999, 1_000_000, usize::MAX] {
            for mut case in cases() {
                case.shrink(elements);
                assert!(case.elements > 0 && case.elements.is_multiple_of(case.tensors));
                assert!(case.elements <= elements.max(case.tensors));
            }
        }
    }

    #[test]
    fn sides_that_part_are_found() {
        let begin = (vec![0.0, 0.5], vec![0.0, 0.5]);
        let end = |ours| (vec![1.0, 0.5], vec![ours, 0.5]);
        assert!(compare_looks(&begin, &end(1.009)).is_ok());
        assert!(compare_looks(&begin, &end(1.02)).is_err());
        assert!(compare_looks(&begin, &end(f64::NAN)).is_err());
        assert!(compare_looks(&begin, &begin).is_err(), "nothing moved");
        assert!(compare_looks(&(vec![0.0], vec![0.1]), &begin).is_err());
    }

    #[test]
    fn rows_hold_medians_of_rounds() {
        let case = &cases()[0];
        let rounds = [(30.0, 30.0), (40.0, 20.0), (36.0, 24.0)];
        assert_eq!(row(case, &rounds), "| AdamW | PyTorch, fused | 36.00 | 24.00 | 1.50 | ≥ 1 |");
        assert_eq!(row(case, &[]), "| AdamW | PyTorch, fused | — | — | — | ≥ 1 |");
    }
}
