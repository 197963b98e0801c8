"""Codes through time (mã theo thời gian): lists as of a day become a history in which every code can be resolved on any day."""
