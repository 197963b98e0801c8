"""The reliability score card: each line measures one promise on this machine and says PASS or FAIL."""
