//! What machines say of themselves. Whoever has a ticket can say anything.

use proptest::prelude::*;
use shared::bootstrap::Report;
use shared::bootstrap::report::{
    DETAIL_CHARS_MAX, NAME_BYTES_MAX, NODES_MAX, PEM_BYTES_MAX, POOLS_MAX, REPORT_BYTES_MAX,
};

use crate::damage::{damaged, damages, wounded, wounds};
use crate::drill::{Judged, drill, json, lines, one_of, timely};

/// A report a line, as machines of the sandbox sent them.
const CORPUS: &str = include_str!("corpus/reports.txt");

const REPORT_MS_MAX: u64 = 100;

fn judge(body: &[u8]) -> Judged {
    let Ok(report) = timely(REPORT_MS_MAX, || Report::parse(body))? else {
        return Ok(());
    };
    prop_assert!(body.len() <= REPORT_BYTES_MAX);
    prop_assert!(report.detail.chars().count() <= DETAIL_CHARS_MAX);
    let again = serde_json::to_vec(&report).unwrap();
    prop_assert_eq!(&Report::parse(&again).unwrap(), &report);
    let Some(evidence) = report.evidence else {
        return Ok(());
    };
    prop_assert!(evidence.nodes.len() <= NODES_MAX && evidence.retired.len() <= POOLS_MAX);
    for pools in [&evidence.autoscaler, &evidence.flags] {
        prop_assert!(pools.len() <= POOLS_MAX);
        prop_assert!(pools.iter().all(|pool| pool.pool.len() <= NAME_BYTES_MAX));
    }
    prop_assert!(
        evidence
            .nodes
            .iter()
            .all(|node| node.name.len() <= NAME_BYTES_MAX)
    );
    if let Some(signed) = evidence.signed {
        prop_assert!(signed.certificate.len().max(signed.authority.len()) <= PEM_BYTES_MAX);
    }
    Ok(())
}

fn reports() -> Vec<&'static str> {
    lines(CORPUS)
}

#[test]
fn every_report_of_the_corpus_is_read() {
    for report in reports() {
        Report::parse(report.as_bytes()).unwrap();
        judge(report.as_bytes()).unwrap();
    }
    assert!(reports().len() >= 8);
}

#[test]
fn damaged_text_is_refused_or_within_every_cap() {
    let input = (one_of(reports()), one_of(reports()), damages());
    drill(1_000, &input, |(report, other, damages)| {
        judge(&damaged(report.as_bytes(), other.as_bytes(), &damages))
    });
}

#[test]
fn wounded_values_are_refused_or_within_every_cap() {
    drill(1_000, &(one_of(reports()), wounds()), |(report, wounds)| {
        judge(wounded(&json(report), &wounds).to_string().as_bytes())
    });
}

#[test]
fn the_largest_report_is_read_in_time() {
    for piece in [
        "[",
        "{\"evidence\":",
        "\"",
        "9",
        " ",
        "{\"stage\":\"ready\",",
    ] {
        let body = piece.repeat(REPORT_BYTES_MAX / piece.len());
        judge(body.as_bytes()).unwrap();
        Report::parse(body.as_bytes()).unwrap_err();
    }
}
