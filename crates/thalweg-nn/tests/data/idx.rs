//! IDX files as MNIST ships them, and everything that can be wrong with them.

use std::path::Path;

use thalweg_nn::data::{Dataset, Kind, Split};

use crate::{bits, folder, gzip, is_well_formed, load, load_with, refused, refused_with, rows};

const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
const TEST_IMAGES: &str = "t10k-images-idx3-ubyte";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";

fn header(magic: u32, sizes: &[u32]) -> Vec<u8> {
    [&[magic], sizes].concat().into_iter().flat_map(u32::to_be_bytes).collect()
}

/// `count` images of `height` × `width`, pixel p of image i is 10 i + p.
fn images(count: u32, height: u32, width: u32) -> Vec<u8> {
    let pixels = (0..count).flat_map(|i| (0..height * width).map(move |p| (10 * i + p) as u8));
    header(0x803, &[count, height, width]).into_iter().chain(pixels).collect()
}

fn labels(labels: &[u8]) -> Vec<u8> {
    [&header(0x801, &[labels.len() as u32])[..], labels].concat()
}

/// Four images of 2×3 pixels and their labels, as the files of a test split.
fn test_part() -> [(&'static str, Vec<u8>); 2] {
    [(TEST_IMAGES, images(4, 2, 3)), (TEST_LABELS, labels(&[7, 3, 3, 7]))]
}

/// Six images with labels, as the files of a training split.
fn train_part() -> [(&'static str, Vec<u8>); 2] {
    [(TRAIN_IMAGES, images(6, 2, 3)), (TRAIN_LABELS, labels(&[3, 7, 3, 7, 3, 3]))]
}

/// The result of `use_it` on a folder with these files.
fn with<T>(files: &[(&str, Vec<u8>)], use_it: impl FnOnce(&Path) -> T) -> T {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
    use_it(folder(&files).path())
}

fn loaded(files: &[(&str, Vec<u8>)]) -> Dataset {
    with(files, |folder| load(folder, "idx:DIR").unwrap())
}

fn wrong(files: &[(&str, Vec<u8>)]) -> String {
    with(files, |folder| refused(folder, "idx:DIR"))
}

/// The message for a file of images in place of the valid one.
fn wrong_images(bytes: Vec<u8>) -> String {
    wrong(&[(TEST_IMAGES, bytes), (TEST_LABELS, labels(&[0, 1]))])
}

#[test]
fn two_parts_keep_their_samples_and_their_order() {
    let data = loaded(&[train_part(), test_part()].concat());
    is_well_formed(&data);
    assert_eq!(data.kind, Kind::Images { height: 2, width: 3 });
    assert_eq!((data.train.len(), data.test.len(), data.features()), (6, 4, 6));
    assert_eq!(data.classes, ["3", "7"]);
    assert_eq!(data.train.labels().unwrap(), [0, 1, 0, 1, 0, 0]);
    assert_eq!(data.test.labels().unwrap(), [1, 0, 0, 1]);
    let row = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0_f32].map(|pixel| pixel / 255.0);
    assert_eq!(data.train.row(1).unwrap(), row);
    assert_eq!(data.test.row(1).unwrap(), row);
}

#[test]
fn a_white_pixel_is_1_and_a_black_one_0() {
    let bytes = [header(0x803, &[2, 1, 2]), vec![0, 255, 255, 0]].concat();
    let data = loaded(
        &[(TEST_IMAGES, bytes), (TEST_LABELS, labels(&[0, 0]))]
            .map(|(name, bytes)| (name, bytes))
            .into_iter()
            .chain([(TRAIN_IMAGES, images(2, 1, 2)), (TRAIN_LABELS, labels(&[0, 1]))])
            .collect::<Vec<_>>(),
    );
    assert_eq!(data.test.row(0).unwrap(), [0.0, 1.0]);
    assert_eq!(data.test.row(1).unwrap(), [1.0, 0.0]);
}

#[test]
fn one_pair_of_files_is_split_with_a_test_share_of_a_fifth() {
    let classes: Vec<u8> = (0..20).map(|i| i % 2).collect();
    let pair = |image_file, label_file| {
        loaded(&[(image_file, images(20, 1, 1)), (label_file, labels(&classes))])
    };
    let (test, train) = (pair(TEST_IMAGES, TEST_LABELS), pair(TRAIN_IMAGES, TRAIN_LABELS));
    assert_eq!((test.train.len(), test.test.len()), (16, 4));
    assert_eq!(bits(&test), bits(&train));
    // A pixel is 10 i: every image occurs once, with its label.
    let mut found: Vec<(u32, u32)> = rows(&test)
        .into_iter()
        .map(|(row, class)| ((row[0] * 255.0).round() as u32 / 10, class))
        .collect();
    found.sort();
    assert_eq!(found, (0..20).map(|i| (i, i % 2)).collect::<Vec<_>>());
}

#[test]
fn one_part_is_split_by_the_share_asked_for() {
    let half = Split { seed: 1, test: Some(0.5) };
    let data = with(&test_part(), |folder| {
        (0..).find_map(|seed| load_with(folder, "idx:DIR", &Split { seed, ..half }).ok())
    });
    assert_eq!(data.unwrap().test.len(), 2);
}

#[test]
fn a_share_of_files_that_are_split_is_refused() {
    let files = [train_part(), test_part()].concat();
    let options = Split { seed: 0, test: Some(0.25) };
    assert_eq!(
        with(&files, |folder| refused_with(folder, "idx:DIR", &options)),
        "a test share of 0.25 is refused: DIR has test files of its own, t10k-images-idx3-ubyte"
    );
}

#[test]
fn gzip_and_a_dot_in_the_name_make_no_difference() {
    let plain = [train_part(), test_part()].concat();
    let expected = bits(&loaded(&plain));
    let packed: Vec<(String, Vec<u8>)> =
        plain.iter().map(|(name, bytes)| (format!("{name}.gz"), gzip(bytes))).collect();
    let dotted: Vec<(String, Vec<u8>)> =
        plain.iter().map(|(name, bytes)| (name.replace("-idx", ".idx"), bytes.clone())).collect();
    let packed_without_gz: Vec<(String, Vec<u8>)> =
        plain.iter().map(|(name, bytes)| ((*name).to_owned(), gzip(bytes))).collect();
    let unpacked_with_gz: Vec<(String, Vec<u8>)> =
        plain.iter().map(|(name, bytes)| (format!("{name}.gz"), bytes.clone())).collect();
    let mixed = vec![packed[0].clone(), dotted[1].clone(), packed_without_gz[2].clone()];
    let mixed = [mixed, vec![(plain[3].0.replace("-idx", ".idx") + ".gz", gzip(&plain[3].1))]];
    for files in [packed, dotted, packed_without_gz, unpacked_with_gz, mixed.concat()] {
        let files: Vec<(&str, Vec<u8>)> =
            files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
        assert_eq!(bits(&loaded(&files)), expected);
    }
}

#[test]
fn a_gzip_file_may_be_in_several_pieces() {
    let [(name, bytes), label_file] = test_part();
    let (head, tail) = bytes.split_at(20);
    let pieces = [gzip(head), gzip(tail)].concat();
    assert_eq!(bits(&loaded(&[(name, pieces), label_file])), bits(&loaded(&test_part())));
}

#[test]
fn a_folder_that_is_none_is_named() {
    let folder = folder(&[("file", b"")]);
    assert_eq!(
        refused(folder.path(), "idx:DIR/missing"),
        "cannot read DIR/missing: no such file or directory"
    );
    assert_eq!(
        refused(folder.path(), "idx:DIR/file"),
        "DIR/file is not a folder; give the folder that contains the IDX files"
    );
}

#[test]
fn a_folder_without_the_files_is_told_their_names() {
    assert_eq!(
        wrong(&[("mnist.zip", vec![])]),
        "DIR has no IDX files; the expected names are train-images-idx3-ubyte, train-labels-idx1-ubyte, \
         t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, with or without .gz"
    );
}

#[test]
fn a_missing_companion_is_told_by_all_its_names() {
    let [image_file, label_file] = test_part();
    assert_eq!(
        wrong(&[(&format!("{TEST_IMAGES}.gz"), gzip(&image_file.1))]),
        "DIR/t10k-images-idx3-ubyte.gz exists, but none of t10k-labels-idx1-ubyte, \
         t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz does"
    );
    let files = [train_part().to_vec(), vec![label_file]].concat();
    assert_eq!(
        wrong(&files),
        "DIR/t10k-labels-idx1-ubyte exists, but none of t10k-images-idx3-ubyte, \
         t10k-images-idx3-ubyte.gz, t10k-images.idx3-ubyte, t10k-images.idx3-ubyte.gz does"
    );
}

#[test]
fn a_file_that_is_a_folder_is_named() {
    let folder = folder(&[(TEST_LABELS, &labels(&[0, 1]))]);
    std::fs::create_dir(folder.path().join(TEST_IMAGES)).unwrap();
    assert_eq!(
        refused(folder.path(), "idx:DIR"),
        "cannot read DIR/t10k-images-idx3-ubyte: it is a folder"
    );
}

#[test]
fn a_truncated_file_is_told_with_both_sizes() {
    let mut bytes = images(1000, 2, 2);
    bytes.truncate(2015);
    assert_eq!(
        wrong_images(bytes.clone()),
        "DIR/t10k-images-idx3-ubyte is truncated: it has 2,015 of 4,016 bytes"
    );
    assert_eq!(
        wrong_images(gzip(&bytes)),
        "DIR/t10k-images-idx3-ubyte is truncated: it has 2,015 of 4,016 bytes, decompressed"
    );
    assert_eq!(
        wrong(&[(TEST_IMAGES, images(3, 1, 1)), (TEST_LABELS, header(0x801, &[3]))]),
        "DIR/t10k-labels-idx1-ubyte is truncated: it has 8 of 11 bytes"
    );
}

#[test]
fn a_file_that_ends_within_its_header_is_truncated() {
    for (length, text) in [(0, "0"), (3, "3"), (15, "15")] {
        assert_eq!(
            wrong_images(images(2, 1, 1)[..length].to_vec()),
            format!("DIR/t10k-images-idx3-ubyte is truncated: it has {text} of 16 bytes")
        );
    }
}

#[test]
fn a_file_that_goes_on_is_too_long() {
    let longer = [images(2, 1, 1), vec![0]].concat();
    assert_eq!(
        wrong_images(longer.clone()),
        "DIR/t10k-images-idx3-ubyte is too long: there is data after the 18 bytes that its header \
         announces"
    );
    assert_eq!(
        wrong_images(gzip(&longer)),
        "DIR/t10k-images-idx3-ubyte is too long: there is data after the 18 bytes that its header \
         announces, decompressed"
    );
}

#[test]
fn a_wrong_magic_number_is_reported_with_the_expected_one() {
    assert_eq!(
        wrong_images(b"%PDF-1.5".to_vec()),
        "DIR/t10k-images-idx3-ubyte begins with 0x25504446; a file of images begins with 0x00000803"
    );
    assert_eq!(
        wrong_images(labels(&[0, 1])),
        "DIR/t10k-images-idx3-ubyte begins with 0x00000801, as files of labels do; a file of images begins \
         with 0x00000803"
    );
    assert_eq!(
        wrong(&[(TEST_IMAGES, images(2, 1, 1)), (TEST_LABELS, images(2, 1, 1))]),
        "DIR/t10k-labels-idx1-ubyte begins with 0x00000803, as files of images do; a file of labels begins \
         with 0x00000801"
    );
}

#[test]
fn images_and_labels_must_be_as_many() {
    let classes = vec![0; 9999];
    assert_eq!(
        wrong(&[(TEST_IMAGES, images(10_000, 1, 1)), (TEST_LABELS, labels(&classes))]),
        "DIR/t10k-labels-idx1-ubyte has 9,999 labels, DIR/t10k-images-idx3-ubyte has 10,000 images; \
         the numbers must be equal"
    );
    assert_eq!(
        wrong(&[(TEST_IMAGES, images(1, 1, 1)), (TEST_LABELS, labels(&[0, 1]))]),
        "DIR/t10k-labels-idx1-ubyte has 2 labels, DIR/t10k-images-idx3-ubyte has 1 image; the numbers must be equal"
    );
}

#[test]
fn both_parts_must_have_images_of_one_size() {
    let other = [(TRAIN_IMAGES, images(2, 3, 2)), (TRAIN_LABELS, labels(&[3, 7]))];
    assert_eq!(
        wrong(&[other, test_part()].concat()),
        "DIR/train-images-idx3-ubyte has images of 3×2 pixels, DIR/t10k-images-idx3-ubyte of 2×3; \
         all images must have the same size"
    );
}

#[test]
fn a_file_without_a_pixel_is_refused() {
    for (count, height, width, what) in [
        (0, 28, 28, "0 images of 28×28"),
        (2, 0, 28, "2 images of 0×28"),
        (1, 28, 0, "1 image of 28×0"),
    ] {
        assert_eq!(
            wrong_images(images(count, height, width)),
            format!(
                "DIR/t10k-images-idx3-ubyte has {what} pixels; at least one image of one pixel is needed"
            )
        );
    }
}

#[test]
fn one_class_is_too_few() {
    assert_eq!(
        wrong(&[(TEST_IMAGES, images(3, 1, 1)), (TEST_LABELS, labels(&[5, 5, 5]))]),
        "DIR/t10k-labels-idx1-ubyte has only one class, 5; at least two are needed"
    );
}

#[test]
fn a_class_of_the_test_part_must_be_learned() {
    let train = [(TRAIN_IMAGES, images(3, 2, 3)), (TRAIN_LABELS, labels(&[3, 3, 3]))];
    assert_eq!(
        wrong(&[train, test_part()].concat()),
        "class `7` has none of the 3 training samples; more samples of each class, another \
         seed or a smaller test share may help"
    );
}

#[test]
fn damaged_gzip_is_named() {
    let packed = gzip(&images(2, 20, 20));
    let mut flipped = packed.clone();
    let end = flipped.len();
    flipped[end - 6] ^= 1;
    assert_eq!(
        wrong_images(flipped),
        "DIR/t10k-images-idx3-ubyte is a damaged gzip file: corrupt gzip stream does not have a \
         matching checksum"
    );
    assert_eq!(
        wrong_images(packed[..end / 2].to_vec()),
        "DIR/t10k-images-idx3-ubyte is a damaged gzip file: it ends too early"
    );
    assert_eq!(
        wrong_images([&packed[..10], &[0xff; 40]].concat()),
        "DIR/t10k-images-idx3-ubyte is a damaged gzip file: corrupt deflate stream"
    );
}

/// 2³² − 1 images of 2³² − 1 pixels in each direction: the size overflows u64.
#[test]
fn a_header_that_promises_too_much_takes_no_memory() {
    for (sizes, expected) in
        [([u32::MAX, 28, 28], "3,367,254,359,296"), ([u32::MAX; 3], "18,446,744,073,709,551,615")]
    {
        let bytes = [header(0x803, &sizes), vec![0; 100]].concat();
        assert_eq!(
            wrong_images(bytes),
            format!("DIR/t10k-images-idx3-ubyte is truncated: it has 116 of {expected} bytes")
        );
    }
}
