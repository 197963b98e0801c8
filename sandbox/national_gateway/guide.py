"""What the vendor's gateway says about itself."""

from sandbox.guide import Endpoint, Guide
from sandbox.national_gateway.door import CLIENT, SECRET, UNIT

BASE = "/gateway/dvcqg"

GATEWAY_GUIDE = Guide(
    name="national-gateway",
    title_vi="Cổng kết nối của nhà cung cấp tới Cổng Dịch vụ công quốc gia – mô phỏng",
    title_en="A vendor's gateway before the national portal – simulated",
    purpose_vi="Danh mục thủ tục quốc gia theo kiểu VNPT iGate của một bộ: phản hồi gồm code, message, data.",
    purpose_en="The national catalogue as a ministry's VNPT iGate passes it on: code, message, data.",
    curl=f"""curl -s '{{base}}{BASE}/GetToken' -H 'Content-Type: application/json' \\
  -d '{{"client_id": "{CLIENT}", "client_secret": "{SECRET}", "grant_type": "client_credentials"}}'

curl -s '{{base}}{BASE}/LayThuTuc?maTTHC=1.001193' \\
  -H 'Authorization: Bearer …' -H 'MaDonVi: {UNIT}'""",
    endpoints=(
        Endpoint("POST", f"{BASE}/GetToken", "Lấy access_token trong data", "Get a token"),
        Endpoint("GET", f"{BASE}/LayDanhSachTTHC", "Danh sách thủ tục", "All codes and names"),
        Endpoint("GET", f"{BASE}/LayThuTuc?maTTHC=", "Chi tiết một thủ tục", "One procedure in detail"),
        Endpoint("GET", f"{BASE}/LayQDCB?idQDCB=", "Quyết định công bố", "The announcing decision"),
        Endpoint("GET", f"{BASE}/LayDanhMucLinhVuc", "Danh mục lĩnh vực", "Fields"),
    ),
)
