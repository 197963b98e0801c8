"""What the ministry of examples says about itself."""

from sandbox.guide import Endpoint, Guide
from sandbox.secure_soap.names import PASSWORD, USERNAME

PATH = "/dich-vu/ho-so"
SIGNATURE_PATH = "/_sandbox/signature"

SECURE_SOAP_GUIDE = Guide(
    name="secure-soap",
    title_vi="Bộ Thí dụ, dịch vụ có ký số – mô phỏng",
    title_en="Ministry of Examples, signed SOAP – simulated",
    purpose_vi="SOAP với WS-Security: UsernameToken, chữ ký số RSA-SHA256 trên Body và Timestamp, cả hai chiều.",
    purpose_en="SOAP with WS-Security: UsernameToken and RSA-SHA256 signatures over Body and Timestamp, both ways.",
    curl=f"""# {USERNAME} / {PASSWORD}; chứng thư và khoá: xem dòng "connections" khi khởi động (certificates: see the ready line)
curl -s '{{base}}{PATH}?wsdl'""",
    endpoints=(
        Endpoint("GET", f"{PATH}?wsdl", "Mô tả dịch vụ", "The contract"),
        Endpoint("POST", f"{PATH} · DanhSachHoSo", "Hồ sơ theo ngày cập nhật", "Dossiers by day of change"),
        Endpoint("POST", f"{PATH} · TraCuuHoSo", "Một hồ sơ theo mã", "One dossier by its code"),
        Endpoint("POST", SIGNATURE_PATH, 'Cách ký trả lời: {"answer": "tampered"…}', "How answers are signed"),
    ),
)
