//! Every method of `torch.optim` as it comes, fused where PyTorch has that, and ours.

use super::cases::Program;
use super::measure::{Work, measure};
use super::options::Options;
use super::rounds::{Round, median, quantile, ratios};
use super::side::Side;

/// Elements of all parameters together, as in the other table.
const ELEMENTS: usize = 1 << 26;

/// What the table leaves out, and why.
const LEFT_OUT: &str = "\
Left out of torch.optim: SparseAdam, which takes sparse gradients only; LBFGS, which needs the loss several times a step; \
Muon, which multiplies matrices, and which thalweg does not have.";

/// A method with hyperparameters that both sides have: those whose defaults differ are given on both.
struct Method {
    name: &'static str,
    /// The class of `torch.optim`.
    class: &'static str,
    /// Python's keywords.
    options: &'static str,
    ours: &'static str,
    /// Whether PyTorch has a fused form for the processor.
    fused: bool,
    /// Whether it steps a matrix: the elements are then those of a square one.
    matrix: bool,
}

impl Method {
    const fn new(
        name: &'static str,
        class: &'static str,
        options: &'static str,
        ours: &'static str,
    ) -> Self {
        Self { name, class, options, ours, fused: false, matrix: false }
    }

    const fn fused(self) -> Self {
        Self { fused: true, ..self }
    }

    const fn matrix(self) -> Self {
        Self { matrix: true, ..self }
    }

    /// One tensor of at most this number of elements.
    fn work(&self, elements: usize) -> Work {
        let elements = elements.min(ELEMENTS);
        if self.matrix {
            let columns = elements.isqrt();
            return Work { elements: columns * columns, tensors: 1, columns: Some(columns) };
        }
        Work { elements, tensors: 1, columns: None }
    }

    /// The sides in the order of their turns.
    fn sides(&self) -> Vec<(Program, String)> {
        let Self { class, options, ours, .. } = self;
        let default = format!("program=torch method={class} options={options}");
        let fused = self.fused.then(|| (Program::Python, format!("{default},fused=True")));
        let ours = (Program::Ours, format!("spec={ours} non_finite=propagate"));
        [(Program::Python, default)].into_iter().chain(fused).chain([ours]).collect()
    }

    fn row(&self, rounds: &[Round]) -> String {
        let name = self.name;
        if rounds.is_empty() {
            return format!("| {name} | — | — | — | — | — |");
        }
        let ours = rounds[0].len() - 1;
        let time = |side| format!("{:.2}", median(rounds, side));
        let ratio = |side| format!("{:.2}", quantile(&ratios(rounds, side), 0.5));
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "—".into());
        let (fused, to_fused) = (self.fused.then(|| time(1)), self.fused.then(|| ratio(1)));
        let (fused, to_fused) = (or_dash(fused), or_dash(to_fused));
        format!("| {name} | {} | {fused} | {} | {} | {to_fused} |", time(0), time(ours), ratio(0))
    }
}

