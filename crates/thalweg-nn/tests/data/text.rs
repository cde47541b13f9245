//! Texts: windows, vocabulary, split, and every error message.

use thalweg_nn::data::{Dataset, Kind, Split};
use thalweg_nn::experiment::Parts;

use super::{folder, gzip, load, load_with, refused, refused_with};

const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// The windows of both splits, inputs and targets, as text.
fn windows(data: &Dataset) -> [Vec<[String; 2]>; 2] {
    let Kind::Text { vocabulary, .. } = &data.kind else { panic!("{:?}", data.kind) };
    [&data.train, &data.test].map(|part| {
        let [inputs, targets] =
            [&part.inputs, &part.targets].map(|it| it.to_vec2::<u32>().unwrap());
        let pairs = inputs.into_iter().zip(targets);
        pairs.map(|(a, b)| [a, b].map(|it| vocabulary.decode(it))).collect()
    })
}

#[test]
fn windows_lie_side_by_side_and_targets_are_one_character_ahead() {
    let folder = folder(&[("a.txt", ALPHABET)]);
    let data = load(folder.path(), "text:DIR/a.txt:length=6").unwrap();
    let pair = |a: &str, b: &str| [a, b].map(str::to_owned);
    let train = [("abcdef", "bcdefg"), ("ghijkl", "hijklm"), ("mnopqr", "nopqrs")];
    let test = [pair("stuvwx", "tuvwxy")];
    assert_eq!(windows(&data), [train.map(|(a, b)| pair(a, b)).to_vec(), test.to_vec()]);
    assert_eq!((data.name.as_str(), data.classes.len()), ("a", 26));
    assert_eq!((data.features(), data.train.len(), data.test.len()), (6, 3, 1));
}

#[test]
fn the_test_split_is_the_end_of_the_text_whatever_the_seed() {
    let folder = folder(&[("a.txt", ALPHABET)]);
    let with = |seed, test| {
        let options = Split { seed, test };
        windows(&load_with(folder.path(), "text:DIR/a.txt:length=1", &options).unwrap())
    };
    assert_eq!(with(0, None), with(1, None));
    let [train, test] = with(0, Some(0.2));
    assert_eq!((train.len(), test.len()), (20, 5));
    assert_eq!((test[0][0].as_str(), test[4][1].as_str()), ("u", "z"));
}

#[test]
fn validation_windows_lie_side_by_side_within_the_training_split() {
    let text: String = (0..1000).map(|i| format!("{i:05}")).collect();
    let folder = folder(&[("a.txt", text.as_bytes())]);
    let data = load(folder.path(), "text:DIR/a.txt:length=10").unwrap();
    let all = data.train.inputs.to_vec2::<u32>().unwrap();
    let block = |seed| {
        let parts = Parts::of(&data, 0.2, seed).unwrap();
        assert_eq!((parts.train.len(), parts.validation.len()), (359, 90));
        let validation = parts.validation.inputs.to_vec2::<u32>().unwrap();
        let from = all.windows(90).position(|windows| windows == validation).unwrap();
        let rest = [&all[..from], &all[from + 90..]].concat();
        assert!(parts.train.inputs.to_vec2::<u32>().unwrap() == rest);
        from
    };
    assert_ne!(block(0), block(1));
}

