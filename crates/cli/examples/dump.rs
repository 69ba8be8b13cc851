//! Dump.
fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    for s in neptune_audit::plan::read(&text, neptune_audit::plan::Options { allow_incomplete: false, log_types: 1 }).unwrap() {
        println!("{} {:?}", s.address, s.notes);
        match s.case {
            neptune_audit::resources::Case::Judge(c) => {
                println!("   id {:?}\n   group {:?}\n   exports {:?}\n   audit {:?}", c.identifier, c.group, c.exports, c.audit)
            }
            other => println!("   {other:?}"),
        }
    }
}
