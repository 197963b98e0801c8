"""Working days (ngày làm việc) of Vietnamese public offices, as known on a day, and due dates (ngày hẹn trả) computed with them."""
