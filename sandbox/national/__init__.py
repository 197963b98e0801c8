"""The national portal (Cổng Dịch vụ công quốc gia) as its adapter shows it: one forward address, JSON envelopes."""
