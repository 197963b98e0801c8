"""What the provincial proxy says about itself."""

from sandbox.guide import PUSHED_ENDPOINTS, Endpoint, Guide
from sandbox.national_proxy.door import API_KEY, CLIENT, SECRET

BASE = "/KetNoiMotCuaQuocGia"

PROXY_GUIDE = Guide(
    name="national-proxy",
    title_vi="Cổng trung gian của tỉnh tới Cổng Dịch vụ công quốc gia – mô phỏng",
    title_en="A province's proxy before the national portal – simulated",
    purpose_vi="Danh mục thủ tục quốc gia qua REST của tỉnh: phản hồi quốc gia nằm trong chuỗi message.",
    purpose_en="The national catalogue over the province's REST: the national answer is a string in `message`.",
    curl=f"""curl -s '{{base}}/token' -u {CLIENT}:{SECRET} -d grant_type=client_credentials

curl -s '{{base}}{BASE}/LayThuTuc?maTTHC=1.001193' -H 'Authorization: Bearer …'

curl -s '{{base}}{BASE}/LayDanhSachTTHC' -H 'ApiKey: {API_KEY}'""",
    endpoints=(
        Endpoint("POST", "/token", "Lấy token (client_credentials, Basic)", "Get a token"),
        Endpoint("GET", f"{BASE}/LayDanhSachTTHC", "Danh sách thủ tục", "All codes and names"),
        Endpoint("GET", f"{BASE}/LayDanhSachTTHCDonVi?maDonVi=H15", "Thủ tục của đơn vị", "Procedures of a unit"),
        Endpoint("GET", f"{BASE}/LayThuTuc?maTTHC=", "Chi tiết một thủ tục", "One procedure in detail"),
        Endpoint("GET", f"{BASE}/LayQDCB?idQDCB=", "Quyết định công bố", "The announcing decision"),
        Endpoint("GET", f"{BASE}/LayDanhMucLinhVuc", "Danh mục lĩnh vực", "Fields"),
        Endpoint("GET", f"{BASE}/LayDanhMucLoaiThuTuc", "Loại thủ tục, một mảng JSON", "Kinds, a bare array"),
        Endpoint("GET", f"{BASE}/LayDanhMucCapThucHien", "Cấp thực hiện, một mảng JSON", "Levels, a bare array"),
        Endpoint("GET", f"{BASE}/LayDanhMucDoiTuong", "Đối tượng, một mảng JSON", "Applicants, a bare array"),
        Endpoint("GET", f"{BASE}/TraCuuHoSo?mahoso=", "Một hồ sơ", "One dossier"),
        Endpoint("GET", f"{BASE}/DanhSachHoSoDongBo?tuNgay=&denNgay=&trang=&soLuong=", "Đã đồng bộ", "What was pushed"),
        Endpoint("POST", f"{BASE}/ThemMoiHoSo", "Tạo hồ sơ, một mảng JSON", "Create dossiers, a bare array"),
        Endpoint("POST", f"{BASE}/CapNhatHoSo", "Cập nhật hồ sơ, một mảng JSON", "Update dossiers, a bare array"),
        Endpoint("POST", f"{BASE}/DongBoTienTrinh", "Tiến độ xử lý, một mảng JSON", "Progress, a bare array"),
        Endpoint(
            "POST", f"{BASE}/DongBoTrangThaiHoSo", "Báo lại trạng thái, một đối tượng", "A state told back, one object"
        ),
        *PUSHED_ENDPOINTS,
    ),
)
