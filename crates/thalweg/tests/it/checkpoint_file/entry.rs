//! What must hold for any bytes whatever; the fuzz target runs it too.

use thalweg::checkpoint::Checkpoint;

/// Bytes are refused, or they are exactly the file of the checkpoint that they give. Once as they
/// are and once with right checksums, which get them past the first door.
pub fn check(bytes: &[u8]) {
    check_one(bytes);
    check_one(&sealed(bytes));
}

fn check_one(bytes: &[u8]) {
    match Checkpoint::from_bytes(bytes) {
        Ok(checkpoint) => assert_eq!(checkpoint.to_bytes().unwrap(), bytes),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The same bytes with the checksums that belong to them, where there is a place for those.
pub fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let length = bytes.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    let data = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(8).min(bytes.len());
    if let Some(at) = digits_after(&bytes[..data], "\"data_crc32\":\"") {
        let crc = crc32fast::hash(&bytes[data..]);
        bytes[at..at + 8].copy_from_slice(format!("{crc:08x}").as_bytes());
    }
    if let Some(at) = digits_after(&bytes[..data], "\"header_crc32\":\"") {
        let crc = crc32fast::hash(&[&bytes[..at], &bytes[at + 8..data]].concat());
        bytes[at..at + 8].copy_from_slice(format!("{crc:08x}").as_bytes());
    }
    bytes
}

fn digits_after(header: &[u8], key: &str) -> Option<usize> {
    let at = header.windows(key.len()).position(|window| window == key.as_bytes())? + key.len();
    (at + 8 <= header.len()).then_some(at)
}
