//! Files made to mislead: checksums are right, or something else is wrong before they matter.

use thalweg::checkpoint::{Checkpoint, CheckpointError};

use super::entry::sealed;
use super::samples::{joined, small};

/// A safetensors file, as it stands.
fn file(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header, data].concat()
}

/// The small file's header and data.
fn parts() -> (String, Vec<u8>) {
    let bytes = small().to_bytes().unwrap();
    let length = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let header = String::from_utf8(bytes[8..8 + length].to_vec()).unwrap();
    (header, bytes[8 + length..].to_vec())
}

/// The small file with something in its header replaced, padding and checksums mended.
fn edited(from: &str, to: &str) -> Vec<u8> {
    let (header, data) = parts();
    assert!(header.contains(from), "{header}");
    sealed(&joined(header.replacen(from, to, 1).as_bytes(), &data))
}

fn refusal(bytes: &[u8]) -> CheckpointError {
    Checkpoint::from_bytes(bytes).unwrap_err()
}

#[track_caller]
fn malformed(bytes: &[u8], words: &str) {
    let error = refusal(bytes);
    assert!(matches!(error, CheckpointError::Malformed { .. }), "{error:?}");
    assert!(error.to_string().contains(words), "{error}");
}

#[track_caller]
fn not_a_checkpoint(bytes: &[u8], words: &str) {
    let error = refusal(bytes);
    assert!(matches!(error, CheckpointError::NotACheckpoint { .. }), "{error:?}");
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn mending_alone_changes_nothing() {
    let (header, data) = parts();
    assert_eq!(sealed(&joined(header.as_bytes(), &data)), small().to_bytes().unwrap());
}

#[test]
fn other_files_are_no_checkpoints() {
    not_a_checkpoint(b"", "fewer than eight bytes");
    not_a_checkpoint(b"PK\x03\x04 and so on, as a torch.save", "not a safetensors file");
    not_a_checkpoint(&file(b"", b""), "not a safetensors file");
    not_a_checkpoint(&file(b"{}", b""), "a safetensors file that thalweg did not write");
    not_a_checkpoint(&file(b"\xff\xfe", b""), "not a safetensors file");
    let deep = "[".repeat(1_000_000);
    not_a_checkpoint(&file(deep.as_bytes(), b""), "not a safetensors file");
    let deep = format!("{{\"a\":{}", "{\"a\":".repeat(1_000_000));
    not_a_checkpoint(&file(deep.as_bytes(), b""), "not a safetensors file");
}

/// Made by safetensors.numpy.save_file.
#[test]
fn a_model_is_no_checkpoint() {
    let model = include_bytes!("../../corpus/checkpoint/model.safetensors");
    not_a_checkpoint(model, "a safetensors file that thalweg did not write");
}

#[test]
fn a_newer_version_is_refused_by_its_number() {
    for version in [2, 10, u64::MAX] {
        let error = refusal(&edited("\"version\":\"1\"", &format!("\"version\":\"{version}\"")));
        assert!(
            matches!(error, CheckpointError::NewerVersion { found, known: 1, .. } if found == version),
            "{error:?}"
        );
        assert!(error.to_string().contains(&format!("has version {version} of")), "{error}");
    }
    for version in ["0", "01", "+1", "-1", "", "1.0", "99999999999999999999", "two"] {
        let error = refusal(&edited("\"version\":\"1\"", &format!("\"version\":\"{version}\"")));
        let (corrupt, malformed) = (
            matches!(error, CheckpointError::Corrupt { .. }),
            matches!(error, CheckpointError::Malformed { .. }),
        );
        assert!(corrupt || malformed, "{version}: {error:?}");
    }
}

#[test]
fn a_header_of_impossible_length_is_refused() {
    let whole = small().to_bytes().unwrap();
    for length in [100_000_001, 1 << 62, 1 << 63, u64::MAX - 7, u64::MAX] {
        let mut bytes = whole.clone();
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        assert!(matches!(refusal(&bytes), CheckpointError::Corrupt { .. }));
        bytes[8] = b'[';
        assert!(matches!(refusal(&bytes), CheckpointError::NotACheckpoint { .. }));
    }
    for length in 0..whole.len() as u64 {
        let mut bytes = whole.clone();
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        if bytes != whole {
            refusal(&bytes);
        }
    }
}

#[test]
fn offsets_are_never_followed() {
    let tensor = r#""data_offsets":[0,24]"#;
    let wrong = "its header does not match its metadata";
    for offsets in ["[8,32]", "[24,0]", "[0,16]", "[0,18446744073709551615]", "[0,-1]", "[0]", "{}"]
    {
        malformed(&edited(tensor, &format!("\"data_offsets\":{offsets}")), wrong);
    }
    for shape in ["[3,2]", "[6]", "[]", "[4294967296,4294967296,4294967296]"] {
        malformed(&edited("\"shape\":[2,3],\"data", &format!("\"shape\":{shape},\"data")), wrong);
    }
    for dtype in ["F64", "I32", "BOOL", "F4", "f32", ""] {
        malformed(&edited("\"dtype\":\"F32\"", &format!("\"dtype\":\"{dtype}\"")), wrong);
    }
    malformed(&edited("\"velocity/w\"", "\"velocity/v\""), wrong);
}

#[test]
fn keys_too_many_or_twice_are_refused() {
    let wrong = "its header does not match its metadata";
    let (header, data) = parts();
    for padding in [1, 8] {
        let longer = format!("{header}{}", " ".repeat(padding));
        malformed(&sealed(&file(longer.as_bytes(), &data)), wrong);
    }
    malformed(
        &edited("}}", r#"},"extra":{"dtype":"F32","shape":[0],"data_offsets":[24,24]}}"#),
        wrong,
    );
    malformed(&edited("\"velocity/w\":", "\"velocity/w\":{},\"velocity/w\":"), wrong);
    malformed(&edited("\"steps\":\"2\"", "\"steps\":\"2\",\"steps\":\"2\""), "duplicate field");
    malformed(&edited("\"steps\":\"2\"", "\"steps\":\"2\",\"note\":\"\""), "unknown field");
    malformed(&edited("\"steps\":\"2\",", ""), "missing field");
    malformed(&edited(",\"velocity/w\"", ",\"__metadata__\":{},\"velocity/w\""), "cannot be read");
    malformed(&edited(r#"\"steps\":41"#, r#"\"steps\":41,\"age\":1"#), "unknown field");
    malformed(&edited(r#"\"steps\":41"#, r#"\"steps\": 41"#), wrong);
    malformed(&edited("\"steps\":\"2\"", "\"steps\":\"\\u0032\""), wrong);
}

#[test]
fn values_that_are_none_are_refused() {
    for steps in ["-1", "18446744073709551616", "1e3", "", "two", "+2", "02", " 2"] {
        let bytes = edited("\"steps\":\"2\"", &format!("\"steps\":\"{steps}\""));
        malformed(
            &bytes,
            if ["+2", "02"].contains(&steps) {
                "does not match its metadata"
            } else {
                "steps is `"
            },
        );
    }
    malformed(&edited("\"steps\":\"2\"", "\"steps\":2"), "cannot be read");
    malformed(&edited("\"arithmetic\":\"f32\"", "\"arithmetic\":\"f8\""), "`f8` is not a type");
    malformed(&edited("\"settings\":\"{}\"", "\"settings\":\"[\""), "settings cannot be read");
    malformed(&edited("\"schedules\":\"[]\"", "\"schedules\":\"{}\""), "schedules cannot be read");
    let memory = |text: &str| {
        let schedule = r#"[{\"hyperparameter\":\"lr\",\"schedule\":\"\",\"memory\":[\"MEMORY\"]}]"#;
        let schedule = schedule.replace("MEMORY", text);
        edited("\"schedules\":\"[]\"", &format!("\"schedules\":\"{schedule}\""))
    };
    assert!(Checkpoint::from_bytes(&memory("0.5")).is_ok());
    for text in ["", "half", "0x1", "nan:", "nan:xyz", "nan:7ff80000000000000"] {
        malformed(&memory(text), "is not a number");
    }
    for text in ["0.50", "5e-1", "NaN", "nan", "nan:3ff0000000000000", "Infinity", "+0.5"] {
        malformed(&memory(text), "does not match its metadata");
    }
    let deep = format!("\"settings\":\"{}\"", "[".repeat(1_000_000));
    malformed(&edited("\"settings\":\"{}\"", &deep), "settings cannot be read");
}

#[test]
fn what_no_text_is_is_refused() {
    let mut bytes = small().to_bytes().unwrap();
    let at = bytes.windows(8).position(|w| w == b"momentum").unwrap();
    bytes[at] = 0xff;
    malformed(&sealed(&bytes), "its header cannot be read");
}

/// To take memory for what is claimed would fail with another error, or worse.
#[test]
fn claims_beyond_the_file_take_no_memory() {
    let truncated = |bytes: &[u8]| {
        let error = refusal(bytes);
        assert!(matches!(error, CheckpointError::Truncated { .. }), "{error:?}");
    };
    truncated(&edited(r#"\"elements\":6"#, r#"\"elements\":1000000000000"#));
    truncated(&edited(r#"\"elements\":6"#, r#"\"elements\":4611686018427387903"#));
    malformed(
        &edited(r#"\"elements\":6"#, r#"\"elements\":18446744073709551615"#),
        "more state than can be counted",
    );
    malformed(
        &edited(r#"\"shape\":[2,3]"#, r#"\"shape\":[4294967296,4294967296]"#),
        "more elements than can be counted",
    );
    malformed(&edited(r#"\"shape\":[2,3]"#, r#"\"shape\":[2,-3]"#), "parameters cannot be read");
    let slot = r#"{\"name\":\"velocity\",\"dtype\":\"f32\",\"elements\":6}"#;
    let other = slot.replace("velocity", "v").replace('6', "4611686018427387903");
    malformed(&edited(slot, &format!("{slot},{other}")), "more state than can be counted");
}

/// The header that belongs to this would have 400 MB, which the answer shows was not made.
#[test]
fn a_short_header_that_describes_a_long_one_takes_no_memory() {
    let slots: Vec<_> = (0..2000)
        .map(|i| format!(r#"{{\"name\":\"{i}\",\"dtype\":\"f32\",\"elements\":0}}"#))
        .collect();
    let (header, _) = parts();
    let slot = r#"{\"name\":\"velocity\",\"dtype\":\"f32\",\"elements\":6}"#;
    let header = header.replacen(slot, &slots.join(","), 1);
    let name = format!(r#"\"name\":\"{}\""#, "w".repeat(200_000));
    let header = header.replacen(r#"\"name\":\"w\""#, &name, 1);
    assert!(header.len() < 400_000);
    malformed(&sealed(&joined(header.as_bytes(), b"")), "does not match its metadata");
}

#[test]
fn names_that_clash_are_refused() {
    let parameter = r#"{\"name\":\"w\",\"shape\":[2,3]"#;
    let stateless = r#"{\"name\":\"w\",\"shape\":[],\"steps\":0,\"first_element\":0,\"group\":null,\"slots\":[]},"#;
    malformed(&edited(parameter, &format!("{stateless}{parameter}")), "`w` appears twice");
    let slot = r#"{\"name\":\"velocity\",\"dtype\":\"f32\",\"elements\":6}"#;
    malformed(&edited(slot, &format!("{slot},{slot}")), "has slot `velocity` twice");
    malformed(&edited(r#"\"name\":\"velocity\""#, r#"\"name\":\"a/b\""#), "has a slot `a/b`");
}
