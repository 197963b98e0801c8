"""What the OpenCPS one-stop system says about itself."""

from sandbox.guide import Endpoint, Guide
from sandbox.province_opencps.door import GROUP_ID, PASSWORD, TOKEN, USERNAME

BASE = "/o/rest/v2"

OPENCPS_GUIDE = Guide(
    name="province-opencps",
    title_vi="Hệ thống một cửa kiểu OpenCPS – mô phỏng",
    title_en="One-stop system in the shape of OpenCPS – simulated",
    purpose_vi="Cùng tỉnh, cùng hồ sơ, theo REST của OpenCPS: start, end và total; ngày giờ là chuỗi.",
    purpose_en="The same province and dossiers over OpenCPS's REST: start, end and total; dates are text.",
    curl=f"""curl -s '{{base}}{BASE}/dossiers?start=0&end=20' \\
  -H 'groupId: {GROUP_ID}' -H 'Token: {TOKEN}'

curl -s '{{base}}{BASE}/dossiersyncs?start=0&end=20' \\
  -H 'groupId: {GROUP_ID}' -u {USERNAME}:{PASSWORD}""",
    endpoints=(
        Endpoint("GET", f"{BASE}/dossiers?start=&end=", "Hồ sơ, mới thay đổi trước", "Dossiers, last changed first"),
        Endpoint("GET", f"{BASE}/dossiers?fromReceiveDate=&toReceiveDate=", "Theo ngày tiếp nhận", "By reception"),
        Endpoint("GET", f"{BASE}/dossiers?status=&substatus=&agency=&service=", "Theo trạng thái…", "By state…"),
        Endpoint("GET", f"{BASE}/dossiers/{{dossierId}}", "Một hồ sơ", "One dossier"),
        Endpoint("GET", f"{BASE}/dossiersyncs?action=&start=&end=", "Các thay đổi, cũ trước", "Changes, oldest first"),
        Endpoint("GET", f"{BASE}/serviceinfos?start=&end=", "Thủ tục của tỉnh", "The province's procedures"),
    ),
)
