"""Delivery (chuyển trạng thái đi): what portals must hear of, in order, with receipts, and nothing assumed."""
