//! An append-only file that can be truncated to the length stored in a checkpoint.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::error::SessionError;

/// An append-only file. Data appended after a checkpoint is discarded when the run resumes from it.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    out: BufWriter<File>,
    len: u64,
}

impl Log {
    /// Creates a file that starts with `head`.
    pub fn create(path: PathBuf, head: &[u8]) -> Result<Self, SessionError> {
        let made = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = made.map_err(|source| SessionError::write(&path, source))?;
        let mut log = Self { path, out: BufWriter::new(file), len: 0 };
        log.append(head)?;
        Ok(log)
    }

    /// Opens a file and truncates it to `len` bytes.
    pub fn reopen(path: PathBuf, len: u64) -> Result<Self, SessionError> {
        let reopened = || -> io::Result<(File, u64)> {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            let found = file.metadata()?.len();
            if found >= len {
                file.set_len(len)?;
                file.seek(SeekFrom::Start(len))?;
            }
            Ok((file, found))
        };
        let (file, found) = reopened().map_err(|source| SessionError::read(&path, source))?;
        if found < len {
            return Err(SessionError::Shorter { path, found, expected: len });
        }
        Ok(Self { path, out: BufWriter::new(file), len })
    }

    /// Appends to a buffer; the data is safe on the disk only after [`sync`](Self::sync).
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        self.out.write_all(bytes).map_err(|source| SessionError::write(&self.path, source))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Writes the buffer to the file.
    pub fn flush(&mut self) -> Result<(), SessionError> {
        self.out.flush().map_err(|source| SessionError::write(&self.path, source))
    }

    /// Writes everything to the disk and returns the length.
    pub fn sync(&mut self) -> Result<u64, SessionError> {
        self.flush()?;
        let synced = self.out.get_ref().sync_data();
        synced.map_err(|source| SessionError::write(&self.path, source))?;
        Ok(self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_after_a_checkpoint_is_discarded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = Log::create(path.clone(), b"head\n").unwrap();
        log.append(b"one\n").unwrap();
        let len = log.sync().unwrap();
        log.append(b"two, and half of thr").unwrap();
        drop(log);
        let mut log = Log::reopen(path.clone(), len).unwrap();
        log.append(b"2\n").unwrap();
        log.sync().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"head\none\n2\n");
    }

    #[test]
    fn a_file_that_is_too_short_is_rejected_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "short").unwrap();
        let error = Log::reopen(path.clone(), 9).unwrap_err().to_string();
        assert!(
            error.ends_with("log has 5 bytes, fewer than the 9 at the last checkpoint"),
            "{error}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"short");
    }

    #[test]
    fn an_existing_file_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "mine").unwrap();
        assert!(Log::create(path.clone(), b"").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_names_the_file() {
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let path = PathBuf::from("/dev/full");
        let mut log = Log { path, out: BufWriter::new(file), len: 0 };
        log.append(b"line\n").unwrap();
        let error = log.flush().unwrap_err().to_string();
        assert_eq!(error, "cannot write /dev/full: no space left on device");
    }
}
