"""serve: the API of the shared data sets (dữ liệu dùng chung): sets, rows, changes and files, over HTTP, read only."""
