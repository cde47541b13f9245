//! thalweg's side of `cargo xtask peers --training`: trains on command and reports step times.
//!
//! Reads commands, one per line, and answers each with one line:
//!
//! - `case KEY=VALUE …`: `ready` when the case is set up;
//! - `look`: some of the weights;
//! - `learn`: the same weights after three steps on the first batch, from the initial weights;
//! - `go`: milliseconds per step, over `steps` steps after one warm-up step;
//! - `share`: the optimizer's share of the step time, from 0 to 1.
//!
//! The keys of a case: `inputs`, `hidden`, `classes`, `batch`, `batches`, `steps`, `spec`, and
//! `threads`, where 0 means the number that `thalweg train` uses.

#[path = "../../../xtask/peers/uniform.rs"]
mod uniform;

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};
use rayon::{ThreadPool, ThreadPoolBuilder};
use thalweg_nn::compare::{Comparison, Task, Training, methods, products_on_one_thread};
use thalweg_nn::data::Samples;
use thalweg_nn::network::Network;
use uniform::uniform;

/// The number of weights shown by `look`.
const LOOKS: usize = 8;

/// Steps of `learn`. With more steps, rounding alone could activate a neuron in one program and not in
/// the other.
const LESSONS: u64 = 3;

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// A case as the driver sent it.
struct Case<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Case<'a> {
    fn read(words: &'a str) -> Done<Self> {
        let words = words.split_whitespace().map(|word| word.split_once('='));
        Ok(Self(words.collect::<Option<_>>().ok_or("a case has the form KEY=VALUE …")?))
    }

    fn word(&self, name: &str) -> Done<&'a str> {
        let found = self.0.iter().find(|(word, _)| *word == name);
        Ok(found.ok_or_else(|| format!("{name}=… is missing"))?.1)
    }

    fn number(&self, name: &str) -> Done<usize> {
        Ok(self.word(name)?.parse()?)
    }
}

/// One method on one network, with a thread pool.
struct Work {
    training: Comparison,
    lessons: Comparison,
    pool: ThreadPool,
    steps: usize,
}

impl Work {
    fn new(case: &Case) -> Done<Self> {
        let (inputs, classes) = (case.number("inputs")?, case.number("classes")?);
        let (batch, batches) = (case.number("batch")?, case.number("batches")?);
        let hidden = case.word("hidden")?;
        let network: Network = format!("mlp:{hidden}").parse()?;
        let hidden: Vec<usize> = hidden.split(',').map(str::parse).collect::<Result<_, _>>()?;
        let widths: Vec<usize> = [inputs].into_iter().chain(hidden).chain([classes]).collect();
        let samples = samples(batch * batches, inputs, classes)?;
        let first = Samples {
            inputs: samples.inputs.narrow(0, 0, batch)?,
            targets: samples.targets.narrow(0, 0, batch)?,
        };
        let method = methods(&[case.word("spec")?])?;
        let begin = |train: &Samples, epochs: u64| -> Done<Comparison> {
            let network = network.clone();
            let task = Task::classification(move |vars| network.build(&vars, inputs, classes));
            let training = Training { epochs, batch, seed: 0 };
            let comparison = Comparison::new(train, &first, task, &method, training)?;
            comparison.weights(0).set_flat(&first_weights(&widths))?;
            Ok(comparison)
        };
        let training = begin(&samples, u64::MAX)?;
        let threads = match case.number("threads")? {
            0 => {
                products_on_one_thread();
                training.threads()
            }
            threads => threads,
        };
        Ok(Self {
            training,
            lessons: begin(&first, LESSONS)?,
            pool: ThreadPoolBuilder::new().num_threads(threads).build()?,
            steps: case.number("steps")?,
        })
    }

    fn answer(&mut self, command: &str) -> Done<String> {
        let Self { training, lessons, pool, steps } = self;
        match command {
            "look" => look(training),
            "learn" => pool.install(|| {
                while lessons.advance()?.is_some() {}
                look(lessons)
            }),
            "go" => pool.install(|| measure(training, *steps)),
            "share" => Ok(training.timing(0).optimizer_share().unwrap_or(0.0).to_string()),
            _ => Ok(format!("unsupported {command}")),
        }
    }
}

/// Weights spread evenly over all.
fn look(comparison: &Comparison) -> Done<String> {
    let weights = comparison.weights(0).flat()?;
    let looks = (0..LOOKS).map(|i| f64::from(weights[i * weights.len() / LOOKS]).to_string());
    Ok(looks.collect::<Vec<_>>().join(" "))
}

/// The end of an epoch, where all samples are scored, does not count.
fn measure(comparison: &mut Comparison, steps: usize) -> Done<String> {
    comparison.advance()?;
    let (mut taken, mut counted) = (Duration::ZERO, 0);
    while counted < steps {
        let begin = Instant::now();
        let tick = comparison.advance()?.ok_or("the network has diverged")?;
        if tick.epochs.is_empty() {
            taken += begin.elapsed();
            counted += 1;
        }
    }
    Ok((1000.0 * taken.as_secs_f64() / steps as f64).to_string())
}

/// Noise in [0, 1), and classes in turn.
fn samples(count: usize, inputs: usize, classes: usize) -> Done<Samples> {
    let noise = uniform(0, count * inputs, 2_246_822_519).map(|x| x + 0.5).collect();
    let targets = (0..count).map(|i| (i % classes) as u32).collect();
    Ok(Samples {
        inputs: Tensor::from_vec(noise, (count, inputs), &Device::Cpu)?,
        targets: Tensor::from_vec(targets, count, &Device::Cpu)?,
    })
}

/// W of each layer row by row, then b, between ±√(6 / inputs).
fn first_weights(widths: &[usize]) -> Vec<f32> {
    let mut weights = Vec::new();
    for layer in widths.windows(2) {
        let (inputs, neurons) = (layer[0], layer[1]);
        let scale = (2.0 * (6.0 / inputs as f64).sqrt()) as f32;
        let noise = uniform(weights.len(), (inputs + 1) * neurons, 2_654_435_761);
        weights.extend(noise.map(|x| scale * x));
    }
    weights
}

fn main() -> Done {
    let mut work = None;
    for line in stdin().lock().lines() {
        let line = line?;
        let answer = match (line.split_once(' ').unwrap_or((&line, "")), &mut work) {
            (("case", words), _) => {
                work = Some(Work::new(&Case::read(words)?)?);
                "ready".to_owned()
            }
            ((command, _), Some(work)) => work.answer(command)?,
            _ => format!("unsupported {line}"),
        };
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}
