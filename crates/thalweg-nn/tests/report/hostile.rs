//! Names that contain markup, and inconsistent data.

use thalweg_nn::data::Kind;
use thalweg_nn::report::{Mistake, Report};

use crate::html::tags;
use crate::sample::{Size, report};
use crate::{data, tables};

const EVIL: &str = "</script><script>alert(1)</script>\n\"' onload=\"alert(2)\" <!--&amp;";

fn evil() -> Report {
    let mut report = report(Size { methods: 2, classes: 3, ..Size::default() });
    report.title = EVIL.to_owned();
    report.data = EVIL.to_owned();
    report.model = EVIL.to_owned();
    report.settings = vec![(EVIL.to_owned(), EVIL.to_owned())];
    report.classes = vec![EVIL.to_owned(), "\"><img src=x onerror=alert(3)>".to_owned()];
    for method in &mut report.methods {
        method.label = EVIL.to_owned();
        method.spec = EVIL.to_owned();
    }
    report
}

#[test]
fn names_stay_text() {
    let kinds = [
        Some(Kind::Images { height: 8, width: 8 }),
        Some(Kind::Table { columns: vec![EVIL.to_owned()] }),
        Some(Kind::Plane),
        None,
    ];
    for kind in kinds {
        let mut report = evil();
        if kind == Some(Kind::Plane) {
            for mistake in report.methods.iter_mut().flat_map(|m| &mut m.mistakes) {
                mistake.input = vec![0.5, 0.5];
            }
        }
        report.kind = kind;
        let page = report.html();
        let tags = tags(&page);
        let scripts = tags.iter().filter(|tag| tag.name == "script").count();
        // Opened and closed: the data and the page's own.
        assert_eq!(scripts, 4);
        for tag in &tags {
            let event = tag.attributes.iter().find(|(name, _)| name.starts_with("on"));
            assert_eq!(event, None, "{tag:?}");
        }
        assert!(!page.contains("<img src=x"));
    }
}

#[test]
fn names_arrive_as_they_are() {
    let page = evil().html();
    assert_eq!(data(&page)["methods"][0]["label"], EVIL);
    let [results] = &tables(&page, "results")[..] else { panic!("one table") };
    assert_eq!(results[1][0], EVIL);
    let [settings] = &tables(&page, "settings")[..] else { panic!("one table") };
    assert_eq!(settings[0], [EVIL, EVIL]);
}

/// A comparison gives no such data, but any program can fill a report.
#[test]
fn data_that_does_not_fit_is_shown_as_far_as_it_goes() {
    let mut report = report(Size { methods: 3, classes: 3, ..Size::default() });
    report.classes.truncate(1);
    let [a, b, c] = &mut report.methods[..] else { panic!("three") };
    a.confusion = Some(vec![vec![], vec![1], vec![u64::from(u32::MAX); 7]]);
    a.mistakes = vec![
        Mistake { input: vec![], truth: 9, predicted: usize::MAX, probability: f64::NAN },
        Mistake { input: vec![f32::NAN; 64], truth: 0, predicted: 1, probability: 7.0 },
        Mistake { input: vec![1.0; 65], truth: 0, predicted: 1, probability: -1.0 },
    ];
    b.steps.clear();
    b.confusion = Some(vec![]);
    for record in &mut b.epochs {
        (record.test_accuracy, record.test_loss) = (f64::NAN, f64::INFINITY);
    }
    c.epochs.clear();
    for record in &mut c.steps {
        (record.loss, record.grad_norm, record.lr) = (f64::NAN, f64::NEG_INFINITY, Some(-0.0));
    }
    (c.seconds, c.samples_per_second) = (Some(f64::NAN), Some(f64::INFINITY));
    c.optimizer_share = Some(f64::NAN);
    let kinds = [
        Kind::Images { height: 0, width: usize::MAX },
        Kind::Images { height: usize::MAX, width: 2 },
        Kind::Table { columns: vec![] },
        Kind::Plane,
    ];
    for kind in kinds {
        report.kind = Some(kind);
        let page = report.html();
        assert!(page.ends_with("</html>"));
        assert_eq!(tables(&page, "results")[0].len(), 4);
    }
}
