//! How long others take for the same steps: PyTorch, optax, NumPy and other Rust crates in turn with ours.

mod cases;
mod machine;
mod measure;
mod options;
mod rounds;
mod rust;
mod side;
mod torch;
mod training;

use crate::{cargo, command, package, python, root, run};
use cases::{Case, Program, cases};
use measure::measure;
use options::{Options, Table};
use rounds::{Round, median, quantile, ratios};
use side::Side;

/// The manifest of the program that steps other Rust crates.
pub const RUST: &str = "xtask/peers/rust/Cargo.toml";

/// Threads of each side.
const THREADS: usize = 2;

/// Rounds that count.
const ROUNDS: usize = 9;

/// Settings of the C library under which a process keeps up to 16 GiB that it has freed.
const KEEP_MEMORY: &str =
    "glibc.malloc.mmap_threshold=8589934592:glibc.malloc.trim_threshold=17179869184";

/// How our side is built and run.
const PEER: [&str; 5] = ["--release", "--package", "thalweg-cli", "--example", "peer"];

/// Measures and prints tables in Markdown.
pub fn compare(words: &[&str]) -> Result<(), String> {
    let options = Options::read(words)?;
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let with_python = [Table::Steps, Table::Torch, Table::Training, Table::Python];
    if with_python.into_iter().any(|table| options.wants(table)) {
        beside_python(&options, words, rounds)?;
    }
    if options.wants(Table::Rust) {
        head(&machine::describe(), words, rounds);
        rust::compare(&options, rounds)?;
    }
    Ok(())
}

/// Says what is measured, and on which machine.
fn head(machine: &str, words: &[&str], rounds: usize) {
    let words = words.join(" ");
    println!("{machine}.\n\n`cargo xtask peers {words}`: {rounds} rounds, {THREADS} threads.\n");
}

/// The tables in which Python's libraries are the peers.
fn beside_python(options: &Options, words: &[&str], rounds: usize) -> Result<(), String> {
    let cases = options.wants(Table::Steps).then(|| choose(options)).transpose()?;
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
    head(&format!("{}, {versions}", machine::describe()), words, rounds);
    if options.wants(Table::Steps) || options.wants(Table::Torch) {
        cargo(&[&["build", "--quiet"], &PEER[..]].concat())?;
    }
    let start = |program| {
        let mut command = match program {
            Program::Python => python("speed.py"),
            Program::Ours => command("cargo", &[&["run", "--quiet"], &PEER[..]].concat()),
        };
        Side::start(&mut command, THREADS)
    };
    if let Some(cases) = cases {
        compare_steps(&cases, start, rounds);
        println!();
    }
    if options.wants(Table::Torch) {
        torch::compare(options, start, rounds)?;
        println!();
    }
    if options.wants(Table::Python) {
        package::install(&interpreter, "release")?;
        let most = options.elements.unwrap_or(0).to_string();
        let words = [options.only.clone(), most, rounds.to_string()];
        run(python("package.py").args(words))?;
        println!();
    }
    if options.wants(Table::Training) {
        training::compare(python, rounds)?;
        println!();
    }
    Ok(())
}

/// The cases whose work or peer contains the text of `--only`, no larger than wanted.
fn choose(options: &Options) -> Result<Vec<Case>, String> {
    let mut chosen = cases();
    chosen.retain(|case| options.chooses(&format!("{} {}", case.work, case.peer.name)));
    if chosen.is_empty() {
        return Err(format!("no work and no peer contains `{}`", options.only));
    }
    chosen.iter_mut().for_each(|case| case.shrink(options.elements.unwrap_or(usize::MAX)));
    Ok(chosen)
}

/// The optimizers' steps alone, a row as soon as it is known.
fn compare_steps(cases: &[Case], start: impl Fn(Program) -> Result<Side, String>, rounds: usize) {
    println!("| work | peer | peer ms | ours ms | ratio | to reach |");
    println!("|---|---|---|---|---|---|");
    for case in cases {
        eprint!("{}, {}: ", case.work, case.peer.name);
        let rounds = measure(case.amount(), &case.sides(), case.agrees(), &start, rounds)
            .unwrap_or_else(|why| {
                eprintln!("{why}");
                Vec::new()
            });
        println!("{}", row(case, &rounds));
    }
}

fn row(case: &Case, rounds: &[Round]) -> String {
    let reach =
        case.reach.map_or("—".into(), |ratio| format!("≥ {}", (100.0 * ratio).round() / 100.0));
    let Case { work, peer, .. } = case;
    if rounds.is_empty() {
        return format!("| {work} | {} | — | — | — | {reach} |", peer.name);
    }
    let (theirs, ours) = (median(rounds, 0), median(rounds, 1));
    let ratio = quantile(&ratios(rounds, 0), 0.5);
    format!("| {work} | {} | {theirs:.2} | {ours:.2} | {ratio:.2} | {reach} |", peer.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finds_work_and_peers_in_any_case() {
        let chosen = |part| Options::read(&["--only", part]).and_then(|options| choose(&options));
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
    fn rows_hold_medians_of_rounds() {
        let case = &cases()[0];
        let rounds = [vec![30.0, 30.0], vec![40.0, 20.0], vec![36.0, 24.0]];
        assert_eq!(row(case, &rounds), "| AdamW | PyTorch, fused | 36.00 | 24.00 | 1.50 | ≥ 1 |");
        assert_eq!(row(case, &[]), "| AdamW | PyTorch, fused | — | — | — | ≥ 1 |");
    }
}
