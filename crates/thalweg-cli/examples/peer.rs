//! Our side of `cargo xtask peers`: takes steps when told to, and says how long they took.
//!
//! Reads lines, answers each with one line:
//!
//! - `case WORD=VALUE …`: `ready` with the work set up, or `unsupported WHY`;
//! - `look`: a few elements of the parameters;
//! - `go`: milliseconds a step, over `steps` steps after one that does not count.
//!
//! The words of a case: `elements`, `tensors`, `steps`, `columns` of tensors that are matrices, and those that
//! [`training`] knows.

#[path = "../../../xtask/peers/uniform.rs"]
mod uniform;

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};
use std::time::Instant;

use thalweg::{Dtype, Element, Optimizer, Parameter, Spec, bf16, f16};
use uniform::uniform;

/// Elements shown by `look`.
const LOOKS: usize = 8;

type Done<T = ()> = Result<T, Box<dyn Error>>;

/// What is timed: parameters with fixed gradients and an optimizer.
trait Training {
    fn step(&mut self) -> Done;
    fn look(&self, index: usize) -> f64;
}

/// What the driver asks for, as it wrote it.
struct Case {
    words: Vec<(String, String)>,
    elements: usize,
    tensors: usize,
    steps: usize,
    columns: Option<usize>,
}

impl Case {
    fn read(line: &str) -> Done<Self> {
        let words: Option<Vec<_>> =
            line.split_whitespace().map(|word| word.split_once('=')).collect();
        let words = words.ok_or("a case is written as WORD=VALUE …")?;
        let words = words.iter().map(|&(word, value)| (word.to_owned(), value.to_owned()));
        let words = words.collect();
        let mut case = Self { words, elements: 0, tensors: 0, steps: 0, columns: None };
        case.elements = case.word("elements").ok_or("elements=… is missing")?.parse()?;
        case.tensors = case.word("tensors").ok_or("tensors=… is missing")?.parse()?;
        case.steps = case.word("steps").ok_or("steps=… is missing")?.parse()?;
        if case.tensors == 0 || case.elements == 0 || !case.elements.is_multiple_of(case.tensors) {
            return Err("elements must be a multiple of tensors, both above 0".into());
        }
        case.columns = case.word("columns").map(str::parse).transpose()?;
        let length = case.elements / case.tensors;
        if case.columns.is_some_and(|columns| columns == 0 || !length.is_multiple_of(columns)) {
            return Err(
                "a tensor's elements must be a multiple of columns, which is above 0".into()
            );
        }
        Ok(case)
    }

    fn word(&self, name: &str) -> Option<&str> {
        self.words.iter().find(|(word, _)| word == name).map(|(_, value)| value.as_str())
    }
}

/// The training that a case describes; `None` where the library has no such thing.
///
/// The words: `spec`, `dtype` of parameters and gradients, `state`, `rounding`, `clip`,
/// `non_finite`, `pages` (`large` for the state).
fn training(case: &Case) -> Done<Option<Box<dyn Training>>> {
    const KNOWN: [&str; 11] = [
        "spec",
        "elements",
        "tensors",
        "steps",
        "columns",
        "dtype",
        "state",
        "rounding",
        "clip",
        "non_finite",
        "pages",
    ];
    if case.words.iter().any(|(word, _)| !KNOWN.contains(&word.as_str())) {
        return Ok(None);
    }
    let spec = case.word("spec").ok_or("spec=… is missing")?;
    let state = case.word("state").unwrap_or("f32");
    let Some(state) = Dtype::ALL.into_iter().find(|dtype| dtype.name() == state) else {
        return Ok(None);
    };
    let optimizer = Optimizer::<f32>::builder(Spec::parse(spec)?)
        .state_type(state)
        .rounding(case.word("rounding").unwrap_or("nearest").parse()?)
        .clip(case.word("clip").unwrap_or("off").parse()?)
        .non_finite(case.word("non_finite").unwrap_or("error").parse()?)
        .large_pages(case.word("pages") == Some("large"))
        .build()?;
    Ok(match case.word("dtype") {
        None | Some("f32") => Some(Box::new(Tensors::new(case, optimizer, |x| x))),
        Some("bf16") => Some(Box::new(Tensors::new(case, optimizer, bf16::from_f32))),
        Some("f16") => Some(Box::new(Tensors::new(case, optimizer, f16::from_f32))),
        Some(_) => None,
    })
}

/// Tensors of one length, each under a name.
struct Tensors<E> {
    names: Vec<String>,
    parameters: Vec<Vec<E>>,
    gradients: Vec<Vec<E>>,
    /// The shape of each tensor, if they are matrices.
    shape: Option<[usize; 2]>,
    optimizer: Optimizer<f32>,
}

impl<E> Tensors<E> {
    fn new(case: &Case, optimizer: Optimizer<f32>, convert: fn(f32) -> E) -> Self {
        let length = case.elements / case.tensors;
        let tensors = |multiplier| {
            let tensor = |k| uniform(k * length, length, multiplier).map(convert).collect();
            (0..case.tensors).map(tensor).collect()
        };
        Self {
            names: (0..case.tensors).map(|k| format!("w{k}")).collect(),
            parameters: tensors(2_654_435_761),
            gradients: tensors(2_246_822_519),
            shape: case.columns.map(|columns| [length / columns, columns]),
            optimizer,
        }
    }
}

impl<E: Element<f32> + Copy + Into<f64>> Training for Tensors<E> {
    fn step(&mut self) -> Done {
        let tensors = self.names.iter().zip(&mut self.parameters).zip(&self.gradients);
        let shape = self.shape.as_ref();
        self.optimizer.step(tensors.map(|((name, w), g)| {
            let parameter = Parameter::from((name, w, g));
            match shape {
                Some(shape) => parameter.with_shape(shape),
                None => parameter,
            }
        }))?;
        Ok(())
    }

    fn look(&self, index: usize) -> f64 {
        let length = self.parameters[0].len();
        self.parameters[index / length][index % length].into()
    }
}

fn measure(training: &mut dyn Training, steps: usize) -> Done<f64> {
    training.step()?;
    let begin = Instant::now();
    for _ in 0..steps {
        training.step()?;
    }
    Ok(1000.0 * begin.elapsed().as_secs_f64() / steps as f64)
}

fn main() -> Done {
    let mut work = None;
    for line in stdin().lock().lines() {
        let line = line?;
        let answer = match (line.split_once(' ').unwrap_or((&line, "")), &mut work) {
            (("case", words), _) => {
                let case = Case::read(words)?;
                match training(&case)? {
                    Some(training) => {
                        work = Some((case, training));
                        "ready".to_owned()
                    }
                    None => format!("unsupported {words}"),
                }
            }
            (("look", _), Some((case, training))) => {
                let index = |i| i * case.elements / LOOKS;
                let looks: Vec<_> =
                    (0..LOOKS).map(|i| training.look(index(i)).to_string()).collect();
                looks.join(" ")
            }
            (("go", _), Some((case, training))) => {
                measure(&mut **training, case.steps)?.to_string()
            }
            _ => format!("unsupported {line}"),
        };
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}
