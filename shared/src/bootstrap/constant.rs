//! The constant files of a machine, for those who lay them down by other ways than our user-data.

use super::machine::Role;
use super::templates::{self, Template};

/// A constant file.
#[derive(Clone, Copy)]
pub(crate) struct ConstantFile {
    /// Where it stands on the machine.
    pub(crate) path: &'static str,
    /// Its mode, in octal.
    pub(crate) permissions: &'static str,
    /// What is in it.
    pub(crate) content: &'static str,
}

/// What a machine of this role gets beside its facts.
pub(crate) fn constant_files(role: &Role) -> impl Iterator<Item = ConstantFile> {
    templates::for_role(role).map(ConstantFile::from)
}

/// Other files without what only a reader needs. It is for once in the life of a process.
pub(crate) fn slim(files: &[ConstantFile]) -> Vec<ConstantFile> {
    let files: Vec<Template> = files.iter().map(Template::from).collect();
    let sent = templates::sent(&files);
    sent.iter().map(ConstantFile::from).collect()
}

impl From<&Template> for ConstantFile {
    fn from(file: &Template) -> Self {
        Self {
            path: file.path,
            permissions: file.permissions,
            content: file.content,
        }
    }
}

impl From<&ConstantFile> for Template {
    fn from(file: &ConstantFile) -> Self {
        Self {
            path: file.path,
            permissions: file.permissions,
            content: file.content,
        }
    }
}