#[test]
fn characters_are_classes_with_readable_names() {
    let text = "ba \n\té\\한b\u{7f}a";
    let folder = folder(&[("a.txt", text.as_bytes())]);
    let data = load(folder.path(), "text:DIR/a.txt:length=2").unwrap();
    assert_eq!(data.classes, [r"\t", r"\n", "␣", r"\", "a", "b", r"\u{7f}", "é", "한"]);
}

#[test]
fn line_breaks_marks_and_compression_change_nothing() {
    let text = "one line\nand another\n".repeat(3);
    let marked = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let packed = gzip(text.as_bytes());
    let folder =
        folder(&[("a.txt", text.as_bytes()), ("b.txt", marked.as_bytes()), ("c.txt.gz", &packed)]);
    let read = |name: &str| {
        let data = load(folder.path(), &format!("text:DIR/{name}:length=4")).unwrap();
        (windows(&data), data.classes)
    };
    assert_eq!(read("a.txt"), read("b.txt"));
    assert_eq!(read("a.txt"), read("c.txt.gz"));
    assert_eq!(load(folder.path(), "text:DIR/c.txt.gz:length=4").unwrap().name, "c");
}

#[test]
fn a_character_of_the_test_split_alone_is_a_class() {
    let text = "ab".repeat(20) + "?";
    let folder = folder(&[("a.txt", text.as_bytes())]);
    let data = load(folder.path(), "text:DIR/a.txt:length=4").unwrap();
    assert_eq!(data.classes, ["?", "a", "b"]);
    let [train, test] = windows(&data);
    assert!(train.iter().flatten().all(|window| !window.contains('?')));
    assert_eq!(test[0][1], "bab?");
}

#[test]
fn a_text_that_cannot_be_used_is_refused() {
    let folder = folder(&[
        ("empty.txt", b""),
        ("blank.txt", b" \n\n"),
        ("latin.txt", b"one\ntwo\nna\xefve\n"),
        ("short.txt", b"to be or not"),
        ("a.txt", &b"a".repeat(200)),
        ("cut.txt.gz", &gzip(&ALPHABET.repeat(9))[..20]),
    ]);
    let says = |source: &str| refused(folder.path(), source);
    assert_eq!(says("text:DIR/none.txt"), "cannot read DIR/none.txt: no such file or directory");
    assert_eq!(says("text:DIR"), "cannot read DIR: it is a folder");
    assert_eq!(says("text:DIR/empty.txt"), "DIR/empty.txt: the file has no text");
    assert_eq!(says("text:DIR/blank.txt"), "DIR/blank.txt: the file has no text");
    assert_eq!(
        says("text:DIR/latin.txt"),
        "DIR/latin.txt: line 3 is not UTF-8; save the file as UTF-8"
    );
    assert_eq!(
        says("text:DIR/short.txt:length=6"),
        "DIR/short.txt: the text has 12 characters; 13 are needed for a training and a test window \
         of 6 characters; `length=` sets the length of a window"
    );
    assert_eq!(load(folder.path(), "text:DIR/short.txt:length=5").unwrap().train.len(), 1);
    assert_eq!(
        says("text:DIR/a.txt"),
        "DIR/a.txt: the text has no other character than `a`; at least two are needed"
    );
    assert_eq!(
        says("text:DIR/cut.txt.gz"),
        "DIR/cut.txt.gz is a damaged gzip file: it ends too early"
    );
    let options = Split { seed: 0, test: Some(0.99) };
    assert_eq!(
        refused_with(folder.path(), "text:DIR/short.txt:length=2", &options),
        "a test share of 0.99 of 5 samples leaves no training samples; each split needs at least one"
    );
}

#[test]
fn a_setting_that_is_wrong_is_refused() {
    let says = |text: &str| thalweg_nn::data::Source::parse(text).unwrap_err().to_string();
    let form = "it is written `text:FILE` or `text:FILE:length=64`";
    assert_eq!(says("text"), format!("`text` cannot be read: the file is missing; {form}"));
    assert_eq!(says("text:"), format!("`text:` cannot be read: the file is missing; {form}"));
    assert!(says("text::length=3").contains("the file is missing"));
    assert_eq!(
        says("text:a.txt:lenght=3"),
        "text has no setting `lenght` (did you mean `length`?); it has length (a whole number from 1 \
         to 1024)"
    );
    for value in ["0", "1025", "-1", "x", ""] {
        assert_eq!(
            says(&format!("text:a.txt:length={value}")),
            format!("text: length={value} is refused; length is a whole number from 1 to 1024")
        );
    }
    assert!(says("text:a.txt:length=3,length=4").contains("length is given twice"));
}
