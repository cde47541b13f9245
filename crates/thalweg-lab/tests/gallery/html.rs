//! Enough of an HTML reader for pages whose attributes are quoted.

/// Elements that never close (HTML Living Standard, 13.1.2, <https://html.spec.whatwg.org/>).
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Open,
    Close,
    /// Opens and closes at once.
    Whole,
}

#[derive(Debug)]
pub struct Tag<'a> {
    pub kind: Kind,
    pub name: &'a str,
    pub attributes: Vec<(&'a str, &'a str)>,
    /// Where it begins in the page.
    pub at: usize,
}

impl<'a> Tag<'a> {
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// Every tag of a page.
pub fn tags(page: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = page[at..].find('<').map(|i| at + i) {
        let end = tag_end(page, start);
        if !page[start..].starts_with("<!") {
            let tag = read(page, start, end);
            // What stands in a style or script is not markup.
            at = match (tag.kind, tag.name) {
                (Kind::Open, raw @ ("style" | "script")) => {
                    let close = format!("</{raw}>");
                    end + page[end..].find(&close).expect("a raw element closes")
                }
                _ => end,
            };
            tags.push(tag);
        } else {
            at = end;
        }
    }
    tags
}

/// Where the tag that begins at `start` is over: after the first > outside quotes.
fn tag_end(page: &str, start: usize) -> usize {
    let mut quoted = false;
    for (i, c) in page[start..].char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return start + i + 1,
            '<' if !quoted && i > 0 => break,
            _ => {}
        }
    }
    panic!("a tag does not end: {}", &page[start..].chars().take(80).collect::<String>());
}

fn read(page: &str, at: usize, end: usize) -> Tag<'_> {
    let inner = &page[at + 1..end - 1];
    let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |rest| (true, rest));
    let (whole, inner) = inner.strip_suffix('/').map_or((false, inner), |rest| (true, rest));
    let (name, mut rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let mut attributes = Vec::new();
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let name_end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let name = &rest[..name_end];
        rest = &rest[name_end..];
        let mut value = "";
        if let Some(quoted) = rest.strip_prefix("=\"") {
            (value, rest) = quoted.split_once('"').expect("a quote closes");
        } else {
            assert!(!rest.starts_with('='), "an attribute without quotes: {name}{rest}");
        }
        attributes.push((name, value));
    }
    let kind = match (closes, whole || VOID.contains(&name)) {
        (true, _) => Kind::Close,
        (false, true) => Kind::Whole,
        (false, false) => Kind::Open,
    };
    Tag { kind, name, attributes, at }
}
