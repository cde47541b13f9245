use super::*;
use crate::weights::Weights;

const DIGIT: SampleShape = SampleShape::Image { height: 8, width: 8 };

#[test]
fn text_round_trips() {
    for text in [
        "softmax",
        "mlp:100,100",
        "mlp:1",
        "gpt",
        "gpt:layers=1,heads=8",
        "mlp:100,100,norm=batch,dropout=0.5",
        "cnn:6,16",
        "cnn:6,16,dense=120/84",
        "cnn:6,kernel=3,padding=valid,dense=20,norm=batch,dropout=0.25",
    ] {
        assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
    }
    for text in ["relu", "sigmoid", "tanh", "gelu"] {
        assert_eq!(text.parse::<Activation>().unwrap().to_string(), text);
    }
    for text in ["he", "xavier", "normal:0.01"] {
        assert_eq!(text.parse::<Initial>().unwrap().to_string(), text);
    }
}

#[test]
fn settings_have_defaults_and_any_order() {
    for (text, full) in [
        ("cnn", "cnn:6,16,dense=120/84"),
        ("cnn:dense=10", "cnn:6,16,dense=10"),
        ("cnn:padding=same,norm=none", "cnn:6,16,dense=120/84"),
        (" mlp : norm = batch , 5, dropout=0, 4", "mlp:5,4,norm=batch"),
    ] {
        assert_eq!(text.parse::<Network>().unwrap().to_string(), full);
    }
}

fn says(text: &str) -> String {
    text.parse::<Network>().unwrap_err().to_string()
}

#[test]
fn an_unknown_network_is_an_error_that_lists_the_known_ones() {
    assert_eq!(
        says("nlp:10"),
        "there is no network `nlp:10` (did you mean `mlp`?); there are softmax, mlp:100,100, cnn:6,16, \
         gpt:layers=2,width=64,heads=4"
    );
    assert!(says("mlp").contains("such as mlp:100 or mlp:100,100"));
    assert!(says("softmax:3").contains("there is no network `softmax:3`"));
    assert!(says("mlp:").starts_with("`mlp` needs the width of each hidden layer"));
    assert!(says("mlp:dropout=0.5").starts_with("`mlp` needs the width of each hidden layer"));
    for text in ["normal", "normal:", "normal:-1", "normal:0", "normal:nan", "normal:1e99"] {
        assert!(text.parse::<Initial>().is_err(), "{text}");
    }
}

#[test]
fn a_wrong_width_is_named() {
    assert!(says("mlp:,").starts_with("`` in `mlp:,` is not a width"));
    assert!(says("mlp:100,0").starts_with("`0` in `mlp:100,0`"));
    assert!(says("mlp:1e3").ends_with("each hidden layer has 1 to 100000 neurons"));
    assert!(says("cnn:0").ends_with("each convolution has 1 to 10000 channels"));
    let many = format!("mlp:1{}", ",1".repeat(100));
    assert_eq!(says(&many), "`mlp` has 101 widths; 1 to 100 are accepted");
}

#[test]
fn a_wrong_setting_says_what_would_be_accepted() {
    assert_eq!(
        says("mlp:100,droput=0.5"),
        "mlp has no setting `droput` (did you mean `dropout`?); it has norm (batch or none), dropout \
         (a number from 0 to below 1)"
    );
    assert!(says("cnn:6,kernal=3").contains("(did you mean `kernel`?)"));
    for dropout in ["1", "-0.1", "nan", "half"] {
        assert_eq!(
            says(&format!("mlp:100,dropout={dropout}")),
            format!("mlp: dropout={dropout} is refused; dropout is a number from 0 to below 1")
        );
    }
    assert_eq!(says("mlp:9,norm=layer"), "mlp: norm=layer is refused; norm is batch or none");
    assert_eq!(says("mlp:9,norm=batch,norm=none"), "mlp: norm is given twice");
    for text in ["cnn:kernel=0", "cnn:kernel=100", "cnn:padding=full", "cnn:dense=", "cnn:dense=0"]
    {
        assert!(says(text).contains(" is refused; "), "{}", says(text));
    }
}

