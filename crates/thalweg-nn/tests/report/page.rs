//! The page: well formed, self-contained, and the same bytes every time.

use std::collections::BTreeSet;

use thalweg_draw::plot::LineChart;
use thalweg_nn::data::Kind as Samples;
use thalweg_nn::report::{LandscapeView, Report, Video};

use crate::html::{Kind, tags};
use crate::sample::{Size, report};

/// One report of each kind.
fn reports() -> Vec<Report> {
    let mut table = report(Size { classes: 2, methods: 2, ..Size::default() });
    table.kind = Some(Samples::Table { columns: vec!["a".to_owned(), "b".to_owned()] });
    let mut plane = table.clone();
    plane.kind = Some(Samples::Plane);
    for (i, mistake) in plane.methods.iter_mut().flat_map(|m| &mut m.mistakes).enumerate() {
        mistake.input = vec![i as f32, 1.0 - i as f32];
    }
    let mut landscape = report(Size { methods: 1, epochs: 1, ..Size::default() });
    landscape.regions = Some(LineChart::new("regions", "x", "y").scene());
    landscape.landscape = Some(LandscapeView {
        scene: LineChart::new("surface", "x", "y").scene(),
        video: Some(Video {
            address: "landscape.mp4".to_owned(),
            poster: Some("landscape.png".to_owned()),
            size: (800, 740),
        }),
        caption: "What is to be seen.".to_owned(),
    });
    let many = report(Size { classes: 100, methods: 1, ..Size::default() });
    vec![report(Size::default()), table, plane, landscape, many, Report::default()]
}

#[test]
fn every_element_that_opens_closes() {
    for report in reports() {
        let page = report.html();
        let mut open: Vec<&str> = Vec::new();
        for tag in tags(&page) {
            match tag.kind {
                Kind::Open => open.push(tag.name),
                Kind::Close => assert_eq!(open.pop(), Some(tag.name), "{}", &page[tag.at..][..40]),
                Kind::Whole => {}
            }
        }
        assert_eq!(open, [""; 0]);
    }
}

#[test]
fn every_method_shows_its_formula() {
    let page = report(Size { methods: 2, ..Size::default() }).html();
    let section =
        page.split_once("How the methods step").unwrap().1.split_once("</section>").unwrap().0;
    assert!(section.contains("<h3>sgd</h3>") && section.contains("<h3>momentum</h3>"));
    assert_eq!(section.matches("<math").count(), 2);
}

#[test]
fn every_drawing_is_xml() {
    let page = report(Size { methods: 2, ..Size::default() }).html();
    let drawings: Vec<&str> = page.split("<div class=\"plot\">").skip(1).collect();
    assert_eq!(drawings.len(), 6);
    for drawing in drawings {
        roxmltree::Document::parse(drawing.split_once("</div>").unwrap().0).unwrap();
    }
}

#[test]
fn every_id_is_there_once() {
    for report in reports() {
        let page = report.html();
        let tags = tags(&page);
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len());
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere_except_the_video_beside_it() {
    for report in reports() {
        let page = report.html();
        for tag in tags(&page) {
            for (name, value) in &tag.attributes {
                match *name {
                    "href" | "src" => {
                        assert!(value.starts_with("data:") || *value == "landscape.mp4", "{value}");
                    }
                    // The namespace of SVG is a name, not an address.
                    "xmlns" => {}
                    _ => assert!(!value.contains("://") && !value.contains("url("), "{value}"),
                }
            }
        }
        let elsewhere = ["@import", "url(", "fetch(", "import(", "XMLHttpRequest"];
        assert!(!elsewhere.iter().any(|word| page.contains(word)));
        assert_eq!(page.matches("://").count(), page.matches("xmlns=\"http://").count());
    }
}

#[test]
fn the_same_report_is_the_same_bytes() {
    assert_eq!(report(Size::default()).html(), report(Size::default()).html());
}

#[test]
fn it_suits_a_phone_and_light_and_dark() {
    let page = report(Size::default()).html();
    assert!(page.contains("width=device-width") && page.contains("prefers-color-scheme: dark"));
    assert!(page.contains("<meta charset=\"utf-8\">"));
}

#[test]
fn a_hundred_thousand_steps_make_no_larger_page() {
    let size = Size { methods: 2, ..Size::default() };
    let short = report(size).html().len();
    let long = report(Size { steps: 3334, ..size }).html().len();
    assert!(long < short + short / 4, "{long} against {short}");
}

#[test]
fn every_image_says_what_it_shows_and_is_the_sample() {
    let report = report(Size { methods: 1, ..Size::default() });
    let page = report.html();
    let mut mistakes = report.methods[0].mistakes.clone();
    mistakes.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let tags = tags(&page);
    let images: Vec<_> = tags.iter().filter(|tag| tag.name == "img").collect();
    assert_eq!(images.len(), mistakes.len());
    for (image, mistake) in images.iter().zip(&mistakes) {
        let (truth, predicted) = (mistake.truth, mistake.predicted);
        let alt = image.attribute("alt").unwrap();
        assert!(
            alt.starts_with(&format!("a sample of class {truth} predicted as {predicted} with "))
        );
        let png = unbase64(image.attribute("src").unwrap().split_once("base64,").unwrap().1);
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!([info.width, info.height], [8, 8]);
        let grey: Vec<u8> = mistake.input.iter().map(|p| (255.0 * p).round() as u8).collect();
        assert_eq!(pixels, grey);
    }
}

fn unbase64(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let four = |four: &[u8]| {
        let bits = four.iter().fold(0, |bits, c| bits << 6 | u32::from(digit(*c)));
        let padding = four.iter().filter(|c| **c == b'=').count();
        bits.to_be_bytes()[1..4 - padding].to_vec()
    };
    text.as_bytes().chunks(4).flat_map(four).collect()
}
