"""The business registration database (CSDL đăng ký doanh nghiệp): dossiers by journal number, at most five days a call."""