#[test]
fn a_network_for_other_samples_says_what_it_needs() {
    let check = |text: &str, sample: SampleShape| text.parse::<Network>().unwrap().check(sample);
    let tokens = SampleShape::Sequence { length: 9, vocabulary: 5 };
    assert_eq!(
        check("cnn:6", SampleShape::Features(2)).unwrap_err().to_string(),
        "`cnn:6` needs images; a sample of this data has 2 features, for which there is softmax and mlp"
    );
    assert!(check("mlp:6", tokens).unwrap_err().to_string().contains("features or images"));
    assert_eq!(
        check("cnn:6,16,32,64", DIGIT).unwrap_err().to_string(),
        "`cnn:6,16,32,64` has too many layers for images of 8 × 8 pixels: 1 × 1 are left after 3 of its \
         convolutions, and the next one needs at least 2 × 2"
    );
    // A window of 5 leaves 4 of 8 pixels and pooling 2; the next needs 5 and 2 for pooling.
    let valid = check("cnn:6,16,padding=valid", DIGIT).unwrap_err().to_string();
    assert!(valid.contains("2 × 2 are left after 1 of") && valid.contains("at least 6 × 6"));
    for fits in ["cnn:6,16,32", "cnn:6,padding=valid", "mlp:5", "cnn"] {
        check(fits, DIGIT).unwrap();
    }
    check("cnn:6,padding=valid", SampleShape::Image { height: 6, width: 6 }).unwrap();
    assert!(check("cnn:6,padding=valid", SampleShape::Image { height: 5, width: 9 }).is_err());
}

/// The parameters of a network, with their shapes.
fn shapes(text: &str, sample: SampleShape, classes: usize) -> Vec<(String, Vec<usize>)> {
    let weights = Weights::new(0);
    let network: Network = text.parse().unwrap();
    network.build(&weights.builder(), sample, classes).unwrap();
    assert_eq!(network.elements(sample, classes), weights.elements());
    weights.vars().into_iter().map(|(name, var)| (name, var.dims().to_vec())).collect()
}

fn expected<const N: usize>(all: [(&str, Vec<usize>); N]) -> Vec<(String, Vec<usize>)> {
    all.map(|(name, dims)| (name.to_owned(), dims)).to_vec()
}

#[test]
fn parameters_have_the_names_and_shapes_of_the_article() {
    let of = expected([
        ("W1", vec![3, 5]),
        ("b1", vec![5]),
        ("W2", vec![5, 4]),
        ("b2", vec![4]),
        ("W3", vec![4, 2]),
        ("b3", vec![2]),
    ]);
    assert_eq!(shapes("mlp:5,4", SampleShape::Features(3), 2), of);
    assert_eq!(shapes("mlp:5,4,dropout=0.5", SampleShape::Features(3), 2), of);
}

#[test]
fn a_normalised_layer_has_gamma_and_beta_in_place_of_b() {
    let of = expected([
        ("W1", vec![3, 5]),
        ("gamma1", vec![5]),
        ("beta1", vec![5]),
        ("W2", vec![5, 2]),
        ("b2", vec![2]),
    ]);
    assert_eq!(shapes("mlp:5,norm=batch", SampleShape::Features(3), 2), of);
}

#[test]
fn a_kernel_has_a_row_for_each_pixel_and_channel_of_its_window() {
    let of = expected([
        ("K1", vec![25, 6]),
        ("b1", vec![6]),
        ("K2", vec![150, 16]),
        ("b2", vec![16]),
        ("W3", vec![2 * 2 * 16, 30]),
        ("b3", vec![30]),
        ("W4", vec![30, 10]),
        ("b4", vec![10]),
    ]);
    assert_eq!(shapes("cnn:6,16,dense=30", DIGIT, 10), of);
    let of = expected([
        ("K1", vec![9, 4]),
        ("gamma1", vec![4]),
        ("beta1", vec![4]),
        ("W2", vec![3 * 3 * 4, 10]),
        ("b2", vec![10]),
    ]);
    assert_eq!(shapes("cnn:4,kernel=3,padding=valid,norm=batch", DIGIT, 10), of);
}
