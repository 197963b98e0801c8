"""What the Tân Dân one-stop system says about itself."""

from sandbox.guide import Endpoint, Guide
from sandbox.province_tandan.door import API_KEY, UNIT

BASE = "/api/v1"

TANDAN_GUIDE = Guide(
    name="province-tandan",
    title_vi="Hệ thống một cửa kiểu Tân Dân – mô phỏng",
    title_en="One-stop system in the shape of Tân Dân – simulated",
    purpose_vi="Cùng tỉnh, cùng hồ sơ, theo REST của Tân Dân: trang đánh số từ 1, giờ địa phương không ghi múi giờ.",
    purpose_en="The same province and dossiers over Tân Dân's REST: pages from 1, local time without a zone.",
    curl=f"""curl -s '{{base}}{BASE}/hoso?pageNumber=1&pageSize=20&orderBy=LastModifiedOn%20desc' \\
  -H 'ApiKey: {API_KEY}' -H 'MaDonVi: {UNIT}'

curl -s '{{base}}{BASE}/hoso/search' -H 'ApiKey: {API_KEY}' -H 'MaDonVi: {UNIT}' \\
  -H 'Content-Type: application/json' -d '{{"pageNumber": 1, "pageSize": 20}}'""",
    endpoints=(
        Endpoint("GET", f"{BASE}/hoso?pageNumber=&pageSize=&orderBy=", "Hồ sơ", "Dossiers"),
        Endpoint("POST", f"{BASE}/hoso/search", "Hồ sơ, tham số trong thân JSON", "Dossiers, asked in a JSON body"),
        Endpoint("GET", f"{BASE}/thutuc?pageNumber=&pageSize=", "Thủ tục của tỉnh", "The province's procedures"),
        Endpoint("POST", f"{BASE}/thutuc/search", "Thủ tục, tham số trong thân JSON", "Procedures, the same way"),
    ),
)
