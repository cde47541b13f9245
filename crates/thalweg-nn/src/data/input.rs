//! Reading files, gzipped or not.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use super::error::DataError;

/// The maximum size of a file, decompressed: 1 GiB, about twenty times the pixels of MNIST. Without
/// a limit, a few bytes of gzip could fill all memory.
pub(super) const MAX_BYTES: u64 = 1 << 30;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// An open file. Gzip is recognised by its magic number, not by the file name.
pub(super) struct Input {
    pub(super) path: PathBuf,
    /// Whether it is gzip.
    pub(super) packed: bool,
    /// The maximum number of bytes to read, decompressed.
    pub(super) max: u64,
    reader: Box<dyn Read>,
}

impl Input {
    pub(super) fn open(path: &Path, max: u64) -> Result<Self, DataError> {
        let failed = |source| DataError::Read { path: path.to_owned(), source };
        if fs::metadata(path).map_err(failed)?.is_dir() {
            return Err(failed(io::Error::new(ErrorKind::IsADirectory, "it is a folder")));
        }
        let mut file = BufReader::new(File::open(path).map_err(failed)?);
        let packed = file.fill_buf().map_err(failed)?.starts_with(&GZIP);
        let reader: Box<dyn Read> =
            if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        Ok(Self { path: path.to_owned(), packed, max, reader })
    }

    /// The next `count` bytes; fewer only at the end of the file.
    pub(super) fn take(&mut self, count: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(count).read_to_end(&mut bytes);
        read.map_err(|source| self.failed(source))?;
        Ok(bytes)
    }

    /// All bytes.
    pub(super) fn all(&mut self) -> Result<Vec<u8>, DataError> {
        let bytes = self.take(self.max + 1)?;
        if bytes.len() as u64 > self.max { Err(self.too_large()) } else { Ok(bytes) }
    }

    pub(super) fn too_large(&self) -> DataError {
        DataError::TooLarge { path: self.path.clone(), max: self.max, packed: self.packed }
    }

    fn failed(&self, source: io::Error) -> DataError {
        let path = self.path.clone();
        let problem = match source.kind() {
            ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => source.to_string(),
            _ => return DataError::Read { path, source },
        };
        if self.packed {
            DataError::DamagedGzip { path, problem }
        } else {
            DataError::Read { path, source }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_maximum_and_rejected_beyond() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, [7; 1000]).unwrap();
        assert_eq!(Input::open(&path, 1000).unwrap().all().unwrap(), [7; 1000]);
        let message = Input::open(&path, 999).unwrap().all().unwrap_err().to_string();
        assert_eq!(message, format!("{} is too large: it has more than 999 bytes", path.display()));
    }

    #[test]
    fn the_size_of_gzip_is_its_decompressed_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut encoder = GzEncoder::new(File::create(&path).unwrap(), Compression::best());
        encoder.write_all(&[0; 100_000]).unwrap();
        encoder.finish().unwrap();
        assert!(fs::metadata(&path).unwrap().len() < 1000);
        let message = Input::open(&path, 1000).unwrap().all().unwrap_err().to_string();
        assert!(message.ends_with("it has more than 1,000 bytes when decompressed"), "{message}");
    }
}
