"""An invented ministry (Bộ Thí dụ) whose SOAP service signs its answers and demands WS-Security in every request."""
