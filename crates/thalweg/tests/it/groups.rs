//! Parameter groups: which name belongs where, what is different there, and their text.

use crate::common::plain;
use proptest::prelude::*;
use thalweg::{Error, Group, Optimizer, Spec, Value};

/// An optimizer with these groups, `sgd:lr=1` without them.
fn with(groups: &str) -> Result<Optimizer<f64>, Error> {
    plain("sgd:lr=1").groups(Group::parse_all(groups)?).build()
}

/// How far each of these parameters moves under a gradient of 1.
fn moves(groups: &str, names: &[&str]) -> Vec<f64> {
    let mut optimizer = with(groups).unwrap();
    let mut w = vec![[0.0]; names.len()];
    optimizer.step(names.iter().zip(&mut w).map(|(name, w)| (*name, w, &[1.0]))).unwrap();
    w.iter().map(|[w]| -w).collect()
}

#[test]
fn the_first_group_that_matches_counts() {
    let names = ["head.norm.bias", "body.norm.bias", "body.bias", "body.weight"];
    let groups = ["head.*: lr=2", "*norm*: lr=3", "*.bias: lr=4"];
    assert_eq!(moves(&groups.join("; "), &names), [2.0, 3.0, 4.0, 1.0]);
    let backwards = [groups[2], groups[1], groups[0]];
    assert_eq!(moves(&backwards.join("; "), &names), [4.0, 4.0, 4.0, 1.0]);
    assert_eq!(moves("head.*: default; *.bias: frozen", &names), [1.0, 0.0, 0.0, 1.0]);
}

#[test]
fn several_patterns_make_one_group() {
    let names = ["a.bias", "norm1.weight", "a.weight", "norm1.bias"];
    assert_eq!(moves("*.bias|*norm*: lr=0.5", &names), [0.5, 0.5, 1.0, 0.5]);
    assert_eq!(moves(" *.bias | *norm* :lr=0.5", &names), [0.5, 0.5, 1.0, 0.5]);
}

#[test]
fn patterns_know_any_one_and_some_characters() {
    let names = ["l1.w", "l2.w", "l10.w", "L1.w", "l1.w2", "l1/w", "größe.w", "*"];
    for (pattern, matched) in [
        ("*", &names[..]),
        ("l?.w", &["l1.w", "l2.w"]),
        ("l*.w", &["l1.w", "l2.w", "l10.w"]),
        ("l[12]?w", &["l1.w", "l2.w", "l1/w"]),
        ("l[!1].w", &["l2.w"]),
        ("gr??e.w", &["größe.w"]),
        ("[*]", &["*"]),
        ("l1.w", &["l1.w"]),
    ] {
        let moved = moves(&format!("{pattern}: lr=9"), &names);
        let found: Vec<&str> =
            names.iter().zip(moved).filter(|(_, m)| *m == 9.0).map(|(name, _)| *name).collect();
        assert_eq!(found, matched, "{pattern}");
    }
}

#[test]
fn a_group_may_have_another_optimizer() {
    let mut optimizer = with("head: adam:lr=0.5,eps=0; body: lr=2").unwrap();
    let mut w = [[0.0], [0.0], [0.0]];
    let names = ["head", "body", "else"];
    optimizer.step(names.iter().zip(&mut w).map(|(name, w)| (*name, w, &[4.0]))).unwrap();
    assert_eq!(w, [[-0.5], [-8.0], [-4.0]]);
    assert_eq!(optimizer.state("head", "m").unwrap(), [4.0 * (1.0 - 0.9)]);
    assert_eq!(optimizer.state("body", "m"), None);
    assert!(optimizer.names().eq(names));
}

#[test]
fn a_frozen_parameter_never_moves_and_has_no_state() {
    let mut optimizer =
        plain("adam:lr=1").groups([Group::matching("b*").frozen()]).build().unwrap();
    let (mut a, mut b) = ([1.0], [1.0]);
    for _ in 0..3 {
        let report = optimizer.step([("a", &mut a, &[1.0]), ("b", &mut b, &[1.0])]).unwrap();
        assert_eq!(report.elements, 1);
    }
    assert_eq!((b, optimizer.steps("a"), optimizer.steps("b")), ([1.0], 3, 0));
    assert_eq!((optimizer.state("b", "m"), optimizer.current("lr", Some("b"))), (None, None));
    assert!(a[0] < 0.0 && optimizer.names().eq(["a"]));
}

