//! Files that grow line by line and can be cut back to what a checkpoint knows of.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::SessionError;

/// A file that is only ever appended to. Of what is appended after a checkpoint nothing counts
/// when the run goes on from it.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    out: BufWriter<File>,
    len: u64,
}

impl Journal {
    /// A new file that begins with `head`.
    pub fn create(path: PathBuf, head: &[u8]) -> Result<Self, SessionError> {
        let made = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = made.map_err(|source| SessionError::write(&path, source))?;
        let mut journal = Self { path, out: BufWriter::new(file), len: 0 };
        journal.append(head)?;
        Ok(journal)
    }

    /// A file as it was when it had `len` bytes; what came later is cut off.
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

    /// Appends. Nothing is promised to be in the file before [`sync`](Self::sync).
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        self.out.write_all(bytes).map_err(|source| SessionError::write(&self.path, source))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Lets others see what has been appended.
    pub fn flush(&mut self) -> Result<(), SessionError> {
        self.out.flush().map_err(|source| SessionError::write(&self.path, source))
    }

    /// Brings what has been appended to the disk; gives the length.
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
    fn what_came_after_a_checkpoint_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::create(path.clone(), b"head\n").unwrap();
        journal.append(b"one\n").unwrap();
        let len = journal.sync().unwrap();
        journal.append(b"two, and half of thr").unwrap();
        drop(journal);
        let mut journal = Journal::reopen(path.clone(), len).unwrap();
        journal.append(b"2\n").unwrap();
        journal.sync().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"head\none\n2\n");
    }

    #[test]
    fn a_file_that_lost_its_end_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        std::fs::write(&path, "short").unwrap();
        let error = Journal::reopen(path.clone(), 9).unwrap_err().to_string();
        assert!(
            error.ends_with("journal has 5 bytes, fewer than the 9 that the checkpoint knows of"),
            "{error}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"short");
    }

    #[test]
    fn a_file_that_is_there_is_not_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        std::fs::write(&path, "mine").unwrap();
        assert!(Journal::create(path.clone(), b"").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_names_the_file() {
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let path = PathBuf::from("/dev/full");
        let mut journal = Journal { path, out: BufWriter::new(file), len: 0 };
        journal.append(b"line\n").unwrap();
        let error = journal.flush().unwrap_err().to_string();
        assert_eq!(error, "cannot write /dev/full: no space left on device");
    }
}
