"""What the national portal says about itself."""

from sandbox.credentials import NATIONAL_PASSWORD, NATIONAL_PROVIDER, NATIONAL_USERNAME
from sandbox.guide import Endpoint, Guide

_FORWARD = "/VXPAdapter/RestService/forward/mapi"

NATIONAL_GUIDE = Guide(
    name="national",
    title_vi="Cổng Dịch vụ công quốc gia – mô phỏng",
    title_en="National public service portal – simulated",
    purpose_vi="Danh mục thủ tục hành chính qua trục liên thông: đăng nhập lấy phiên, rồi gọi từng dịch vụ.",
    purpose_en="The procedure catalogue behind an exchange adapter: log in for a session, then call a service.",
    curl=f"""curl -s '{{base}}{_FORWARD}/login?dstcode={NATIONAL_PROVIDER}' \\
  -H 'Content-Type: application/json' \\
  -d '{{"username": "{NATIONAL_USERNAME}", "password": "{NATIONAL_PASSWORD}"}}'

curl -s '{{base}}{_FORWARD}/g?dstcode={NATIONAL_PROVIDER}' \\
  -H 'Content-Type: application/json' \\
  -d '{{"session": "…", "madonvi": "{NATIONAL_USERNAME}", "service": "LayThuTuc", "maTTHC": "1.001193"}}'""",
    endpoints=(
        Endpoint("POST", f"{_FORWARD}/login", "Đăng nhập, trả về session", "Log in for a session"),
        Endpoint("POST", f"{_FORWARD}/g · LayDanhSachTTHC", "Danh sách thủ tục", "All codes and names"),
        Endpoint("POST", f"{_FORWARD}/g · LayThuTuc", "Chi tiết một thủ tục (maTTHC)", "One procedure in detail"),
        Endpoint("POST", f"{_FORWARD}/g · LayQDCB", "Quyết định công bố (idQDCB)", "The announcing decision"),
        Endpoint("POST", f"{_FORWARD}/g · LayDanhMucLinhVuc", "Danh mục lĩnh vực", "Fields"),
        Endpoint("POST", f"{_FORWARD}/g · LayDanhMucCoQuan", "Danh mục cơ quan", "Agencies"),
        Endpoint("POST", f"{_FORWARD}/g · LayDanhMuc…", "CapThucHien, DoiTuong, GioiTinh", "Small code lists"),
        Endpoint("POST", f"{_FORWARD}/g · TraCuuHoSo", "Một hồ sơ nộp trên Cổng (mahoso)", "A dossier filed here"),
        Endpoint("POST", f"{_FORWARD}/g · DanhSachHoSo", "Hồ sơ nộp từ ngayNhan1 đến ngayNhan2", "Filed in a period"),
        Endpoint("POST", f"{_FORWARD}/share", "Chỉ các danh mục", "The lists only"),
        Endpoint("POST", f"{_FORWARD}/integration", "Thủ tục, quyết định, hồ sơ", "Single procedures and dossiers"),
    ),
)
