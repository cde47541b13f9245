//! Text, whose characters are predicted from those before them.

mod file;
mod vocabulary;

use candle_core::{Device, Tensor};

use super::dataset::{Dataset, Kind, Samples};
use super::error::{DataError, TextError};
use super::input::{Input, MAX_BYTES};
use super::scaling::Scaling;
use super::split::{self, Split};
use super::table::Preparation;
use super::target::Target;
pub use file::TextFile;
pub use vocabulary::Vocabulary;
pub(crate) use vocabulary::readable;

/// The default share of the test split: less than of other data, as texts have many characters.
const TEST_SHARE: f64 = 0.1;

pub(super) fn load(file: &TextFile, options: &Split) -> Result<Dataset, DataError> {
    file.check()?;
    let bytes = Input::open(&file.path, MAX_BYTES)?.all()?;
    let wrong = |error| DataError::Text { path: file.path.clone(), error };
    let text = decode(&bytes).map_err(wrong)?;
    let vocabulary = Vocabulary::of(&text);
    // Every character of the text is in its vocabulary.
    let characters = vocabulary.encode(&text).unwrap_or_default();
    let length = file.length;
    if let (1, Some(only)) = (vocabulary.len(), vocabulary.start()) {
        return Err(wrong(TextError::OneCharacter { character: readable(only) }));
    }
    // A window for each split, and a character behind the last one to predict.
    let needed = 2 * length + 1;
    if characters.len() < needed {
        return Err(wrong(TextError::TooShort { characters: characters.len(), needed, length }));
    }
    let windows = (characters.len() - 1) / length;
    let test = split::held_out(windows, options, TEST_SHARE)?;
    let all = windows_of(&characters[..=windows * length], length)?;
    let part = |from: usize, count: usize| -> candle_core::Result<Samples> {
        let [inputs, targets] = [&all.inputs, &all.targets].map(|it| it.narrow(0, from, count));
        Ok(Samples { inputs: inputs?, targets: targets? })
    };
    Ok(Dataset {
        name: file.title(),
        classes: vocabulary.names(),
        kind: Kind::Text { vocabulary, length },
        train: part(0, windows - test)?,
        test: part(windows - test, test)?,
        scaling: Scaling::None,
        target: Target::Class,
        preparation: Preparation::default(),
    })
}

/// The text of a file, without a byte order mark, its line breaks as `\n`.
fn decode(bytes: &[u8]) -> Result<String, TextError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        TextError::NotUtf8 { line: 1 + before.iter().filter(|&&byte| byte == b'\n').count() }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    match text.trim().is_empty() {
        true => Err(TextError::Empty),
        false => Ok(text),
    }
}

/// Windows of characters side by side, and the characters that follow each of theirs.
fn windows_of(characters: &[u32], length: usize) -> candle_core::Result<Samples> {
    let count = characters.len().saturating_sub(1) / length;
    let windows = |from: usize| {
        Tensor::from_slice(&characters[from..from + count * length], (count, length), &Device::Cpu)
    };
    Ok(Samples { inputs: windows(0)?, targets: windows(1)? })
}
