//! The constant files of a machine, for those who lay them down by other ways than our user-data.

use super::machine::Role;
use super::templates;

/// A constant file.
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
    templates::for_role(role).map(|file| ConstantFile {
        path: file.path,
        permissions: file.permissions,
        content: file.content,
    })
}
