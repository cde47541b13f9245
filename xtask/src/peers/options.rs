//! The words after `cargo xtask peers`.

/// A table that can be asked for alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Table {
    /// Steps of ours and of Python's libraries, work by work.
    Steps,
    /// The training of a network.
    Training,
    /// Every method of `torch.optim`.
    Torch,
    /// The Python package beside `torch.optim`.
    Python,
    /// Other Rust crates.
    Rust,
}

/// What is measured, and how long.
#[derive(Debug)]
pub struct Options {
    /// Text that the rows contain, in small letters.
    pub only: String,
    /// The most elements of a row; `None` for as many as a row has.
    pub elements: Option<usize>,
    /// Rounds that count; `None` for the usual number.
    pub rounds: Option<usize>,
    /// Whether the others keep the memory that they free.
    pub keep_memory: bool,
    /// The tables that are asked for.
    named: Vec<Table>,
}

impl Options {
    /// Reads the words.
    pub fn read(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            only: String::new(),
            elements: None,
            rounds: None,
            keep_memory: false,
            named: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(&name) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{name} needs a value"));
            let number = |value: &str| match value.parse() {
                Ok(number) if number > 0 => Ok(Some(number)),
                _ => Err(format!("{name} takes a number above 0, not `{value}`")),
            };
            match name {
                "--only" => options.only = value()?.to_lowercase(),
                "--elements" => options.elements = number(value()?)?,
                "--rounds" => options.rounds = number(value()?)?,
                "--keep-memory" => options.keep_memory = true,
                "--training" => options.named.push(Table::Training),
                "--torch" => options.named.push(Table::Torch),
                "--python" => options.named.push(Table::Python),
                "--rust" => options.named.push(Table::Rust),
                _ => {
                    let known = "--only TEXT, --elements N, --rounds N, --keep-memory, \
                                 --training, --torch, --python and --rust";
                    return Err(format!("peers knows {known}, not `{name}`"));
                }
            }
        }
        Ok(options)
    }

    /// Whether a table is wanted: those that are named, or else the steps, with the training where
    /// nothing is picked.
    pub fn wants(&self, table: Table) -> bool {
        if !self.named.is_empty() {
            return self.named.contains(&table);
        }
        let all = self.only.is_empty() && self.elements.is_none();
        table == Table::Steps || (table == Table::Training && all)
    }

    /// Whether a row with this text is wanted.
    pub fn chooses(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(words: &[&str]) -> String {
        Options::read(words).err().unwrap_or_default()
    }

    /// The tables that are wanted.
    fn tables(words: &[&str]) -> Vec<Table> {
        let options = Options::read(words).unwrap();
        let all = [Table::Steps, Table::Training, Table::Torch, Table::Python, Table::Rust];
        all.into_iter().filter(|&table| options.wants(table)).collect()
    }

    #[test]
    fn options_refuse_what_they_do_not_know() {
        assert_eq!(refusal(&["--rounds", "0"]), "--rounds takes a number above 0, not `0`");
        assert_eq!(refusal(&["--only"]), "--only needs a value");
        assert!(refusal(&["--fast", "1"]).ends_with("not `--fast`"));
    }

    #[test]
    fn training_is_a_part_of_all_and_of_nothing_that_is_picked() {
        for all in [&[][..], &["--rounds", "3"], &["--keep-memory"]] {
            assert_eq!(tables(all), [Table::Steps, Table::Training]);
        }
        assert_eq!(tables(&["--only", "adam"]), [Table::Steps]);
        assert_eq!(tables(&["--elements", "1000"]), [Table::Steps]);
    }

    #[test]
    fn tables_that_are_named_come_alone() {
        assert_eq!(tables(&["--training"]), [Table::Training]);
        assert_eq!(tables(&["--torch", "--only", "adam", "--elements", "1000"]), [Table::Torch]);
        assert_eq!(tables(&["--rust", "--rounds", "3"]), [Table::Rust]);
        assert_eq!(tables(&["--python"]), [Table::Python]);
        assert_eq!(tables(&["--rust", "--torch"]), [Table::Torch, Table::Rust]);
    }

    #[test]
    fn only_finds_text_in_any_case() {
        let options = Options::read(&["--only", "ADAM"]).unwrap();
        assert!(options.chooses("NAdam") && !options.chooses("SGD"));
    }
}
