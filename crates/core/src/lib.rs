//! Decides whether the audit trail of an Amazon Neptune cluster is whole: facts in, verdict out.
