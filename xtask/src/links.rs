//! Checks that every relative link of the documentation leads to a file and, with an anchor, to a
//! heading of it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::markdown::{anchors, links};

/// The documents at the root; all of `docs/` come with them.
const DOCUMENTS: [&str; 4] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/// Checks the links of all documents; the error names each broken one with file and line.
pub fn check() -> Result<(), String> {
    let root = crate::root();
    let mut documents: Vec<PathBuf> = DOCUMENTS.map(PathBuf::from).into();
    find_documents(&root, Path::new("docs"), &mut documents)?;
    let look = |path: &Path| look(&root.join(path));
    let mut broken = Vec::new();
    for document in &documents {
        let text = look(document).ok_or_else(|| format!("{} is missing", document.display()))?;
        broken.extend(broken_links(document, &text, &look));
    }
    if !broken.is_empty() {
        return Err(format!("broken links:\n  {}", broken.join("\n  ")));
    }
    eprintln!("checked the links of {} documents", documents.len());
    Ok(())
}

/// Adds the Markdown files of a folder and of those in it, in the order of their names.
fn find_documents(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    let entries = fs::read_dir(root.join(folder)).map_err(unreadable)?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
    let mut names = names.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    names.sort();
    for path in names.into_iter().map(|name| folder.join(name)) {
        if root.join(&path).is_dir() {
            find_documents(root, &path, found)?;
        } else if is_markdown(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// The text of the file at a path, empty for anything except Markdown; `None` if there is nothing.
fn look(path: &Path) -> Option<String> {
    if is_markdown(path) { fs::read_to_string(path).ok() } else { path.exists().then(String::new) }
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// The broken links of a document, each as `file:line: what is wrong`. Paths are from the root.
fn broken_links(
    document: &Path,
    text: &str,
    look: &dyn Fn(&Path) -> Option<String>,
) -> Vec<String> {
    let relative = links(text).into_iter().filter(|link| !is_elsewhere(&link.target));
    let broken = relative.filter_map(|link| {
        let wrong = problem(document, text, &link.target, look)?;
        Some(format!("{}:{}: `{}` {wrong}", document.display(), link.line, link.target))
    });
    broken.collect()
}

/// Whether a target has a scheme, as `https://…` and `mailto:…`.
fn is_elsewhere(target: &str) -> bool {
    let scheme = target.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+'))
}

/// What is wrong with a relative target, if anything is.
fn problem(
    document: &Path,
    text: &str,
    target: &str,
    look: &dyn Fn(&Path) -> Option<String>,
) -> Option<String> {
    let (path, anchor) = match target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (target, None),
    };
    let (file, found) = if path.is_empty() {
        (document.to_owned(), text.to_owned())
    } else {
        let Some(file) = resolve(document, path) else {
            return Some("leads out of the repository".to_owned());
        };
        let Some(found) = look(&file) else { return Some("leads to no file".to_owned()) };
        (file, found)
    };
    let anchor = anchor?;
    if !is_markdown(&file) {
        return Some("has an anchor, but is not Markdown".to_owned());
    }
    let known = anchors(&found);
    (!known.contains(anchor)).then(|| {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        format!("leads to no heading; {} has {}", file.display(), known.join(", "))
    })
}

/// The path from the root of what a document calls `path`.
fn resolve(document: &Path, path: &str) -> Option<PathBuf> {
    let mut resolved = document.parent().unwrap_or(Path::new("")).to_owned();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => resolved.push(name),
            Component::CurDir => {}
            Component::ParentDir if resolved.pop() => {}
            _ => return None,
        }
    }
    Some(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is broken in `docs/guide/page.md` with this text, beside two other files.
    fn broken(text: &str) -> Vec<String> {
        let look = |path: &Path| match path.to_str()? {
            "README.md" => Some("# The title\n## Two words\n".to_owned()),
            "docs/guide" | "docs/race.png" => Some(String::new()),
            _ => None,
        };
        broken_links(Path::new("docs/guide/page.md"), text, &look)
    }

    #[test]
    fn links_that_lead_somewhere_are_not_reported() {
        let text = "# Own\n[a](../../README.md) [b](../../README.md#two-words) [c](#own)\n\
                    ![d](../race.png) [e](.) [f](https://example.org/x#y) [g](mailto:a@b.c)";
        assert_eq!(broken(text), [""; 0]);
    }

    #[test]
    fn a_missing_file_is_named_with_file_and_line() {
        let found = broken("text\n\n[a](../../README.md) and [b](../README.md)");
        assert_eq!(found, ["docs/guide/page.md:3: `../README.md` leads to no file"]);
    }

    #[test]
    fn a_missing_heading_is_named_with_those_that_are_there() {
        let found = broken("# Own heading\n[a](../../README.md#three) [b](#other)");
        let expected = [
            "docs/guide/page.md:2: `../../README.md#three` leads to no heading; README.md has \
             the-title, two-words",
            "docs/guide/page.md:2: `#other` leads to no heading; docs/guide/page.md has own-heading",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_cannot_be_checked_or_followed_is_broken() {
        let found = broken("[a](../../../elsewhere) [b](/README.md) [c](../race.png#part)");
        let expected = [
            "docs/guide/page.md:1: `../../../elsewhere` leads out of the repository",
            "docs/guide/page.md:1: `/README.md` leads out of the repository",
            "docs/guide/page.md:1: `../race.png#part` has an anchor, but is not Markdown",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_links_of_this_repository_lead_somewhere() {
        check().unwrap();
    }
}
