"""What the transport ministry's one-stop system says about itself."""

from sandbox.guide import Endpoint, Guide
from sandbox.ministry.wso2 import TOKEN_PATH
from sandbox.transport.credentials import API_KEY, CLIENT, UNIT

LIST = "/apiGTVT/danhsachhoso"

TRANSPORT_GUIDE = Guide(
    name="transport",
    title_vi="Một cửa ngành giao thông vận tải – mô phỏng",
    title_en="One-stop system of the transport sector – simulated",
    purpose_vi="Hồ sơ kiểu OpenCPS theo ngày tiếp nhận, tối đa 3 ngày mỗi lần hỏi.",
    purpose_en="OpenCPS dossiers by day of receipt, at most 3 days a call.",
    curl=f"""curl -s '{{base}}{TOKEN_PATH}' -u {CLIENT.id}:{CLIENT.secret} -d grant_type=client_credentials

curl -s '{{base}}{LIST}?Start=-1&End=-1&GovAgencyCode=G04.98&ReceiveFromDate=18/11/2026&ReceiveToDate=20/11/2026' \\
  -H 'Authorization: Bearer …' -H 'MaDonVi: {UNIT}' -H 'ApiKey: {API_KEY}'""",
    endpoints=(
        Endpoint("POST", TOKEN_PATH, "Lấy access_token (client_credentials)", "Get a token"),
        Endpoint(
            "GET", LIST, "Hồ sơ theo ngày tiếp nhận (GovAgencyCode: G04.98, G04.99)", "Dossiers by day of receipt"
        ),
    ),
)
