"""What the province's one-stop portal says about itself."""

from sandbox.credentials import PROVINCE_CLIENT, PROVINCE_PASSWORD, PROVINCE_SECRET, PROVINCE_USERNAME
from sandbox.guide import PUSHED_ENDPOINTS, Endpoint, Guide

TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"

PROVINCE_GUIDE = Guide(
    name="province",
    title_vi="Cổng một cửa tỉnh Đắk Lắk – mô phỏng",
    title_en="One-stop portal of Đắk Lắk province – simulated",
    purpose_vi="Hồ sơ, thủ tục và cơ quan của tỉnh theo kiểu iGate 2: lấy token, rồi đọc từng trang.",
    purpose_en="The province's dossiers, procedures and agencies in the shape of iGate 2: get a token, read pages.",
    curl=f"""curl -s '{{base}}{TOKEN_PATH}' \\
  -d grant_type=password -d client_id={PROVINCE_CLIENT} \\
  -d username={PROVINCE_USERNAME} -d password={PROVINCE_PASSWORD}

curl -s '{{base}}{TOKEN_PATH}' \\
  -u {PROVINCE_CLIENT}:{PROVINCE_SECRET} -d grant_type=client_credentials

curl -s '{{base}}/pa/dossier/search?page=0&size=20&spec=page&sort=updatedDate,desc' \\
  -H 'Authorization: Bearer …'""",
    endpoints=(
        Endpoint("POST", TOKEN_PATH, "Lấy access_token (password, client_credentials)", "Get a token"),
        Endpoint("POST", "/pa/v2/getToken", "Cửa thứ hai, trả về accessToken", "Second door"),
        Endpoint("GET", "/pa/dossier/search", "Tìm hồ sơ, mới cập nhật trước", "Dossiers, last changed first"),
        Endpoint("GET", "/bd/procedure", "Thủ tục của tỉnh", "The province's procedures"),
        Endpoint("GET", "/ba/agency", "Cơ quan của tỉnh", "The province's agencies"),
        Endpoint("POST", "/pa/api-integration/--status", "Bộ, Cổng quốc gia báo trạng thái", "A state told by others"),
        Endpoint(
            "POST", "/_sandbox/filed", "Hồ sơ nộp ở cổng khác: mã của cổng ấy", "Dossiers filed on another portal"
        ),
        *PUSHED_ENDPOINTS,
    ),
)
