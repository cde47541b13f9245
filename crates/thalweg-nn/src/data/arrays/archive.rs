//! The arrays of an NPZ file: a ZIP archive of NPY files.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use thalweg_lab::output::reason;
use zip::{CompressionMethod, ZipArchive};

use super::npy::{self, Array};
use crate::data::error::{DataError, NpzError};
use crate::data::input::{Input, MAX_BYTES};

/// An open NPZ file.
pub(super) struct Archive {
    path: PathBuf,
    zip: ZipArchive<Cursor<Vec<u8>>>,
    /// The names of the arrays, in their order.
    pub names: Vec<String>,
}

impl Archive {
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let bytes = Input::open(path, MAX_BYTES)?.all()?;
        let path = path.to_owned();
        let zip = ZipArchive::new(Cursor::new(bytes));
        let zip = zip.map_err(|error| of(&path, NpzError::Archive(error.to_string())))?;
        let names =
            zip.file_names().filter_map(|name| Some(name.ok()?.strip_suffix(".npy")?.to_owned()));
        let names: Vec<String> = names.collect();
        match names.is_empty() {
            true => Err(of(&path, NpzError::NoArrays)),
            false => Ok(Self { path, zip, names }),
        }
    }

    /// Whether there is an array.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Reads an array.
    pub fn read(&mut self, name: &str) -> Result<Array, DataError> {
        if !self.has(name) {
            let known = self.names.clone();
            return Err(self.wrong(NpzError::NoArray { name: name.to_owned(), known }));
        }
        let damaged = |what: String| NpzError::Archive(format!("`{name}`: {what}"));
        let bytes = self.bytes(&format!("{name}.npy")).map_err(|what| self.wrong(damaged(what)))?;
        if bytes.len() as u64 > MAX_BYTES {
            let path = self.path.clone();
            return Err(DataError::TooLarge { path, max: MAX_BYTES, packed: true });
        }
        npy::read(&bytes)
            .map_err(|error| self.wrong(NpzError::Array { name: name.to_owned(), error }))
    }

    /// The bytes of a file in the archive, one more than [`MAX_BYTES`] at most.
    ///
    /// The crate `zip` is here through candle, without decompression; flate2 is here for gzip and decompresses.
    fn bytes(&mut self, file: &str) -> Result<Vec<u8>, String> {
        let index = self.zip.index_for_name(file).ok_or("it is not there")?;
        let file = self.zip.by_index_raw(index).map_err(|error| error.to_string())?;
        let (method, crc) = (file.compression(), file.crc32());
        if file.encrypted() {
            return Err("it is encrypted".to_owned());
        }
        let mut bytes = Vec::new();
        let read = match method {
            CompressionMethod::Stored => file.take(MAX_BYTES + 1).read_to_end(&mut bytes),
            CompressionMethod::DEFLATE => {
                DeflateDecoder::new(file).take(MAX_BYTES + 1).read_to_end(&mut bytes)
            }
            other => {
                return Err(format!("its compression is {other}; none and deflate are accepted"));
            }
        };
        read.map_err(|error| reason(&error))?;
        let mut found = Crc::new();
        found.update(&bytes);
        match bytes.len() as u64 > MAX_BYTES || found.sum() == crc {
            true => Ok(bytes),
            false => Err("its checksum does not match".to_owned()),
        }
    }

    /// An error of this file.
    pub fn wrong(&self, error: NpzError) -> DataError {
        of(&self.path, error)
    }
}

fn of(path: &Path, error: NpzError) -> DataError {
    DataError::Npz { path: path.to_owned(), error: Box::new(error) }
}
