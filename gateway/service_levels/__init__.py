"""Service levels (mức đáp ứng): clocks that come from the law, read from what we hold, each case with a verdict."""
