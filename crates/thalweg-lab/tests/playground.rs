//! Facts about the page of the playground; `cargo xtask playground` drives it in a browser.

use thalweg_lab::playground::page;
use thalweg_lab::problem::Problem;

#[test]
fn the_page_is_one_small_file_that_loads_nothing() {
    let page = page();
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.starts_with("<!DOCTYPE html>"));
    for loads in [" src=", "@import", "url(", "import(", "fetch(", "XMLHttpRequest"] {
        assert!(!page.contains(loads), "{loads}");
    }
}

#[test]
fn the_page_has_every_problem_and_is_the_same_every_time() {
    let page = page();
    for problem in Problem::all() {
        assert!(page.contains(&format!("\"name\":\"{}\"", problem.name)), "{}", problem.name);
    }
    assert_eq!(page, thalweg_lab::playground::page());
}
