//! What links need of Markdown: where a document points to, and which anchors it has.

use std::collections::{BTreeSet, HashMap};

/// A link and the line it stands in, from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    pub line: usize,
    pub target: String,
}

/// The targets of links and images: `[text](target)`, `[name]: target`, `href="target"` and
/// `src="target"`. Links inside code are ignored.
pub fn links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (line, prose) in prose(text) {
        let mut add = |target: &str| {
            if !target.is_empty() {
                links.push(Link { line, target: target.to_owned() });
            }
        };
        for opening in ["](", "href=\"", "src=\""] {
            for (at, _) in prose.match_indices(opening) {
                add(target(&prose[at + opening.len()..]));
            }
        }
        if let Some((_, definition)) = reference(&prose) {
            add(target(definition.trim_start()));
        }
    }
    links
}

/// The anchors of the headings, as GitHub makes them, and those given as `id="anchor"`.
pub fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut times = HashMap::<String, u32>::new();
    for line in lines_outside_fences(text).map(|(_, line)| line) {
        let level = line.chars().take_while(|&c| c == '#').count();
        if (1..=6).contains(&level) && line[level..].starts_with(' ') {
            let anchor = anchor(line[level..].trim().trim_end_matches('#').trim_end());
            let again = times.entry(anchor.clone()).and_modify(|times| *times += 1).or_default();
            anchors.insert(if *again == 0 { anchor } else { format!("{anchor}-{again}") });
        }
        for (at, opening) in line.match_indices("id=\"") {
            anchors.extend(line[at + opening.len()..].split('"').next().map(str::to_owned));
        }
    }
    anchors
}

/// A heading's anchor: lower case, spaces as hyphens, no punctuation, of a link its text alone.
fn anchor(heading: &str) -> String {
    let mut shown = heading.to_owned();
    while let Some((before, rest)) = shown.split_once("](") {
        let Some((_, after)) = rest.split_once(')') else { break };
        shown = format!("{}{after}", before.replacen('[', "", 1));
    }
    let kept =
        shown.chars().filter(|c| c.is_alphabetic() || c.is_ascii_digit() || " -_".contains(*c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// What stands before the end of a target: `)`, a quote, `>`, or the white space before a title.
fn target(rest: &str) -> &str {
    let rest = rest.strip_prefix('<').unwrap_or(rest);
    let mut open = 0;
    let end = rest.find(|c: char| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open < 0 || c == '"' || c == '>' || c.is_whitespace()
    });
    &rest[..end.unwrap_or(rest.len())]
}

/// The two sides of `[name]: target`.
fn reference(line: &str) -> Option<(&str, &str)> {
    let (name, target) = line.strip_prefix('[')?.split_once("]:")?;
    (!name.contains(['[', ']'])).then_some((name, target))
}

/// The lines outside fenced blocks, without their inline code.
fn prose(text: &str) -> impl Iterator<Item = (usize, String)> {
    lines_outside_fences(text).map(|(number, line)| (number, without_code(line)))
}

/// The lines outside fenced blocks, with their numbers from 1.
fn lines_outside_fences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    text.lines().enumerate().filter_map(move |(i, line)| {
        let start = line.trim_start();
        let mark = start.chars().next().filter(|mark| matches!(mark, '`' | '~'));
        let run = mark.map_or(0, |mark| run_of(mark, start));
        match fence {
            // A fence ends where as many of its marks stand alone.
            Some(open) => {
                if start.starts_with(open) && start[run..].trim().is_empty() {
                    fence = None;
                }
                None
            }
            None if run >= 3 => {
                fence = Some(&start[..run]);
                None
            }
            None => Some((i + 1, line)),
        }
    })
}

/// How many of these marks a text begins with; each is one byte.
fn run_of(mark: char, text: &str) -> usize {
    text.len() - text.trim_start_matches(mark).len()
}

/// A line without its inline code; a run of backticks that nothing closes is text.
fn without_code(line: &str) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let (before, code) = rest.split_at(start);
        let run = run_of('`', code);
        let (marks, inside) = code.split_at(run);
        kept += before;
        match closing(inside, run) {
            Some(end) => rest = &inside[end + run..],
            None => {
                kept += marks;
                rest = inside;
            }
        }
    }
    kept + rest
}

/// Where a run of exactly that many backticks begins.
fn closing(text: &str, run: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text[at..].find('`') {
        let marks = run_of('`', &text[at + start..]);
        if marks == run {
            return Some(at + start);
        }
        at += start + marks;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(text: &str) -> Vec<(usize, String)> {
        links(text).into_iter().map(|link| (link.line, link.target)).collect()
    }

    #[test]
    fn links_images_definitions_and_attributes_are_found_with_their_lines() {
        let text = "[a](one.md) and ![b](two.png \"title\")\n\n[c]: three.md#x\n\
                    <a href=\"four.md\"><img src=\"five.png\"></a>\nover two\n[lines\nlong](six_(7).md).";
        let expected =
            [(1, "one.md"), (1, "two.png"), (3, "three.md#x"), (4, "four.md"), (4, "five.png")];
        let expected = expected.into_iter().chain([(7, "six_(7).md")]);
        assert_eq!(targets(text), expected.map(|(n, t)| (n, t.to_owned())).collect::<Vec<_>>());
        assert_eq!(targets("[![picture](a.png)](b.md)").len(), 2);
        assert_eq!(targets("[a](<b.md>)"), [(1, "b.md".to_owned())]);
    }

    #[test]
    fn code_is_no_link() {
        assert_eq!(targets("`[a](b)` ``[`](c)`` [d](e) `open [f](g)").len(), 2);
        assert_eq!(targets("```text\n[a](b)\n```\n[c](d)"), [(4, "d".to_owned())]);
        assert_eq!(targets("~~~~\n[a](b)\n~~~\n```\n~~~~\n[c](d)"), [(6, "d".to_owned())]);
    }

    #[test]
    fn anchors_are_those_of_github() {
        let text = "# Getting started: `thalweg bench`\n## The [title](a.md), really\n```\n# code\n```\n\
                    ### What's x²? ##\n## Same\n## Same\n#hash\n<a id=\"own\"></a>";
        let expected = [
            "getting-started-thalweg-bench",
            "own",
            "same",
            "same-1",
            "the-title-really",
            "whats-x",
        ];
        assert_eq!(anchors(text).into_iter().collect::<Vec<_>>(), expected);
    }
}
