"""What the business registration says about itself."""

from sandbox.business.credentials import CLIENT
from sandbox.guide import Endpoint, Guide
from sandbox.ministry.wso2 import TOKEN_PATH

LIST = "/apiCSDLDKDN/danhSachHoSo"
ONE = "/apiCSDLDKDN/tinhTrangHoSo"

BUSINESS_GUIDE = Guide(
    name="business",
    title_vi="Cơ sở dữ liệu đăng ký doanh nghiệp – mô phỏng",
    title_en="Business registration database – simulated",
    purpose_vi="Hồ sơ đăng ký doanh nghiệp tiếp nhận trong khoảng tối đa 5 ngày, và tình trạng một hồ sơ.",
    purpose_en="Registration dossiers received within at most 5 days, and the state of one dossier.",
    curl=f"""curl -s '{{base}}{TOKEN_PATH}' -u {CLIENT.id}:{CLIENT.secret} -d grant_type=client_credentials

curl -s '{{base}}{LIST}?from_date=16/11/2026&to_date=20/11/2026&offset=0&limit=50' \\
  -H 'Authorization: Bearer …'""",
    endpoints=(
        Endpoint("POST", TOKEN_PATH, "Lấy access_token (client_credentials)", "Get a token"),
        Endpoint("GET", LIST, "Hồ sơ tiếp nhận (from_date, to_date, offset, limit)", "Dossiers by day of receipt"),
        Endpoint("GET", ONE, "Tình trạng một hồ sơ (in_journal_no)", "State of one dossier"),
    ),
)
