//! Reads the Neptune clusters of one AWS account and Region, and judges them.
