"""The statistics office's list of administrative units (danh mục đơn vị hành chính), simulated: SOAP, one DataSet."""
