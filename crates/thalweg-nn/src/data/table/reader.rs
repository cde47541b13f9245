//! The rows of a table, and its separator.

use csv::{ReaderBuilder, StringRecord};

use super::cell::Notation;
use super::lines::{self, line_of_row};
use crate::data::error::TableError;

/// The rows of a table behind its header, which is given apart.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub notation: Notation,
    rows: csv::Reader<&'a [u8]>,
}

impl<'a> Reader<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<(Self, StringRecord), TableError> {
        let text = lines::text(bytes)?;
        let separator = separator(text);
        let rows = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let notation = Notation { decimal_comma: separator != b',' };
        let (mut reader, mut header) = (Self { text, notation, rows }, StringRecord::new());
        if text.trim().is_empty() || !reader.next(&mut header) {
            return Err(TableError::Empty);
        }
        Ok((reader, header))
    }

    /// Reads the next row; false at the end.
    pub fn next(&mut self, row: &mut StringRecord) -> bool {
        // Reading text from memory cannot fail; if it did, the table would end there.
        self.rows.read_record(row).unwrap_or(false)
    }
}

/// The separator of a table: of comma, semicolon and tab the one that occurs most often in the header, outside
/// quotes. The first of these where several occur equally often.
fn separator(text: &str) -> u8 {
    let header = text.trim_start_matches(['\u{feff}', '\r', '\n']);
    let (mut counts, mut is_quoted) = ([(b',', 0), (b';', 0), (b'\t', 0)], false);
    for byte in header.bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'\r' | b'\n' => break,
            _ => counts.iter_mut().filter(|it| it.0 == byte).for_each(|it| it.1 += 1),
        }
    }
    let most = counts.iter().map(|it| it.1).max();
    counts.iter().find(|it| Some(it.1) == most).map_or(b',', |it| it.0)
}

/// Checks that a row has a cell for each column.
pub(super) fn check_length(
    text: &str,
    row: &StringRecord,
    columns: usize,
) -> Result<(), TableError> {
    if row.len() == columns {
        return Ok(());
    }
    Err(TableError::Ragged { line: line_of_row(text, row), cells: row.len(), columns })
}

#[cfg(test)]
mod tests {
    use super::separator;

    #[test]
    fn the_separator_is_what_occurs_most_outside_quotes_in_the_header() {
        assert_eq!(separator("a;b,c;d\n1,2,3,4"), b';');
        assert_eq!(separator("\u{feff}\n\"a;b;c\",d\n"), b',');
        assert_eq!(separator("a\tb"), b'\t');
        assert_eq!(separator("a,b;c"), b',');
        assert_eq!(separator("a"), b',');
    }
}
