"""Care of personal data (dữ liệu cá nhân): why it is kept, what is held of one person, its erasure, and how long it is kept."""
