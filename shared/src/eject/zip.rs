//! A ZIP archive of text, stored as it is. A crate that streams would leave the sizes out of each file's header, and
//! some readers take stored files only with them; so the two dozen numbers of the format are written here.

use super::File;
use crate::crc32::crc32;

/// Packs files.
pub fn zip(files: &[File]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for file in files {
        let at = number(archive.len());
        let entry = entry(file);
        archive.extend([LOCAL, &entry].concat());
        archive.extend([file.path.as_bytes(), file.content.as_bytes()].concat());
        // No comment, first disk, no internal attributes, and the mode `-rw-r--r--`.
        directory.extend([CENTRAL, &entry, &[0; 6], &MODE, &at, file.path.as_bytes()].concat());
    }
    let count = u16::try_from(files.len()).unwrap_or(u16::MAX).to_le_bytes();
    let sizes = [number(directory.len()), number(archive.len())].concat();
    archive.extend(directory);
    archive.extend([END, &[0; 4], &count, &count, &sizes, &[0; 2]].concat());
    archive
}

/// What both headers of a file say: version 1.0, names in UTF-8, stored, no time, checksum, sizes, no extra field.
fn entry(file: &File) -> Vec<u8> {
    let size = number(file.content.len());
    let name = u16::try_from(file.path.len()).unwrap_or(u16::MAX);
    let fixed = [10, 0, 0, 8, 0, 0];
    let checksum = crc32(file.content.as_bytes()).to_le_bytes();
    [
        &fixed[..],
        &NO_TIME,
        &checksum,
        &size,
        &size,
        &name.to_le_bytes(),
        &[0; 2],
    ]
    .concat()
}

/// Ours have some hundred kilobytes.
fn number(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes()
}

const LOCAL: &[u8] = b"PK\x03\x04";
/// Made on Unix, or the mode would not count.
const CENTRAL: &[u8] = b"PK\x01\x02\x0a\x03";
const END: &[u8] = b"PK\x05\x06";
/// 1980-01-01: the same files make the same archive.
const NO_TIME: [u8; 4] = [0, 0, 0x21, 0];
const MODE: [u8; 4] = (0o100_644_u32 << 16).to_le_bytes();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::programs;

    #[test]
    fn another_reader_unpacks_it() {
        let files = [
            File::new("a.txt", "one\n"),
            File::new("b/ä.txt", "zwölf\n"),
            File::new("empty", ""),
        ];
        let bytes = serde_json::to_string(&zip(&files)).unwrap();
        let program = r"
import io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(bytes(json.load(sys.stdin))))
assert archive.testzip() is None
print(json.dumps([[one.filename, archive.read(one).decode(), one.external_attr >> 16] for one in archive.infolist()]))
";
        let read: Vec<(String, String, u32)> =
            serde_json::from_str(&programs::python(program, &bytes)).unwrap();
        let expected = files.map(|file| (file.path, file.content, 0o100_644));
        assert_eq!(read, expected);
    }
}