const METHODS: [Method; 16] = [
    Method::new("SGD", "SGD", "lr=0.01", "sgd:lr=0.01").fused(),
    Method::new("SGD with momentum", "SGD", "lr=0.01,momentum=0.9", "sgd:lr=0.01,momentum=0.9")
        .fused(),
    Method::new("Adam", "Adam", "lr=0.001", "adam:lr=0.001").fused(),
    Method::new("Adam with amsgrad", "Adam", "lr=0.001,amsgrad=True", "adam:lr=0.001,amsgrad=true")
        .fused(),
    Method::new("AdamW", "AdamW", "lr=0.001,weight_decay=0.01", "adamw:lr=0.001,weight_decay=0.01")
        .fused(),
    Method::new("NAdam", "NAdam", "lr=0.002", "nadam:lr=0.002"),
    Method::new("RAdam", "RAdam", "lr=0.001", "radam:lr=0.001"),
    Method::new("Adamax", "Adamax", "lr=0.002", "adamax:lr=0.002"),
    Method::new("RMSprop", "RMSprop", "lr=0.01", "rmsprop:lr=0.01"),
    Method::new(
        "RMSprop, centred, with momentum",
        "RMSprop",
        "lr=0.01,centered=True,momentum=0.9",
        "rmsprop:lr=0.01,centered=true,momentum=0.9",
    ),
    Method::new("Adadelta", "Adadelta", "lr=1.0", "adadelta:lr=1"),
    Method::new("Adagrad", "Adagrad", "lr=0.01", "adagrad:lr=0.01").fused(),
    Method::new("Rprop", "Rprop", "lr=0.01", "rprop:lr=0.01"),
    Method::new("ASGD", "ASGD", "lr=0.01", "asgd:lr=0.01"),
    Method::new("Adafactor, a vector", "Adafactor", "lr=0.01", "adafactor:lr=0.01"),
    Method::new("Adafactor, a square matrix", "Adafactor", "lr=0.01", "adafactor:lr=0.01").matrix(),
];

/// Measures the methods that are chosen and prints a table in Markdown, a row as soon as it is known.
pub fn compare(
    options: &Options,
    start: impl Fn(Program) -> Result<Side, String>,
    rounds: usize,
) -> Result<(), String> {
    let chosen: Vec<_> = METHODS.iter().filter(|method| options.chooses(method.name)).collect();
    if chosen.is_empty() {
        return Err(format!("no method of torch.optim contains `{}`", options.only));
    }
    println!(
        "| method | PyTorch default ms | PyTorch fused ms | ours ms | ratio to default | ratio to fused |"
    );
    println!("|---|---|---|---|---|---|");
    for method in chosen {
        eprint!("{}: ", method.name);
        let work = method.work(options.elements.unwrap_or(ELEMENTS));
        let rounds = measure(work, &method.sides(), true, &start, rounds).unwrap_or_else(|why| {
            eprintln!("{why}");
            Vec::new()
        });
        println!("{}", method.row(&rounds));
    }
    println!("\n{LEFT_OUT}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(name: &str) -> &'static Method {
        METHODS.iter().find(|method| method.name == name).unwrap()
    }

    #[test]
    fn a_fused_form_stands_between_the_default_and_ours() {
        let [(_, default), (_, fused), (_, ours)] = &method("SGD").sides()[..] else {
            panic!("three sides")
        };
        assert_eq!(default, "program=torch method=SGD options=lr=0.01");
        assert_eq!(fused, "program=torch method=SGD options=lr=0.01,fused=True");
        assert_eq!(ours, "spec=sgd:lr=0.01 non_finite=propagate");
        assert_eq!(method("Rprop").sides().len(), 2);
    }

    #[test]
    fn a_matrix_is_square_and_no_larger_than_wanted() {
        let columns = |elements| method("Adafactor, a square matrix").work(elements).columns;
        assert_eq!(columns(usize::MAX), Some(8192));
        assert_eq!(columns(1_000_000), Some(1000));
        assert_eq!(columns(99), Some(9));
        assert_eq!(method("SGD").work(99).columns, None);
    }

    #[test]
    fn rows_have_dashes_where_pytorch_does_not_fuse() {
        let three = [vec![90.0, 30.0, 30.0], vec![80.0, 30.0, 20.0], vec![84.0, 30.0, 24.0]];
        assert_eq!(method("SGD").row(&three), "| SGD | 84.00 | 30.00 | 24.00 | 3.50 | 1.25 |");
        let two = [vec![90.0, 30.0], vec![80.0, 20.0], vec![84.0, 24.0]];
        assert_eq!(method("Rprop").row(&two), "| Rprop | 84.00 | — | 24.00 | 3.50 | — |");
        assert_eq!(method("SGD").row(&[]), "| SGD | — | — | — | — | — |");
    }
}
