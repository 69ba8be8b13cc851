//! Dump.
fn main() {
    let mut r = neptune_audit_core::requirements::Requirements::default();
    let mut j = neptune_audit::resources::Judging::default();
    let mut g = neptune_audit::template::Given::default();
    for a in std::env::args().skip(2) {
        match a.as_str() {
            "strict" => j.strict = true,
            "declared" => j.require_declared = true,
            a => {
                let (k, v) = a.split_once('=').unwrap();
                if let Some(p) = k.strip_prefix("P:") {
                    g.parameters.insert(p.into(), Some(v.into()));
                } else if k == "region" {
                    g.region = Some(v.into())
                } else {
                    r.set(k, v).unwrap();
                }
            }
        }
    }
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let rows = if path.ends_with("plan.json") {
        neptune_audit::plan::judge(&text, false, &r, j).unwrap()
    } else {
        neptune_audit::template::Template::parse(&text).unwrap().judge(&g, &r, j)
    };
    for (s, row) in rows {
        let d = neptune_audit::resources::judged("f", &s, &row, j);
        println!("{:?} {} {:?} {} {:?} {:?}", d.verdict, s.address, d.codes, d.message, s.notes, d.place);
    }
}
