"""What the national portal says about itself."""

from sandbox.credentials import NATIONAL_PASSWORD, NATIONAL_PROVIDER, NATIONAL_USERNAME
from sandbox.guide import PUSHED_ENDPOINTS, Endpoint, Guide

_FORWARD = "/VXPAdapter/RestService/forward/mapi"

NATIONAL_GUIDE = Guide(
    name="national",
    title_vi="Cổng Dịch vụ công quốc gia – mô phỏng",
    title_en="National public service portal – simulated",
    purpose_vi="Danh mục thủ tục và đồng bộ hồ sơ qua trục liên thông: đăng nhập lấy phiên, rồi gọi từng dịch vụ.",
    purpose_en="The procedure catalogue, and dossiers pushed to it, behind an exchange adapter: log in, then call a service.",
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
        Endpoint("POST", f"{_FORWARD}/g · TraCuuHoSo", "Một hồ sơ (mahoso)", "A dossier filed or pushed here"),
        Endpoint("POST", f"{_FORWARD}/g · DanhSachHoSo", "Hồ sơ nộp từ ngayNhan1 đến ngayNhan2", "Filed in a period"),
        Endpoint("POST", f"{_FORWARD}/g · DongBoHoSoMC", "Tạo, cập nhật hồ sơ (isUpdating, data[])", "Push dossiers"),
        Endpoint("POST", f"{_FORWARD}/g · CapNhatTienDoHoSoMC", "Thêm tiến độ xử lý (data[])", "Push progress"),
        Endpoint(
            "POST", f"{_FORWARD}/g · DongBoTrangThaiHoSo", "Báo lại trạng thái (type 2, data)", "Tell a state back"
        ),
        Endpoint(
            "POST", f"{_FORWARD}/g · DanhSachHoSoDongBo", "Hồ sơ đã đồng bộ (tuNgay, denNgay, trang)", "What was pushed"
        ),
        Endpoint("POST", f"{_FORWARD}/share", "Chỉ các danh mục", "The lists only"),
        Endpoint("POST", f"{_FORWARD}/integration", "Thủ tục, quyết định, hồ sơ", "Single procedures and dossiers"),
        *PUSHED_ENDPOINTS,
    ),
)