#[test]
fn a_pattern_that_matches_nothing_is_answered_with_the_nearest_name() {
    let mut optimizer = with("a*: lr=2; *.bais|*norm*: lr=3").unwrap();
    let mut step = |names: &[&str]| {
        let mut w = vec![[0.0]; names.len()];
        optimizer.step(names.iter().zip(&mut w).map(|(n, w)| (*n, w, &[1.0]))).map(|r| r.elements)
    };
    let error = step(&["a.bias", "norm"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the pattern `*.bais` of a group matches no parameter (did you mean `a.bias`?); \
         make the group optional if that is meant"
    );
    let Error::UnmatchedPattern { pattern, nearest } = error else { panic!("{error}") };
    assert_eq!((pattern.as_str(), nearest), ("*.bais", vec!["a.bias".to_owned()]));
    for (pattern, near) in [
        ("backbon.*", "`backbone.conv.weight`"),
        ("*nrom*", "`encoder.norm.weight`"),
        ("lin.wieght", "`lin.weight`"),
        ("*.gru.*", "no parameter;"),
    ] {
        let mut optimizer = with(&format!("{pattern}: lr=2")).unwrap();
        let names = ["backbone.conv.weight", "encoder.norm.weight", "lin.weight"];
        let mut w = [[0.0]; 3];
        let items = names.iter().zip(&mut w).map(|(n, w)| (*n, w, &[1.0]));
        let message = optimizer.step(items).unwrap_err().to_string();
        assert!(message.contains(near), "{message}");
    }
    // Each pattern of a group has to match, even what an earlier group has taken.
    assert!(step(&["a.bais"]).unwrap_err().to_string().contains("`*norm*`"));
    assert_eq!(step(&["a.bais", "norm"]), Ok(2));
    // Later steps may be of some parameters only.
    assert_eq!(step(&["else"]), Ok(1));
}

#[cfg(feature = "ndarray")]
#[test]
fn arrays_without_a_gradient_are_matched_too() {
    use ndarray::arr1;

    let mut optimizer = with("backbone: frozen").unwrap();
    let (mut backbone, mut head) = (arr1(&[1.0]), arr1(&[1.0]));
    let parameters = [(&"backbone", &mut backbone), (&"head", &mut head)];
    optimizer.step_arrays(parameters, [(&"head", &arr1(&[1.0]))]).unwrap();
    assert_eq!((backbone, head), (arr1(&[1.0]), arr1(&[0.0])));
}

#[test]
fn an_optional_group_may_match_nothing() {
    assert_eq!(moves("optional *.bias: lr=2", &["w"]), [1.0]);
    assert_eq!(moves("optional *.bias: lr=2", &["w.bias"]), [2.0]);
}

#[test]
fn registered_names_are_matched_before_the_first_step() {
    let mut optimizer = with("*.bias: lr=2").unwrap();
    assert!(matches!(optimizer.register([("w", &[1][..])]), Err(Error::UnmatchedPattern { .. })));
    optimizer.register([("w", &[1][..]), ("w.bias", &[1])]).unwrap();
    optimizer.step([("w", &mut [0.0], &[1.0])]).unwrap();
}

#[test]
fn a_schedule_starts_from_each_groups_own_value() {
    let mut optimizer = plain("adamw:lr=1,weight_decay=0.5")
        .groups(Group::parse_all("a: lr=10; b: sgd:lr=100; c: weight_decay=0; d: frozen").unwrap())
        .schedule("lr", "exponential:gamma=0.5".parse().unwrap())
        .schedule("weight_decay", "exponential:gamma=0.1".parse().unwrap())
        .build()
        .unwrap();
    let names = ["a", "b", "c", "d", "e"];
    let mut w = [[0.0]; 5];
    optimizer.step(names.iter().zip(&mut w).map(|(n, w)| (*n, w, &[1.0]))).unwrap();
    let now = |key: &str| names.map(|name| optimizer.current(key, Some(name)));
    let number = |x: f64| Some(Value::Number(x));
    assert_eq!(now("lr"), [number(5.0), number(50.0), number(0.5), None, number(0.5)]);
    assert_eq!(now("weight_decay"), [number(0.05), number(0.0), number(0.0), None, number(0.05)]);
    assert_eq!(now("beta1")[1], None); // sgd has none
    assert_eq!(optimizer.current("lr", None), number(0.5));
    // Setting the method's own value leaves what a group says.
    optimizer.set("lr", 4.0).unwrap();
    assert_eq!(optimizer.current("lr", Some("a")), number(5.0));
    assert_eq!(optimizer.current("lr", Some("c")), number(2.0));
}

#[test]
fn any_text_is_a_name() {
    let names = ["", " ", "a:b", "x;y", "optional z", "größe∇", "a|b", "\n", "[", "*"];
    let mut optimizer = with("a?b: lr=2; x?y: lr=3; ?ptional z: lr=4; größe*: lr=5").unwrap();
    let mut w = vec![[0.0]; names.len()];
    optimizer.step(names.iter().zip(&mut w).map(|(n, w)| (*n, w, &[1.0]))).unwrap();
    let moved: Vec<f64> = w.iter().map(|[w]| -w).collect();
    assert_eq!(moved, [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 2.0, 1.0, 1.0, 1.0]);
}

#[test]
fn malformed_groups_say_what_is_wrong() {
    let form =
        "a group is `PATTERN: key=value`, `PATTERN: frozen` or `PATTERN: OPTIMIZER:key=value`";
    for (text, problem) in [
        ("", "a colon must follow the pattern"),
        ("*.bias", "a colon must follow the pattern"),
        ("*.bias lr=1", "a colon must follow the pattern"),
        ("*.bias:", "the settings after the colon are missing"),
        ("*.bias: lr=", "the value of lr is missing"),
        ("*.bias: lr=1,", "key=value is expected"),
        ("*.bias: =1", "the name of a hyperparameter is missing"),
        ("*.bias: lr=1, frozen", "key=value is expected"),
        ("*.bias: lr=1, lr=2", "lr is given twice"),
    ] {
        let error = Group::parse(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the group `{text}` cannot be read: {problem}; {form}")
        );
    }
    for text in [": lr=1", "a|: lr=1", "|a: lr=1", "a**b: frozen", "[: frozen"] {
        assert!(matches!(Group::parse(text), Err(Error::InvalidPattern { .. })), "{text}");
    }
    assert!(matches!(Group::parse("a: adm"), Err(Error::UnknownOptimizer { .. })));
    assert!(matches!(Group::parse("a: adam:lr=-1"), Err(Error::InvalidValue { .. })));
    for pattern in ["a:b", "a;b", "optional b", ""] {
        let error = plain("sgd").group(Group::matching(pattern).frozen()).build().unwrap_err();
        assert!(matches!(error, Error::InvalidPattern { .. }), "{pattern}");
    }
}

#[test]
fn what_the_method_has_not_is_refused_when_it_is_built() {
    let error = |groups: &str| with(groups).unwrap_err().to_string();
    assert!(error("a: beta1=0.5").starts_with("sgd has no hyperparameter `beta1`"));
    assert_eq!(error("a: lr=-1"), "sgd: lr=-1 is refused; lr is a finite number ≥ 0");
    assert_eq!(error("a: lr=fast"), "sgd: lr=fast is refused; lr is a finite number ≥ 0");
    assert_eq!(
        error("a: nesterov=true"),
        "sgd: nesterov=true needs momentum above 0 and dampening 0"
    );
    assert!(with("a: momentum=0.9,nesterov=true").is_ok());
}

#[test]
fn a_group_prints_as_it_is_read() {
    for text in [
        "*.bias|*norm*: weight_decay=0",
        "optional embedding.*: lr=1e-5,amsgrad=true,bias_correction=off",
        "backbone.*: frozen",
        "a.b: default",
        "head.*: sgd:lr=0.1,momentum=0.9",
        "head.*: adam",
    ] {
        let group = Group::parse(text).unwrap();
        assert_eq!(group.to_string(), text);
        assert_eq!(Group::parse(&group.to_string()), Ok(group));
    }
    let groups = Group::parse_all("a: lr=1;; b: frozen ; ").unwrap();
    assert_eq!(groups, [Group::matching("a").set("lr", 1), Group::matching("b").frozen()]);
    let spec: Spec = "adam:lr=2".parse().unwrap();
    let group = Group::matching("x").optimizer(spec).optional();
    assert_eq!(group.to_string(), "optional x: adam:lr=2");
}

proptest! {
    #[test]
    fn no_text_makes_the_group_parser_panic(
        text in any::<String>(),
        tail in "[a-z*|?=:;,. \\[\\]-]{0,30}",
    ) {
        let _ = Group::parse(&text);
        let _ = Group::parse_all(&format!("a*: {tail}"));
        if let Ok(groups) = Group::parse_all(&tail) {
            for group in groups {
                prop_assert_eq!(Group::parse(&group.to_string()), Ok(group));
            }
        }
    }
}
