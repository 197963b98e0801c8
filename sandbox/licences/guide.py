"""What the driving-licence system says about itself."""

from sandbox.guide import Endpoint, Guide
from sandbox.licences.credentials import PASSWORD, USERNAME

LOGIN = "/tcdbdvcdata/mapi/login"
CALL = "/tcdbdvcdata/mapi/g"

LICENCES_GUIDE = Guide(
    name="licences",
    title_vi="Giấy phép lái xe – mô phỏng",
    title_en="Driving licences – simulated",
    purpose_vi="Hồ sơ giấy phép lái xe theo giao thức mapi: đăng nhập lấy phiên, rồi gọi từng dịch vụ.",
    purpose_en="Driving-licence dossiers in the mapi protocol: log in for a session, then call a service.",
    curl=f"""curl -s '{{base}}{LOGIN}' -H 'Content-Type: application/json' \\
  -d '{{"username": "{USERNAME}", "password": "{PASSWORD}"}}'

curl -s '{{base}}{CALL}' -H 'Content-Type: application/json' \\
  -d '{{"session": "…", "service": "DanhSachHoSo", "donViXuLy": "{USERNAME}",
       "ngayNhan1": "2026-11-16", "ngayNhan2": "2026-11-20"}}'""",
    endpoints=(
        Endpoint("POST", LOGIN, "Đăng nhập, trả về session", "Log in for a session"),
        Endpoint(
            "POST", f"{CALL} · DanhSachHoSo", "Hồ sơ theo ngày tiếp nhận (ngayNhan1, ngayNhan2)", "By day of receipt"
        ),
        Endpoint("POST", f"{CALL} · TraCuuHoSo", "Một hồ sơ (mahoso)", "One dossier"),
    ),
)
