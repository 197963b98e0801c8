"""publish: contracts in schemas/datasets/ → versioned shared data sets (dữ liệu dùng chung), switched atomically."""
