//! One finding of a declared cluster, as SARIF and workflow commands have it: a code, and what is said of it.

use crate::report::{Judged, Suppressed};

/// Something broken, or that may be.
pub(super) struct Finding<'a> {
    /// The code; nothing where something is undecided that has none.
    pub(super) code: Option<&'static str>,
    /// Whether it is broken for certain.
    pub(super) is_certain: bool,
    /// What is said of it.
    pub(super) message: String,
    /// Who chose to live with it.
    pub(super) suppressed: Option<&'a Suppressed>,
}

/// The findings of a cluster.
pub(super) fn findings(judged: &Judged) -> Vec<Finding<'_>> {
    let finding = |code: Option<&'static str>| {
        let of_code = judged.links.iter().filter(|link| link.code.is_some() && link.code == code && link.state.is_finding());
        let sentence = |link: &crate::report::LinkState| {
            let parts = [Some(link.log_type.to_owned()), link.detail.clone(), link.remedy.clone()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
        };
        let mut sentences: Vec<_> = of_code.map(sentence).collect();
        sentences.dedup();
        if sentences.is_empty() {
            sentences.push(judged.message.clone());
        }
        sentences.extend(judged.remarks().iter().map(|remark| format!("note: {remark}")));
        let message = sentences.join("\n");
        let is_certain = code.is_some_and(|code| judged.codes.contains(&code));
        Finding { code, is_certain, message, suppressed: judged.suppression(code) }
    };
    judged.findings().into_iter().map(finding).collect()
}
