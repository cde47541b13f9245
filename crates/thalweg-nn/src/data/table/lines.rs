//! Decoding text, and the line numbers of rows and cells.

use csv::StringRecord;

use crate::data::error::TableError;

/// The bytes as text.
pub(super) fn text(bytes: &[u8]) -> Result<&str, TableError> {
    std::str::from_utf8(bytes)
        .map_err(|error| TableError::NotUtf8 { line: 1 + breaks(&bytes[..error.valid_up_to()]) })
}

/// The line on which a row starts.
///
/// The position given by `csv` is that of the empty lines above the row, and its line number does
/// not count a lone carriage return.
pub(super) fn line_of_row(text: &str, row: &StringRecord) -> usize {
    let bytes = text.as_bytes();
    let before = row.position().map_or(0, |position| position.byte() as usize).min(bytes.len());
    let empty = bytes[before..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
    1 + breaks(&bytes[..before + empty])
}

/// The line on which a cell starts: quoted cells before it may span several lines.
pub(super) fn line_of_cell(text: &str, row: &StringRecord, column: usize) -> usize {
    let above: usize = row.iter().take(column).map(|cell| breaks(cell.as_bytes())).sum();
    line_of_row(text, row) + above
}

/// Line breaks: LF, CR LF or CR.
fn breaks(bytes: &[u8]) -> usize {
    let alone = |at: usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    (0..bytes.len()).filter(|&at| bytes[at] == b'\n' || alone(at)).count()
}
