//! A list of gradients in CSV.

use thalweg_draw::numbers::counted;

/// Gradients of the steps of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients {
    /// The name of the list, such as that of its file.
    pub name: String,
    /// The names of the elements: the header's, or 1, 2, ….
    pub names: Vec<String>,
    /// A gradient for each step.
    pub rows: Vec<Vec<f64>>,
}

/// Why a text is not a list of gradients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GradientsError {
    /// It has no line with numbers.
    #[error("{name} has no gradients; write a line for each step, with a number for each element")]
    Empty {
        /// The name of the list.
        name: String,
    },
    /// A field is not a finite number.
    #[error(
        "{name}, line {line}: `{field}` in column {column} is not a finite number; a line has a \
         number for each element, with commas between them, such as 0.5,-2"
    )]
    NotANumber {
        /// The name of the list.
        name: String,
        /// The line, from 1.
        line: u64,
        /// The field's place in the line, from 1.
        column: usize,
        /// What is written.
        field: String,
    },
    /// A line has more or fewer numbers than the one before.
    #[error("{name}, line {line}: {found}, but the lines before it have {expected}")]
    Length {
        /// The name of the list.
        name: String,
        /// The line, from 1.
        line: u64,
        /// How many numbers it has.
        found: String,
        /// How many the first line has.
        expected: usize,
    },
    /// Not a CSV file.
    #[error("{name} cannot be read as CSV: {problem}")]
    Csv {
        /// The name of the list.
        name: String,
        /// Why.
        problem: String,
    },
}

impl Gradients {
    /// Reads CSV: a line for each step with a number for each element; a first line that has no
    /// number names the elements.
    ///
    /// # Errors
    /// [`GradientsError`].
    ///
    /// ```
    /// use thalweg_lab::explain::Gradients;
    ///
    /// let list = Gradients::parse("g.csv", b"a,b\n0.5,-2\n0.25,1\n")?;
    /// assert_eq!((&list.names[..], list.rows.len()), (&["a".to_owned(), "b".to_owned()][..], 2));
    /// # Ok::<(), thalweg_lab::explain::GradientsError>(())
    /// ```
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, GradientsError> {
        let name = name.to_owned();
        let mut reader = csv::ReaderBuilder::new();
        let mut reader =
            reader.has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text);
        let mut names: Vec<String> = Vec::new();
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let problem = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
                    _ => error.to_string(),
                };
                GradientsError::Csv { name: name.clone(), problem }
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let number = |field: &str| field.parse::<f64>().ok();
            if rows.is_empty() && names.is_empty() && record.iter().all(|f| number(f).is_none()) {
                // A name is a part of a line.
                names = record.iter().map(|name| name.replace(['\n', '\r'], " ")).collect();
                continue;
            }
            let numbers = record.iter().enumerate().map(|(k, field)| {
                number(field).filter(|number| number.is_finite()).ok_or_else(|| {
                    let (field, column) = (field.to_owned(), k + 1);
                    GradientsError::NotANumber { name: name.clone(), line, column, field }
                })
            });
            let numbers: Vec<f64> = numbers.collect::<Result<_, _>>()?;
            if names.is_empty() {
                names = (1..=numbers.len()).map(|k| k.to_string()).collect();
            }
            if numbers.len() != names.len() {
                let found = counted(numbers.len() as u64, "number");
                let expected = names.len();
                return Err(GradientsError::Length { name, line, found, expected });
            }
            rows.push(numbers);
        }
        if rows.is_empty() {
            Err(GradientsError::Empty { name })
        } else {
            Ok(Self { name, names, rows })
        }
    }
}
