//! Texts that are kept in the tree and compared: `UPDATE_GOLDEN=1 cargo test` writes them anew.

use std::path::Path;

/// Compares a text with the kept one.
pub(crate) fn assert_golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, kept,
        "{name} has changed; if that is meant, UPDATE_GOLDEN=1 cargo test"
    );
}
