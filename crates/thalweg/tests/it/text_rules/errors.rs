//! What cannot be understood, with its place.

use thalweg::{Method, TextRule};

use super::run;

/// Each text with the error that it gets, up to the marker.
#[test]
fn errors_say_where_and_what() {
    let errors = [
        ("lr = 1\nW = W - lr*G", "line 2, column 12: `G` is not defined (did you mean `g`?)"),
        (
            "beta1 = 1\nW = W - bta1*g",
            "line 2, column 9: `bta1` is not defined (did you mean `beta1`?)",
        ),
        ("lr = 1\nb = 1\nW = W - lr*g", "line 2, column 1: `b` is never used"),
        ("state m = 0\nm = g\nW = W - g", "line 1, column 7: the state `m` is never read"),
        ("state m = 0\nW = W - m", "line 1, column 7: the state `m` is never assigned"),
        ("W = W - lr*g\nlr = 1", "line 1, column 9: `lr` is used before it is defined, in line 2"),
        ("g = W\nW = g", "line 1, column 1: `g` is the gradient; it cannot be assigned"),
        ("t = 1\nW = t*g", "line 1, column 1: `t` is the step; it cannot be assigned"),
        ("lr = 1\nlr = 2\nW = lr*g", "line 2, column 1: `lr` is declared already, in line 1"),
        ("lr = 1\nc = lr*g\nc = g\nW = c", "line 3, column 1: `c` is defined already, in line 2"),
        (
            "lr = 1\nc = lr*g\nlr = c\nW = c",
            "line 3, column 1: `lr` is a hyperparameter; it cannot be assigned",
        ),
        ("state W = 0\nW = g", "line 1, column 7: `W` has a meaning already; choose another name"),
        (
            "lr = 1",
            "line 1, column 7: nothing is assigned to W; a rule ends in a line such as `W = W - lr*g`",
        ),
        (
            "",
            "line 1, column 1: nothing is assigned to W; a rule ends in a line such as `W = W - lr*g`",
        ),
        (
            "c = c + g\nW = c",
            "line 1, column 5: `c` is used in its own definition; what is kept from step to step is declared as `state c = 0`",
        ),
        ("W = (W - g", "line 1, column 5: this parenthesis is not closed"),
        ("W = W - g)", "line 1, column 10: an operator or the end of the line is expected"),
        ("W = W - 2 g", "line 1, column 11: an operator or the end of the line is expected"),
        ("W = W -", "line 1, column 8: a value is expected before the end of the line"),
        ("W = W - *g", "line 1, column 9: a number, a name, a function or `(` is expected"),
        ("W : g", "line 1, column 3: `:` has no meaning here"),
        ("W g", "line 1, column 3: `=` is expected after `W`"),
        ("3 = g", "line 1, column 1: a line is `name = value`, or `state name = value`"),
        ("state m = g\nW = m", "line 1, column 11: a number is expected"),
        (
            "W = W - sqr(g)",
            "line 1, column 9: there is no function `sqr` (did you mean `sqrt`?); the functions are sqrt, abs, sign, min, max, exp, log, cos, floor, pow, atan2 and first",
        ),
        ("lr = 1\nW = W - lr(g)", "line 2, column 9: `*` is expected between `lr` and `(`"),
        ("W = max(g)", "line 1, column 10: max takes two values, as in max(a, b)"),
        (
            "W = W - first(1, 0.5)*first(g, W)",
            "line 1, column 23: first takes what is computed once a step, of hyperparameters, numbers and t",
        ),
        ("W = sqrt(g, W)", "line 1, column 11: sqrt takes one value"),
        ("W = 1e999*g", "line 1, column 5: `1e999` is not a number"),
        ("W = 1.2.3*g", "line 1, column 5: `1.2.3` is not a number"),
    ];
    for (text, expected) in errors {
        let error = TextRule::parse(text).expect_err(text).to_string();
        assert_eq!(error.lines().next().unwrap(), expected, "{text}");
    }
    let error = TextRule::parse("lr = 0.1\n\tW = W − lr·Grad").unwrap_err().to_string();
    assert_eq!(
        error,
        "line 2, column 13: `Grad` is not defined\n     W = W − lr·Grad\n                ^^^^"
    );
}

#[test]
fn a_text_that_is_too_long_or_too_deep_is_refused() {
    let deep = format!("W = {}g{}", "(".repeat(10_000), ")".repeat(10_000));
    let signs = format!("W = {}g", "-".repeat(10_000));
    let long = "# a comment\n".repeat(100_000);
    let wide = format!("W = W{}", " + g*t".repeat(5000));
    let lines = format!("state m = 0\n{}W = m", "m = m*m + g\n".repeat(5000));
    for text in [deep, signs, long, lines] {
        let error = TextRule::parse(&text).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("at most") || message.contains("levels inside"), "{message}");
    }
    // Long, but not too long: read, shown and run in a small stack.
    let _ = TextRule::parse(&wide);
    let chain = format!("state m = 0\n{}W = m", "m = m*m + g\n".repeat(480));
    let rule = TextRule::parse(&chain).unwrap();
    assert!(rule.formula().unwrap().to_string().len() > 480);
    run(rule);
}
