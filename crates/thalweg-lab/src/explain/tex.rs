//! An explanation as a LaTeX document.

use thalweg::formula::{WorkedLine, latex_letter, latex_number, rounded};

use crate::render::page::sentence;

use super::sentences::equation;
use super::{Explanation, Step};

/// The whole document.
pub fn tex(it: &Explanation) -> String {
    let mut text = r"\documentclass[a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb,longtable}
\usepackage[margin=2.2cm]{geometry}
\usepackage[hidelinks]{hyperref}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5em}
\allowdisplaybreaks
\begin{document}
"
    .to_owned();
    text += &format!(
        "\\section*{{{}}}\n{}\n\n",
        plain(it.title()),
        plain(&sentence(it.spec.entry().summary))
    );
    if let Some(paper) = it.paper() {
        text += &format!(
            "{} ({}), \\href{{{}}}{{\\emph{{{}}}}}.\n\n",
            plain(paper.authors),
            paper.year,
            paper.url.replace('%', "\\%").replace('#', "\\#"),
            plain(paper.title)
        );
    }
    text += "\\subsection*{A step}\n";
    text += &aligned(it.formula.latex().iter().map(|line| align(line)));
    text += &format!("{}\n\n\\subsection*{{Hyperparameters}}\n", plain(&it.legend()));
    text += "\\begin{longtable}[l]{@{}lllp{3.6cm}p{6cm}@{}}\n";
    for (known, value) in &it.hyperparameters {
        text += &format!(
            "{} & \\texttt{{{}}} & {} & {} & {} \\\\\n",
            match it.latex_letter(known.name) {
                letter if letter.is_empty() => letter,
                letter => format!("${letter}$"),
            },
            plain(known.name),
            plain(&value.to_string()),
            plain(&known.accepts.to_string()),
            plain(known.meaning),
        );
    }
    text += &format!(
        "\\end{{longtable}}\n\n\\subsection*{{{}}}\n{}.\n",
        plain(&it.setting_title()),
        plain(&it.setting())
    );
    for step in &it.steps {
        text += &worked(it, step);
    }
    if let Some(ending) = it.ending() {
        text += &format!("\n{}\n", plain(&ending));
    }
    latin(&(text + "\\end{document}\n"))
}

/// The document with the code of each character that its fonts do not have.
fn latin(text: &str) -> String {
    let mut latin = String::new();
    for c in text.chars() {
        match c as u32 {
            0..0x100 => latin.push(c),
            code => latin += &format!("[U+{code:04X}]"),
        }
    }
    latin
}

fn worked(it: &Explanation, step: &Step) -> String {
    let mut text = format!("\n\\subsubsection*{{Step {}}}\n", step.worked.t);
    let mut lines = vec![format!("g &= {}", vector(it, &step.gradient))];
    for line in &step.worked.lines {
        lines.push(align(&line.statement.latex()));
        let elements = it.shown().take(if line.is_same_for_all() { 1 } else { usize::MAX });
        for (element, name) in elements {
            let of = if line.is_same_for_all() {
                String::new()
            } else {
                format!("\\text{{{}: }}\\;", plain(name))
            };
            lines.push(format!("&\\quad {of}{}", computed(line, element)));
        }
    }
    text += &aligned(lines.into_iter());
    if let Some(values) = it.values_of(step) {
        text += &format!("{}.\n", plain(&values));
    }
    for remark in it.remarks(step) {
        text += &format!("\n\\textbf{{Note.}} {}\n", plain(&remark));
    }
    text
}

/// The right-hand side with its numbers, and its value.
pub fn computed(line: &WorkedLine, element: usize) -> String {
    let value = latex_number(rounded(line.value(element).unwrap_or(f64::NAN)));
    equation(line.with_numbers(element).latex_right_hand_side(), value)
}

fn vector(it: &Explanation, values: &[f64]) -> String {
    let shown: Vec<String> = it.shown().map(|(k, _)| latex_number(rounded(values[k]))).collect();
    let more = if values.len() > shown.len() { r",\; \dots" } else { "" };
    format!("({}{more})", shown.join(r",\; "))
}

fn aligned(lines: impl Iterator<Item = String>) -> String {
    format!("\\begin{{align*}}\n{}\n\\end{{align*}}\n", lines.collect::<Vec<_>>().join(" \\\\\n"))
}

/// The line with a mark before its arrow or its equals sign.
fn align(line: &str) -> String {
    match line.contains(r"\leftarrow") {
        true => line.replacen(r"\leftarrow", r"&\leftarrow", 1),
        false => line.replacen('=', "&=", 1),
    }
}

/// Text with what LaTeX would read as a command, and letters that its fonts have only in formulas.
fn plain(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped += r"\textbackslash{}",
            '#' | '$' | '%' | '&' | '_' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '^' => escaped += r"\^{}",
            '~' => escaped += r"\~{}",
            '∞' => escaped += r"$\infty$",
            '≥' => escaped += r"$\geq$",
            '≤' => escaped += r"$\leq$",
            '−' => escaped += "$-$",
            '·' => escaped += r"$\cdot$",
            '√' => escaped += r"$\surd$",
            '→' => escaped += r"$\to$",
            '←' => escaped += r"$\leftarrow$",
            '∇' => escaped += r"$\nabla$",
            '×' => escaped += r"$\times$",
            '≈' => escaped += r"$\approx$",
            '–' => escaped += "--",
            '—' => escaped += "---",
            '’' => escaped.push('\''),
            '‖' => escaped += r"$\Vert$",
            '…' => escaped += r"\dots{}",
            'ᵗ' => escaped += "$^t$",
            '²' => escaped += "$^2$",
            '′' => escaped += "$'$",
            '₀'..='₉' => {
                escaped += &format!("$_{}$", c as u32 - '₀' as u32);
            }
            // The mark belongs to the letter before it.
            '\u{302}' | '\u{303}' | '\u{304}' => {
                if let Some(base) = escaped.pop() {
                    escaped += &format!("${}$", latex_letter(&format!("{base}{c}")));
                }
            }
            c if c == 'ḡ' || is_greek(c) => {
                escaped += &format!("${}$", latex_letter(&c.to_string()))
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Whether it is a Greek letter that formulas have, too.
fn is_greek(c: char) -> bool {
    latex_letter(&c.to_string()).starts_with('\\')
}
