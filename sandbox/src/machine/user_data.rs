//! User-data as cloud-init sees it: base64, perhaps gzip, `#cloud-config`, and our file inside.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::Deserialize;
use serde_json::{Value, json};

const HEAD: &str = "#cloud-config";
const FACTS_PATH: &str = "/etc/slipway/machine.json";
const GZIP_MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// Far above what fits into an API request.
const INFLATED_MAX: usize = 1 << 20;
/// The quickest that looks for repetition: who reads it does not mind a few bytes more.
const COMPRESSION_LEVEL: u8 = 1;

/// What is read of a document.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    write_files: Vec<File<'a>>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow, default)]
    encoding: Cow<'a, str>,
    #[serde(borrow, default)]
    content: Cow<'a, str>,
}

/// User-data, unpacked.
pub(crate) struct Opened {
    zipped: bool,
    text: String,
}

/// The content of our file, if this is a document of ours.
pub(crate) fn facts(user_data: &str) -> Option<Vec<u8>> {
    open(user_data)?.facts()
}

/// The join token in our file.
pub(crate) fn join_token(user_data: &str) -> Option<String> {
    let facts: Value = serde_json::from_slice(&facts(user_data)?).ok()?;
    facts.pointer("/join/token")?.as_str().map(str::to_owned)
}

impl Opened {
    /// The content of our file, if this is a document of ours.
    pub(crate) fn facts(&self) -> Option<Vec<u8>> {
        self.file()?.read()
    }

    /// The same user-data with another join token, packed the same way.
    pub(crate) fn with_join_token(&self, token: &str) -> Option<String> {
        let file = self.file()?;
        let mut facts: Value = serde_json::from_slice(&file.read()?).ok()?;
        *facts.pointer_mut("/join/token")? = json!(token);
        let fresh = STANDARD.encode(facts.to_string());
        // Base64 stands in JSON as it is, and no two files have the same.
        let text = self.text.replacen(&*file.content, &fresh, 1);
        Some(encode(&text, self.zipped))
    }

    /// Our file, in the JSON below the first line.
    fn file(&self) -> Option<File<'_>> {
        let (first, rest) = self.text.split_once('\n')?;
        if first.trim_end() != HEAD {
            return None;
        }
        let document: Document<'_> = serde_json::from_str(rest).ok()?;
        let mut files = document.write_files.into_iter();
        files.find(|file| file.path == FACTS_PATH)
    }
}

impl File<'_> {
    fn read(&self) -> Option<Vec<u8>> {
        match &*self.encoding {
            "b64" | "base64" => STANDARD.decode(&*self.content).ok(),
            _ => Some(self.content.as_bytes().to_vec()),
        }
    }
}

/// Unpacks it. Was it zipped, and what does it say?
pub(crate) fn open(user_data: &str) -> Option<Opened> {
    let bytes = STANDARD.decode(user_data).ok()?;
    let zipped = bytes.starts_with(&GZIP_MAGIC);
    let plain = if zipped {
        decompress_to_vec_with_limit(gzip_body(&bytes)?, INFLATED_MAX).ok()?
    } else {
        bytes
    };
    let text = String::from_utf8(plain).ok()?;
    Some(Opened { zipped, text })
}

fn encode(text: &str, zipped: bool) -> String {
    if zipped {
        STANDARD.encode(gzip(text.as_bytes()))
    } else {
        STANDARD.encode(text)
    }
}

/// What follows the header of RFC 1952; the trailer is left to the inflater, which stops before it.
fn gzip_body(bytes: &[u8]) -> Option<&[u8]> {
    let flags = *bytes.get(3)?;
    let mut rest = bytes.get(10..)?;
    if flags & 0b100 != 0 {
        let length = usize::from(u16::from_le_bytes([*rest.first()?, *rest.get(1)?]));
        rest = rest.get(2 + length..)?;
    }
    for flag in [0b1000, 0b1_0000] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 0b10 != 0 {
        rest.get(2..)
    } else {
        Some(rest)
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut zipped = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    zipped.extend(compress_to_vec(bytes, COMPRESSION_LEVEL));
    zipped.extend(crc32(bytes).to_le_bytes());
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    zipped.extend(length.to_le_bytes());
    zipped
}

/// CRC-32 as gzip wants it (reflected, 0xEDB88320).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        let [low, ..] = (sum ^ u32::from(*byte)).to_le_bytes();
        (sum >> 8)
            ^ CRC_OF_BYTE
                .get(usize::from(low))
                .copied()
                .unwrap_or_default()
    })
}

static CRC_OF_BYTE: [u32; 256] = crc_of_byte();

#[expect(
    clippy::indexing_slicing,
    reason = "worked out by the compiler, where there are no iterators"
)]
const fn crc_of_byte() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte: u32 = 0;
    while byte < 256 {
        let mut sum = byte;
        let mut bit = 0;
        while bit < 8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
            bit += 1;
        }
        table[byte as usize] = sum;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(zipped: bool) -> String {
        let facts =
            json!({ "schema": 1, "join": { "token": "aaaaaa.0123456789abcdef" } }).to_string();
        let document = json!({
            "write_files": [{ "path": FACTS_PATH, "encoding": "b64", "content": STANDARD.encode(facts) }],
            "runcmd": [["true"]],
        });
        encode(&format!("{HEAD}\n{document}\n"), zipped)
    }

    #[test]
    fn both_packings_are_read() {
        for zipped in [false, true] {
            assert_eq!(
                join_token(&sample(zipped)).unwrap(),
                "aaaaaa.0123456789abcdef"
            );
        }
    }

    #[test]
    fn a_token_is_replaced_in_the_same_packing() {
        for zipped in [false, true] {
            let rotated = open(&sample(zipped))
                .unwrap()
                .with_join_token("bbbbbb.0123456789abcdef")
                .unwrap();
            assert_eq!(join_token(&rotated).unwrap(), "bbbbbb.0123456789abcdef");
            assert_eq!(open(&rotated).unwrap().zipped, zipped);
        }
    }

    #[test]
    fn foreign_documents_are_none() {
        for text in [
            "#!/bin/sh\ntrue\n",
            "#cloud-config\npackages: [vim]\n",
            "#cloud-config\n{}\n",
            "",
        ] {
            assert_eq!(facts(&STANDARD.encode(text)), None);
        }
    }

    #[test]
    fn a_gzip_header_with_a_name_is_skipped() {
        let mut named = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 2, 255];
        named.extend(b"user-data\0");
        named.extend(compress_to_vec(b"hello", 9));
        let opened = open(&STANDARD.encode(named)).unwrap();
        assert!(opened.zipped && opened.text == "hello");
    }

    #[test]
    fn the_checksum_everybody_knows() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
