"""The Ministry of Justice (Bộ Tư pháp): civil status (hộ tịch) and judicial records (lý lịch tư pháp) over the LGSP."""
